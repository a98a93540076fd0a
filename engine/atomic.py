"""Writing a file anew: whoever reads it finds the old content or the new, never a part."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

EVERYBODY: Final = 0o666  # what open() asks for; the umask takes away what this user takes away
OWNER: Final = 0o600


def write_atomically(path: Path, data: bytes, *, mode: int = EVERYBODY) -> None:
    """Replace a file by one with other content, or make it; also a power cut leaves one of both.

    Args:
        path: where, in a folder that exists. A link stays, and the file behind it is replaced.
        data: the whole content.
        mode: who may read and write it, less the umask.

    Raises:
        OSError: it could not be written; then `path` is as it was, and nothing lies beside it.
    """
    real = Path(os.path.realpath(path))
    beside = real.with_name(f".{secrets.token_hex(8)}.part")  # short: names have a limit
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, real)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    _keep_name(real.parent)


def _keep_name(folder: Path) -> None:
    """Put a folder's new entry on the disk too, where its file system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
