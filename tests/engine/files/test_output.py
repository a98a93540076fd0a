"""Files are written as a whole or not at all, and never over another unasked."""

import errno
import os
import stat
from pathlib import Path

import pytest

from engine.errors import AlreadyThere, NotWritten
from engine.files.output import check_place, write_file


def test_a_file_is_written_with_nothing_beside_it(tmp_path: Path) -> None:
    write_file(tmp_path / "a.csv", "é,1\n".encode(), overwrite=False)
    assert (tmp_path / "a.csv").read_bytes() == "é,1\n".encode()
    assert os.listdir(tmp_path) == ["a.csv"]
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o666 & ~umask


def test_a_file_that_is_there_is_replaced_only_on_demand_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    path.chmod(0o640)
    with pytest.raises(AlreadyThere, match=r"a\.csv exists"):
        write_file(path, b"new", overwrite=False)
    assert path.read_text() == "old"
    write_file(path, b"new", overwrite=True)
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["a.csv"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(AlreadyThere):
        write_file(tmp_path / "link", b"new", overwrite=False)
    write_file(tmp_path / "link", b"new", overwrite=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_file_that_comes_in_the_last_moment_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    monkeypatch.setattr(os, "fsync", lambda _: path.write_text("another's"))
    with pytest.raises(AlreadyThere):
        write_file(path, b"mine", overwrite=False)
    assert path.read_text() == "another's"
    assert os.listdir(tmp_path) == ["a.csv"]


@pytest.mark.parametrize(
    ("step", "name", "over"),
    [("fsync", "new", False), ("fsync", "old", True), ("replace", "old", True)],
)
def test_a_full_disk_leaves_nothing_behind_and_the_old_file_alone(
    step: str, name: str, over: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "old").write_text("old")
    monkeypatch.setattr(os, step, full)
    with pytest.raises(NotWritten, match="was not written: the disk is full"):
        write_file(tmp_path / name, b"text", overwrite=over)
    assert os.listdir(tmp_path) == ["old"]
    assert (tmp_path / "old").read_text() == "old"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("none/a.csv", "There is no folder"),
        (".", "is a folder"),
        ("pipe", "no regular file"),
        ("loop", "was not written"),
        ("x" * 300, "was not written"),
        ("a\0b", "was not written"),
        ("file/a.csv", "was not written"),
    ],
)
def test_where_nothing_can_be_written_is_a_sentence(
    name: str, sentence: str, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "file").touch()
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(NotWritten, match=sentence):
        write_file(tmp_path / name, b"text", overwrite=True)
    assert sorted(os.listdir(tmp_path)) == before


def test_no_permission_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    (tmp_path / "old").touch()
    with monkeypatch.context() as patched:
        patched.setattr(os, "access", lambda *_: False)  # root may do anything
        with pytest.raises(NotWritten, match="may not be written over"):
            check_place(tmp_path / "old", overwrite=True)
    monkeypatch.setattr(os, "open", forbidden)
    with pytest.raises(NotWritten, match="was not written: no permission to write in its folder"):
        write_file(tmp_path / "new", b"text", overwrite=False)


def test_a_file_that_nobody_may_write_is_not_replaced_even_by_root(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("old")
    (tmp_path / "kept").chmod(0o444)
    with pytest.raises(NotWritten, match="its mode forbids it"):
        write_file(tmp_path / "kept", b"new", overwrite=True)
    assert (tmp_path / "kept").read_text() == "old"
