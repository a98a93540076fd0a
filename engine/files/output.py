"""A file that a person names: where it can be, and how it is written, with errors as sentences."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from engine.errors import AlreadyThere, NotWritten
from engine.files.atomic import EVERYBODY, write_atomically
from engine.text.printable import printable

FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def check_place(path: Path, *, overwrite: bool) -> None:
    """Refuse a place where no file can be written, or where one lies that is to stay.

    A file may be there with `overwrite` (else AlreadyThere), but a folder, a device and one that
    nobody may write may not (NotWritten). Links are followed.
    """
    name = printable(str(path))
    try:
        real = Path(os.path.realpath(path))
        found: os.stat_result | None = None
        with contextlib.suppress(FileNotFoundError):
            found = real.stat()
        if found is None and not real.parent.is_dir():
            folder = printable(str(real.parent))
            raise NotWritten(f"There is no folder {folder}. Make it, or give another place.")
    except (OSError, ValueError) as error:
        raise _not_written(path, error) from error
    if found is None:
        return
    if stat.S_ISDIR(found.st_mode):
        raise NotWritten(f"{name} is a folder. Give the name of a file.")
    if not stat.S_ISREG(found.st_mode):
        raise NotWritten(f"{name} is no regular file. Give another name.")
    if not overwrite:
        raise AlreadyThere(f"{name} exists.")
    # Root, who may do anything, is not to by accident.
    if not os.access(real, os.W_OK) or not found.st_mode & 0o222:
        raise NotWritten(
            f"{name} may not be written over: its mode forbids it. Change it, or give another name."
        )


def write_file(
    path: Path, data: bytes | Iterable[bytes], *, overwrite: bool, mode: int = EVERYBODY
) -> None:
    """Write a file, as a whole or not at all; from any thread. See `check_place`.

    A file that is replaced keeps its mode; a new one has this, less the umask. After AlreadyThere
    and NotWritten what was there is as it was, and nothing lies beside it.
    """
    check_place(path, overwrite=overwrite)
    try:
        write_atomically(path, data, mode=mode, replace=overwrite)
    except FileExistsError as error:
        raise AlreadyThere(f"{printable(str(path))} exists.") from error
    except (OSError, ValueError) as error:
        raise _not_written(path, error) from error


def _not_written(path: Path, error: OSError | ValueError) -> NotWritten:
    why, todo = str(error), "Give another place."
    if isinstance(error, PermissionError):
        why = "no permission to write in its folder"
    elif isinstance(error, OSError) and error.errno in FULL:
        why, todo = "the disk is full", "Make room, or give another place."
    elif isinstance(error, OSError) and error.strerror:
        why = error.strerror.lower()
    was = "What was there before is still there."
    return NotWritten(f"{printable(str(path))} was not written: {why}. {was} {todo}")
