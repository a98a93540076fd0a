"""Only regular files are read, and no more of them than a small one has."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from engine.files.small_files import NotRegular, open_regular_file, read_small_file
from engine.server.recent_files import Recent
from engine.wire.values import RecentFile


def test_a_small_file_is_read_whole_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert read_small_file(tmp_path / "link", largest=5) == b"12345"
    with pytest.raises(OSError, match="more than the 4 bytes"):
        read_small_file(tmp_path / "file", largest=4)
    with pytest.raises(FileNotFoundError):
        read_small_file(tmp_path / "none")
    with pytest.raises(IsADirectoryError):
        read_small_file(tmp_path)


@pytest.mark.parametrize("flags", [os.O_RDONLY, os.O_RDWR | os.O_CREAT], ids=["read", "write"])
@pytest.mark.parametrize("kind", ["a pipe", "a device", "a socket"])
def test_a_pipe_a_device_and_a_socket_are_not_opened_and_nobody_waits(
    kind: str, flags: int, tmp_path: Path
) -> None:
    path = tmp_path / "odd"
    with socket.socket(socket.AF_UNIX) as bound:
        if kind == "a pipe":
            os.mkfifo(path)
        elif kind == "a device":
            path.symlink_to("/dev/zero")
        else:
            bound.bind(str(path))
        before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
        with pytest.raises(NotRegular, match="it is no regular file"):
            open_regular_file(path, flags)
        assert before == (len(os.listdir("/proc/self/fd")) if before else 0), "it was left open"


def test_a_pipe_in_the_place_of_a_list_is_no_list(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "recent.json")
    recent = Recent(tmp_path / "recent.json")
    assert recent.files() == ()
    recent.add(RecentFile("/a"))  # in its place, which is a convenience
    assert recent.files() == (RecentFile("/a"),)
