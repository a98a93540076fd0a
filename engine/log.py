"""Where an engine writes what goes wrong: a file of the platform's, or one beside its socket."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final

import platformdirs

LONGEST: Final = 1 << 20  # bytes; then it begins anew


def usual_log() -> Path:
    """The log of all engines, one after the other."""
    return platformdirs.user_log_path("makemore-tui") / "engine.log"


def opened_log(elsewhere: Path) -> BinaryIO:
    """The log, open at its end. A disk that is full or not to be written keeps nobody from work.

    Args:
        elsewhere: a folder for the log where the usual one cannot be written.

    Raises:
        OSError: it cannot be written there either.
    """
    try:
        return _opened(usual_log())
    except OSError:
        return _opened(elsewhere / "engine.log")


def _opened(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    begun = path.exists() and path.stat().st_size < LONGEST
    return path.open("ab" if begun else "wb")
