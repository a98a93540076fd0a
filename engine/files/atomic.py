"""Writing a file anew: whoever reads it finds the old content or the new, never a part.

What is written lies beside the file until it is whole, under a hidden name that tells which file it
is for, locked by the process that writes it: what a killed one left there goes when that file is
written the next time.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

EVERYBODY: Final = 0o666  # what open() asks for; the umask takes away what this user takes away
OWNER: Final = 0o600
LEFT_BEHIND: Final = 60.0  # seconds, where there are no locks: whoever still writes wrote since
AT_FDCWD: Final = -100  # of linux/fcntl.h: a path is relative to the present folder
RENAME_NOREPLACE: Final = 1  # of linux/fs.h
ANY_PART: Final = "[0-9a-f]{16}"  # 8 digits of the file's name, 8 of chance: names have a limit


def write_atomically(
    path: Path, data: bytes | Iterable[bytes], *, mode: int = EVERYBODY, replace: bool = True
) -> None:
    """Create a file, or replace its content; a power cut leaves the old content or the new.

    A new name too is there with the whole content or not at all, where the file system can do that:
    those that know neither links nor renaming over nothing show an empty file for a moment. A link
    stays, and the file behind it is replaced, with its own mode; `mode` is that of a new file, less
    the umask. Without `replace` not even a file is replaced that came in the last moment:
    FileExistsError. After an OSError `path` is as it was, and nothing lies beside it.
    """
    real = Path(os.path.realpath(path))
    mark = hashlib.sha256(os.fsencode(real.name)).hexdigest()[:8]
    remove_parts(real.parent, mark + "[0-9a-f]{8}")
    beside = real.with_name(f".{mark}{secrets.token_hex(4)}.part")
    try:
        handle = _begun(beside, mode)
        with os.fdopen(handle, "wb") as file:
            if mode == OWNER:
                os.fchmod(handle, OWNER)  # the umask may take away what the owner needs
            with contextlib.suppress(OSError):  # there is none, or its file system has no modes
                os.fchmod(handle, stat.S_IMODE(real.stat().st_mode))
            file.writelines((data,) if isinstance(data, bytes) else data)
            file.flush()
            os.fsync(file.fileno())
            _place(beside, real, replace=replace)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    _keep_name(real.parent)


def remove_parts(folder: Path, digits: str = ANY_PART) -> None:
    """Remove parts, with digits in their names, that killed processes left; no others."""
    name = re.compile(rf"\.{digits}\.part")
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            if name.fullmatch(entry.name):
                with contextlib.suppress(OSError):  # another has removed it
                    _remove_if_abandoned(entry.path)


def _begun(beside: Path, mode: int) -> int:
    """Create a part, and lock it until it is closed."""
    while True:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with contextlib.suppress(OSError):  # its file system knows no locks
                fcntl.flock(handle, fcntl.LOCK_EX)
            if os.fstat(handle).st_nlink:
                return handle
            os.close(handle)  # before it was locked, another took it for abandoned
        except BaseException:
            os.close(handle)
            raise


def _remove_if_abandoned(part: str) -> None:
    """Remove a part, unless its process still writes."""
    handle = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(part)
    except BlockingIOError:
        pass
    except OSError:
        # abs: the clock may have been set back since
        if abs(time.time() - os.fstat(handle).st_mtime) > LEFT_BEHIND:
            os.unlink(part)
    finally:
        os.close(handle)


def _place(beside: Path, real: Path, *, replace: bool) -> None:
    """Give the whole file its name."""
    if replace:
        os.replace(beside, real)
        return
    try:
        os.link(beside, real)
    except FileExistsError:
        raise
    except OSError:  # sticks and some network folders know no second name of a file
        if not _renamed_to_new_name(beside, real):
            _claim_and_replace(beside, real)
    else:
        beside.unlink()


def _renamed_to_new_name(beside: Path, real: Path) -> bool:
    """Rename a file, over no other (FileExistsError); False where that cannot be done."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)  # Linux, since 2014
    if rename is None:
        return False
    if rename(AT_FDCWD, os.fsencode(beside), AT_FDCWD, os.fsencode(real), RENAME_NOREPLACE) == 0:
        return True
    if ctypes.get_errno() == errno.EEXIST:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(real))
    return False


def _claim_and_replace(beside: Path, real: Path) -> None:
    """Take the name with an empty file, which is seen for a moment, and replace that."""
    os.close(os.open(real, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    try:
        os.replace(beside, real)
    except BaseException:
        with contextlib.suppress(OSError):
            real.unlink()
        raise


def _keep_name(folder: Path) -> None:
    """Put a folder's new entry on the disk too, where its file system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
