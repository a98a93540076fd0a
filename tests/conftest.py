"""Marks what is slow by nature, keeps collecting cheap, and says how many workers run the tests."""

import gc
import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.preloaded.fixtures import fork_server, preloaded  # noqa: F401  fixtures

LONGEST_NAME = 80  # characters of a parameter within the name of a case

# Each worker rewrites the asserts of all tests: without bytecode that takes as long as importing.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A worker has a core at the most: where torch shares out its work, its threads wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

SLOW_FOLDERS = [Path(__file__).parent / name for name in ("end_to_end", "faults")]


def pytest_xdist_auto_num_workers() -> int:
    """Two for each core: tests of the screen and of processes wait for half of their time."""
    return 2 * (os.cpu_count() or 1)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Long contents are named by their beginning: workers tell each other all names."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_NAME:
        return f"{val[:20]!r}… of {len(val)}"
    return None


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and not among what is imported: it took a quarter of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    cases = Counter[str]()  # of each test, so far
    for item in items:
        test = item.nodeid.partition("[")[0]
        cases[test] += 1
        quick = item.get_closest_marker("slow_after")
        if quick and cases[test] > quick.args[0]:
            item.add_marker(pytest.mark.slow)
        if any(item.path.is_relative_to(folder) for folder in SLOW_FOLDERS):
            item.add_marker(pytest.mark.slow)
