"""Reading the small files that are kept about labs, and those that a person writes for them.

At such a path may lie a pipe or a device, which could be read for ever, or a file of any size. Only
regular files are opened, and no more is read of one than such a file has.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path
from typing import Final

from engine.files.private import FILE

LARGEST: Final = 1 << 20  # bytes


class NotRegular(OSError):
    """What lies there is a pipe, a device or a socket."""


def read_small_file(path: Path, largest: int = LARGEST) -> bytes:
    """The content of a small file; raises NotRegular or OSError; `strerror` says why."""
    with os.fdopen(open_regular_file(path, os.O_RDONLY), "rb") as file:
        data = file.read(largest + 1)
    if len(data) > largest:
        why = f"it has more than the {largest:,} bytes that such a file has at the most"
        raise OSError(errno.EFBIG, why, str(path))
    return data


def open_regular_file(path: Path, flags: int, mode: int = FILE) -> int:
    """Open as `os.open` does, but wait for nothing; raises NotRegular for what is no file."""
    with contextlib.suppress(FileNotFoundError):
        _check(os.stat(path), path)  # merely to open a device may do something
    file = os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY, mode)
    try:
        _check(os.fstat(file), path)
    except OSError:
        os.close(file)
        raise
    return file


def _check(found: os.stat_result, path: Path) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(found.st_mode):
        raise NotRegular(errno.EINVAL, "it is no regular file", str(path))
