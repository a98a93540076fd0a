"""When something was, as a person reads it."""

from __future__ import annotations

import time


def when(since: float | None) -> str:
    """The time of day; of another day, its date too; a dash where there is no such time.

    It is given in seconds since 1970; another machine may have sent any number.
    """
    if since is None:
        return "–"
    try:
        then = time.localtime(since)
        today = time.localtime()[:3] == then[:3]
        return time.strftime("%H:%M" if today else "%Y-%m-%d %H:%M", then)
    except (OverflowError, ValueError, OSError):
        return "–"
