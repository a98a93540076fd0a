"""Where an engine writes what goes wrong: a file of the platform's, or one beside its socket."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final

LONGEST: Final = 1 << 20  # bytes; then it begins anew


def opened_log(usual: Path, elsewhere: Path) -> BinaryIO:
    """A log, open at its end. A disk that is full or not to be written keeps nobody from work.

    Args:
        usual: where it is.
        elsewhere: a folder for it where the usual one cannot be written.

    Raises:
        OSError: it cannot be written there either.
    """
    try:
        return _opened(usual)
    except OSError:
        return _opened(elsewhere / usual.name)


def _opened(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    begun = path.exists() and path.stat().st_size < LONGEST
    return path.open("ab" if begun else "wb")
