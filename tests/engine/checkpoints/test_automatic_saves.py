"""The checkpoints that a lab writes by itself."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from engine.checkpoints.saving import automatic_saves
from engine.checkpoints.saving.automatic_saves import AutomaticSaves
from engine.errors import CheckpointError


def test_the_newest_five_are_kept_and_names_sort_by_age(tmp_path: Path) -> None:
    saves = AutomaticSaves(tmp_path / "state" / "a lab")
    assert (saves.paths(), saves.newest()) == ((), None)
    written = [saves.add(str(number).encode()) for number in range(12)]
    assert len(set(written)) == 12
    assert written == sorted(written)
    assert saves.paths() == tuple(reversed(written[-5:]))
    assert saves.newest() == written[-1]
    assert written[-1].read_bytes() == b"11"


def test_they_are_the_owners_alone(tmp_path: Path) -> None:
    path = AutomaticSaves(tmp_path / "a").add(b"")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_clock_that_is_set_back_makes_no_older_name(tmp_path: Path) -> None:
    future = tmp_path / "20991231T235959.999999Z.safetensors"
    future.touch()
    path = AutomaticSaves(tmp_path).add(b"")
    assert path.name == "21000101T000000.000000Z.safetensors"
    (tmp_path / "99999999T999999.999999Z.safetensors").touch()  # no time at all
    assert AutomaticSaves(tmp_path).add(b"").exists()


def test_what_a_crash_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    part = tmp_path / f".{'a' * 16}.part"
    others = [tmp_path / name for name in ("notes.txt", ".hidden.part", "x.safetensors")]
    for path in (part, *others):
        path.touch()
    added = AutomaticSaves(tmp_path, most=1).add(b"")
    assert sorted(tmp_path.iterdir()) == sorted([added, *others])


def test_a_folder_that_cannot_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "a", tmp_path / "a\0b"):
        with pytest.raises(CheckpointError, match="the folder of automatic checkpoints"):
            AutomaticSaves(folder).add(b"")
        with pytest.raises(CheckpointError, match="the folder of automatic checkpoints"):
            AutomaticSaves(folder).paths()


def test_a_full_disk_removes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saves = AutomaticSaves(tmp_path, most=1)
    saves.add(b"old")

    def full(*_: object, **__: object) -> None:
        raise CheckpointError("the disk is full.")

    monkeypatch.setattr(automatic_saves, "write", full)
    with pytest.raises(CheckpointError):
        saves.add(b"new")
    newest = saves.newest()
    assert newest is not None
    assert newest.read_bytes() == b"old"


def test_it_loads_no_torch() -> None:
    code = (
        "import sys, engine.checkpoints.saving.automatic_saves\n"
        "sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
