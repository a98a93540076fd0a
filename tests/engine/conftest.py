from collections.abc import Callable
from pathlib import Path

import pytest

from engine.checkpoints.checkpoint import save
from engine.data.built_in import built_in_path
from engine.lab.lab import Lab
from tests.engine.checkpoints.crafting import draw, train
from tests.engine.threaded import engine, no_folder, state  # noqa: F401  fixtures


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


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A checkpoint of a small lab, with everything in it."""
    folder = tmp_path_factory.mktemp("saved")
    (folder / "data.txt").write_text("".join(f"{a}{b}\n" for a in "abcd" for b in "aéfg"))
    lab = Lab(folder / "data.txt", 0.3, "cpu")
    lab.configure({"stream": "video", "learning_rate": 20.0})
    train(lab, 20)
    draw(lab, 5)
    save(lab, folder / "saved")
    return (folder / "saved").read_bytes()


@pytest.fixture
def file(saved: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "saved"
    path.write_bytes(saved)
    return path
