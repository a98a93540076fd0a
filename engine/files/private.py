"""Folders and files that are their user's alone, whatever the umask. Imports no torch."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import BinaryIO, Final

from engine.errors import UntrustedSocket

FOLDER: Final = 0o700
FILE: Final = 0o600


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it; one that is there already is closed to others."""
    missing = [path for path in folder.parents if not path.exists()]
    for path in (*reversed(missing), folder):
        try:
            path.mkdir(FOLDER)
            with contextlib.suppress(FileNotFoundError):  # another has removed it
                path.chmod(FOLDER)  # the umask may have taken away what the user needs
        except FileExistsError:
            if not path.is_dir():
                raise
    with contextlib.suppress(OSError):  # another's: whoever writes in it is told
        mode = stat.S_IMODE(folder.stat().st_mode)
        if mode & ~FOLDER:
            folder.chmod(mode & FOLDER)


def open_to_append(path: Path, longest: int) -> BinaryIO:
    """Open a regular file, never a link, at its end; one that is too long begins anew."""
    # Not to wait for a reader, where somebody has put a pipe there.
    careful = os.O_NOFOLLOW | os.O_NONBLOCK
    file = open(path, "ab", opener=lambda name, flags: os.open(name, flags | careful, FILE))  # noqa: SIM115
    try:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(f"{path} is no regular file")
        os.fchmod(file.fileno(), FILE)
        if found.st_size > longest:
            file.truncate(0)
    except BaseException:
        file.close()
        raise
    return file


def check_private(folder: Path) -> None:
    """Raise UntrustedSocket for a folder that others than the user could write to."""
    found = folder.lstat()
    owned = found.st_uid == os.getuid() and stat.S_ISDIR(found.st_mode)
    if not owned or stat.S_IMODE(found.st_mode) & 0o077:
        raise UntrustedSocket(
            f"{folder}, for the engine's socket, is not a folder that you alone can use. Remove it,"
            " or set XDG_RUNTIME_DIR to a folder of your own."
        )
