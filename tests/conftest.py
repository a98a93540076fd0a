"""Marks what is slow by nature: the folders whose tests run the whole program."""

from pathlib import Path

import pytest

SLOW_FOLDERS = [Path(__file__).parent / name for name in ("end_to_end", "faults")]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in SLOW_FOLDERS):
            item.add_marker(pytest.mark.slow)
