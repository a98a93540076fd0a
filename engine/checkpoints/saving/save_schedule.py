"""When a lab that changes all the time is to be saved next. Imports no torch."""

from __future__ import annotations

import time
from typing import Final

SHARE: Final = 0.05  # of the time that saving may take: a huge lab is saved less often


class SaveSchedule:
    """Knows when the next save is due: the first at once, then so many seconds apart."""

    def __init__(self, seconds: float) -> None:
        self.due = 0.0  # on the monotonic clock
        self._seconds = seconds

    def hurry(self) -> None:
        """The next save is due at once."""
        self.due = 0.0

    def begin(self) -> None:
        """A save begins, or the time until the first."""
        self.due = time.monotonic() + self._seconds

    def finish(self, seconds: float) -> None:
        """A save has ended, which took so many seconds."""
        self.due = max(self.due, time.monotonic() + seconds / SHARE)
