from collections.abc import Callable
from pathlib import Path

import pytest

from engine.lab import Lab
from engine.reading import built_in_path


@pytest.fixture
def lab() -> Lab:
    """A lab on the built-in names, on the CPU."""
    return Lab(built_in_path(), device="cpu")


@pytest.fixture
def write(tmp_path: Path) -> Callable[[bytes | str], Path]:
    """Writes a data file."""

    def write(content: bytes | str) -> Path:
        path = tmp_path / "data.txt"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
