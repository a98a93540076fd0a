"""A file written anew is the old one or the new one, whatever happens meanwhile."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from engine.files.atomic import OWNER, remove_parts, write_atomically


def test_a_file_is_made_and_then_replaced_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "net.safetensors"
    for content in (b"first", b"", b"x" * 3_000_000):
        write_atomically(file, content)
        assert file.read_bytes() == content
        assert [*tmp_path.iterdir()] == [file]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_where_writing_fails_the_old_file_stays_and_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    file = tmp_path / "net.safetensors"
    file.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(file, b"new")
    assert file.read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [file]


def test_until_the_new_file_is_whole_on_the_disk_the_old_one_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "net.safetensors"
    file.write_bytes(b"old")
    fsync, seen = os.fsync, []

    def watched(handle: int) -> None:
        seen.append((file.read_bytes(), stat.S_ISDIR(os.fstat(handle).st_mode)))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    write_atomically(file, b"new")
    assert seen == [(b"old", False), (b"new", True)], "the file's content, then the folder's entry"


def test_a_missing_folder_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "gone" / "net", b"new")
    assert [*tmp_path.iterdir()] == []


def test_a_link_stays_and_the_file_behind_it_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    file, link = tmp_path / "there" / "net", tmp_path / "link"
    file.write_bytes(b"old")
    link.symlink_to(file)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"


def test_who_may_read_it_is_as_asked_and_as_the_umask_allows(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "net", b"")
        write_atomically(tmp_path / "recent", b"", mode=OWNER)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "net").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "recent").stat().st_mode) == 0o600


def test_a_file_that_is_replaced_keeps_its_mode_from_the_first_byte_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "net"
    file.write_bytes(b"old")
    file.chmod(0o600)
    seen = []
    monkeypatch.setattr(os, "fsync", lambda handle: seen.append(os.fstat(handle).st_mode & 0o777))
    write_atomically(file, b"new")
    assert seen[0] == 0o600
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.fixture(params=["", "no links", "no links, no renaming to a new name alone"])
def lacking(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a file system may not have."""
    lacks: str = request.param

    def link(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    if "links" in lacks:
        monkeypatch.setattr(os, "link", link)
    if "renaming" in lacks:
        monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: object())
    return lacks


def test_a_file_that_comes_in_the_last_moment_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    file = tmp_path / "net"
    monkeypatch.setattr(os, "fsync", lambda _: file.write_bytes(b"another's"))
    with pytest.raises(FileExistsError):
        write_atomically(file, b"mine", replace=False)
    assert file.read_bytes() == b"another's"
    assert [*tmp_path.iterdir()] == [file]


@pytest.mark.parametrize("replace", [False, True])
def test_where_nothing_is_a_file_is_made_whether_one_may_be_replaced_or_not(
    replace: bool, tmp_path: Path, lacking: str
) -> None:
    write_atomically(tmp_path / "net", b"new and more", replace=replace)
    assert (tmp_path / "net").read_bytes() == b"new and more"
    assert (tmp_path / "net").stat().st_nlink == 1
    assert [*tmp_path.iterdir()] == [tmp_path / "net"]


def test_a_new_name_is_there_with_its_whole_content_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, calls = tmp_path / "net", []

    def watched(name: str) -> None:
        call = getattr(os, name)

        def seen(*args: Any, **named: Any) -> Any:
            calls.append(name)
            assert not file.exists() or file.read_bytes() == b"whole"
            result = call(*args, **named)
            assert not file.exists() or file.read_bytes() == b"whole"
            return result

        monkeypatch.setattr(os, name, seen)

    for name in ("open", "fsync", "link", "replace", "unlink"):
        watched(name)
    write_atomically(file, b"whole", replace=False)
    assert {"open", "fsync", "link"} <= set(calls)
    assert file.read_bytes() == b"whole"


KILLED = """
import os, signal, sys
from pathlib import Path
from engine.files.atomic import write_atomically
os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
write_atomically(Path(sys.argv[1]), b"half")
"""


def test_what_a_killed_process_left_goes_with_the_next_writing_of_that_file(tmp_path: Path) -> None:
    file, other = tmp_path / "net", tmp_path / "other"
    for path in (file, other):
        subprocess.run([sys.executable, "-c", KILLED, path])
    foreign = tmp_path / ".0123456789abcdef.part"
    foreign.touch()
    left = [*tmp_path.glob(".*.part")]
    assert len(left) == 3
    write_atomically(file, b"new")
    assert len([*tmp_path.glob(".*.part")]) == 2
    assert foreign.exists(), "of no file that was written here"
    write_atomically(other, b"new")
    assert [*tmp_path.glob(".*.part")] == [foreign]


@pytest.mark.parametrize("has_locks", [True, False])
def test_what_another_still_writes_stays_and_arrives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_locks: bool
) -> None:
    file, fsync = tmp_path / "net", os.fsync
    if not has_locks:
        monkeypatch.setattr(fcntl, "flock", Mock(side_effect=OSError(errno.ENOLCK, "no locks")))

    def overtaken(handle: int) -> None:
        monkeypatch.setattr(os, "fsync", fsync)
        write_atomically(file, b"of the other, which is quicker")
        assert len([*tmp_path.glob(".*.part")]) == 1
        fsync(handle)

    monkeypatch.setattr(os, "fsync", overtaken)
    write_atomically(file, b"of the slower one")
    assert file.read_bytes() == b"of the slower one"
    assert [*tmp_path.iterdir()] == [file]


def test_a_part_that_is_taken_for_abandoned_before_it_is_locked_is_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock = fcntl.flock

    def too_late(handle: int, kind: int) -> None:
        monkeypatch.setattr(fcntl, "flock", flock)
        remove_parts(tmp_path)
        flock(handle, kind)

    monkeypatch.setattr(fcntl, "flock", too_late)
    write_atomically(tmp_path / "net", b"whole")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"whole"]


def test_where_there_are_no_locks_what_is_old_is_abandoned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", Mock(side_effect=OSError(errno.ENOLCK, "no locks")))
    old, fresh = (tmp_path / f".{digit * 16}.part" for digit in "ab")
    for path in (old, fresh):
        path.touch()
    os.utime(old, (1, 1))
    remove_parts(tmp_path)
    assert [*tmp_path.iterdir()] == [fresh]
