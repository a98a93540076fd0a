"""Writing a checkpoint: what was there stays whole until the new file is, or is not replaced."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Final

from engine.atomic import EVERYBODY, write_atomically
from engine.checkpoint_header import is_checkpoint
from engine.errors import CheckpointError
from engine.printable import printable

FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def check_place(path: Path, *, over: bool = False) -> None:
    """Refuse a place where something lies that is no checkpoint, or where no file can be.

    Args:
        path: where.
        over: whether another file than a checkpoint will do; a device never does.

    Raises:
        CheckpointError: says what lies there.
    """
    name = printable(str(path))
    try:
        if path.is_dir():
            raise CheckpointError(f"{name} is a folder. Give the name of a file.")
        if path.exists() and not path.is_file():
            raise CheckpointError(f"{name} is no regular file. Give another name.")
        if not over and path.exists() and path.stat().st_size and not is_checkpoint(path):
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


def write(path: Path, data: bytes, *, mode: int = EVERYBODY, over: bool = False) -> None:
    """Write a checkpoint's bytes to a file; from any thread.

    Args:
        path: where; a checkpoint there is replaced.
        data: of `checkpoint.pack`.
        mode: who may read and write the file, less the umask.
        over: whether another file than a checkpoint is replaced too.

    Raises:
        CheckpointError: it was not written; what was there is as it was.
    """
    check_place(path, over=over)
    try:
        write_atomically(path, data, mode=mode)
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{printable(str(path))} {_trouble(error)}") from error


def _trouble(error: Exception) -> str:
    why = error.strerror if isinstance(error, OSError) else error
    if isinstance(error, PermissionError):
        why, todo = "no permission to write in its folder", "Give another place."
    elif isinstance(error, OSError) and error.errno in FULL:
        why, todo = "the disk is full", "Make room, or give another place."
    else:
        todo = "Give another place."
    return f"was not written: {why}. What was there before is still there. {todo}"
