"""Marks what is slow by nature, and says how many workers run the tests."""

import os
from pathlib import Path

import pytest

SLOW_FOLDERS = [Path(__file__).parent / name for name in ("end_to_end", "faults")]


def pytest_xdist_auto_num_workers() -> int:
    """Two for each core: tests of the screen and of processes wait for half of their time."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in SLOW_FOLDERS):
            item.add_marker(pytest.mark.slow)
