"""Exporting to a file that a person names: never over another unasked, errors as sentences."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from engine.files.atomic import write_atomically
from engine.text.printable import printable
from engine.wire.client import EngineError


class AlreadyThere(EngineError):
    """There is a file of that name already."""


def check(path: Path, *, over: bool) -> Path:
    """Where a file would really be written: behind links.

    Raises:
        AlreadyThere: there is a file, and `over` is false.
        EngineError: no file can be written there.
    """
    name = printable(str(path))
    try:
        real = Path(os.path.realpath(path))
    except (OSError, ValueError) as error:
        raise EngineError(f"{name} cannot be written ({_reason(error)}).") from error
    try:
        mode = real.stat().st_mode
    except FileNotFoundError:
        if not real.parent.is_dir():
            raise EngineError(f"There is no folder {printable(str(real.parent))}.") from None
        return real
    except (OSError, ValueError) as error:
        raise EngineError(f"{name} cannot be written ({_reason(error)}).") from error
    if stat.S_ISDIR(mode):
        raise EngineError(f"{name} is a folder. Give the name of a file.")
    if not stat.S_ISREG(mode):
        raise EngineError(f"{name} is no regular file. Give another name.")
    if not over:
        raise AlreadyThere(f"{name} exists.")
    if not os.access(real, os.W_OK):
        raise EngineError(f"{name} may not be written over. Give another name.")
    return real


def write(path: Path, content: str | bytes, *, over: bool = False) -> None:
    """Write a file, as a whole or not at all.

    Args:
        path: where.
        content: of the file; a text becomes UTF-8.
        over: whether a file that is there is replaced; it keeps its mode.

    Raises:
        AlreadyThere: there is a file, and `over` is false.
        EngineError: it cannot be written; nothing is left behind.
    """
    real, name = check(path, over=over), printable(str(path))
    data = content.encode() if isinstance(content, str) else content
    try:
        write_atomically(real, data, replace=over)
    except FileExistsError:
        raise AlreadyThere(f"{name} exists.") from None
    except PermissionError as error:
        raise EngineError(f"No permission to write in {printable(str(real.parent))}.") from error
    except (OSError, ValueError) as error:
        raise EngineError(f"{name} was not written: {_reason(error)}.") from error


def _reason(error: OSError | ValueError) -> str:
    if not isinstance(error, OSError):
        return str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full"
    return (error.strerror or str(error)).lower()
