"""Writing a file for a person: as a whole or not at all, and never over another unasked."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from pathlib import Path

from engine.client import EngineError


class AlreadyThere(EngineError):
    """There is a file of that name already."""


def check(path: Path, *, over: bool) -> Path:
    """Where a file would really be written: behind links.

    Raises:
        AlreadyThere: there is a file, and `over` is false.
        EngineError: no file can be written there.
    """
    try:
        real = Path(os.path.realpath(path))
    except (OSError, ValueError) as error:
        raise EngineError(f"{path} cannot be written ({_reason(error)}).") from error
    try:
        mode = real.stat().st_mode
    except FileNotFoundError:
        if not real.parent.is_dir():
            raise EngineError(f"There is no folder {real.parent}.") from None
        return real
    except (OSError, ValueError) as error:
        raise EngineError(f"{path} cannot be written ({_reason(error)}).") from error
    if stat.S_ISDIR(mode):
        raise EngineError(f"{path} is a folder. Give the name of a file.")
    if not stat.S_ISREG(mode):
        raise EngineError(f"{path} is no regular file. Give another name.")
    if not over:
        raise AlreadyThere(f"{path} exists.")
    if not os.access(real, os.W_OK):
        raise EngineError(f"{path} may not be written over. Give another name.")
    return real


def write(path: Path, text: str, *, over: bool = False) -> None:
    """Write a file: first beside its place, then put there in one step.

    Args:
        path: where.
        text: in UTF-8.
        over: whether a file that is there is replaced; it keeps its mode.

    Raises:
        AlreadyThere: there is a file, and `over` is false.
        EngineError: it cannot be written; nothing is left behind.
    """
    real = check(path, over=over)
    beside = real.with_name(f".makemore-tui-{secrets.token_hex(6)}")
    placed = False
    try:
        with beside.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            if over and real.exists():
                os.fchmod(file.fileno(), stat.S_IMODE(real.stat().st_mode))
        if not over:
            real.open("x").close()  # at this moment there is still nothing
            placed = True
        os.replace(beside, real)
        placed = False
    except FileExistsError:
        raise AlreadyThere(f"{path} exists.") from None
    except PermissionError as error:
        raise EngineError(f"No permission to write in {real.parent}.") from error
    except (OSError, ValueError) as error:
        raise EngineError(f"{path} was not written: {_reason(error)}.") from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()
        if placed:
            with contextlib.suppress(OSError):
                real.unlink()


def _reason(error: OSError | ValueError) -> str:
    if not isinstance(error, OSError):
        return str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full"
    return (error.strerror or str(error)).lower()
