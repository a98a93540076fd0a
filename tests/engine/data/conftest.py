"""Data files of a test."""

from pathlib import Path

import pytest

from tests.engine.data.files import Put


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Writes a data file of this name."""

    def put(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return put
