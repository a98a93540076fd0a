"""Writing a checkpoint: what was there stays whole until the new file is, or is not replaced."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Final

from engine.checkpoints.header import is_checkpoint
from engine.errors import CheckpointError
from engine.files.atomic import EVERYBODY, write_atomically
from engine.text.printable import printable
from engine.wire.requests import Over

FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class AlreadyThere(CheckpointError):
    """There is something of that name, and nothing was to be replaced."""


def check_place(path: Path, *, over: Over = "checkpoint") -> None:
    """Refuse a place where no checkpoint can be, or where something lies that is to stay.

    Args:
        path: where.
        over: what may be replaced: nothing, a checkpoint or an empty file, or any file. A device
            or a file that nobody may write never is.

    Raises:
        AlreadyThere: nothing may be, and there is something.
        CheckpointError: says what lies there.
    """
    name = printable(str(path))
    try:
        if path.is_dir():
            raise CheckpointError(f"{name} is a folder. Give the name of a file.")
        if path.exists() and not path.is_file():
            raise CheckpointError(f"{name} is no regular file. Give another name.")
        if over == "nothing" and os.path.lexists(path):
            raise AlreadyThere(f"{name} exists.")
        if path.exists() and not _may_be_written(path):
            raise CheckpointError(
                f"{name} may not be written: its mode forbids it. Change it, or give another name."
            )
        empty = path.exists() and not path.stat().st_size
        if over == "checkpoint" and path.exists() and not empty and not is_checkpoint(path):
            raise CheckpointError(
                f"{name} exists, and is no checkpoint: it is not written over. Give another name."
            )
        if not path.exists() and not path.resolve().parent.is_dir():
            raise CheckpointError(
                f"{name}: there is no folder {printable(str(path.resolve().parent))}. Make it, or"
                " give another place."
            )
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links in a circle
        raise CheckpointError(f"{name} {_trouble(error)}") from error


def write(path: Path, data: bytes, *, mode: int = EVERYBODY, over: Over = "checkpoint") -> Path:
    """Write a checkpoint's bytes to a file; from any thread.

    Args:
        path: where.
        data: of `checkpoint.Packed`.
        mode: who may read and write a new file, less the umask.
        over: see `check_place`.

    Returns:
        Where it is now: `path`.

    Raises:
        AlreadyThere: nothing may be replaced, and there is something.
        CheckpointError: it was not written; what was there is as it was.
    """
    check_place(path, over=over)
    try:
        write_atomically(path, data, mode=mode, replace=over != "nothing")
    except FileExistsError as error:  # since a moment ago
        raise AlreadyThere(f"{printable(str(path))} exists.") from error
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{printable(str(path))} {_trouble(error)}") from error
    return path


def _may_be_written(path: Path) -> bool:
    """Whether this user may, and anybody: root, who may do anything, is not to by accident."""
    return os.access(path, os.W_OK) and bool(path.stat().st_mode & 0o222)


def _trouble(error: Exception) -> str:
    why = error.strerror if isinstance(error, OSError) else error
    if isinstance(error, PermissionError):
        why, todo = "no permission to write in its folder", "Give another place."
    elif isinstance(error, OSError) and error.errno in FULL:
        why, todo = "the disk is full", "Make room, or give another place."
    else:
        todo = "Give another place."
    return f"was not written: {why}. What was there before is still there. {todo}"
