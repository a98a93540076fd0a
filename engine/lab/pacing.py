"""`Pacing` decides when the next burst of training is due, and how many steps it has."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterable
from typing import Final

from engine.training.speed import Rate

BURST_SECONDS: Final = 0.004  # how long a request waits, unless a single step takes longer


def seconds_until(due: Iterable[float | None]) -> float | None:
    """How long to wait for the first of these moments of the monotonic clock; None: for ever."""
    first = min((moment for moment in due if moment is not None), default=None)
    if first is None:
        return None
    return min(max(0.0, first - time.monotonic()), threading.TIMEOUT_MAX)


class Pacing:
    """The clock of a training decides when steps are due, and measures how many are made."""

    def __init__(self) -> None:
        self._due = 0.0  # on the monotonic clock
        self._rate = Rate()
        self._longest = 1  # steps that take about BURST_SECONDS

    @property
    def per_second(self) -> float:
        """The rate over the last second, in steps per second."""
        return self._rate.per_second

    def clear(self) -> None:
        """Forget the measured rate, as where a training begins."""
        self._rate.clear()

    def begin(self) -> None:
        """Make the next burst due at once, where a training begins or its pace changes."""
        self._due = time.monotonic()

    def steps(self, pace: float) -> int:
        """How many steps to make now; 0: it is not time yet.

        Args:
            pace: steps per second; infinite: no limit.
        """
        if time.monotonic() < self._due:
            return 0
        if pace == math.inf:
            return self._longest
        return min(self._longest, max(1, round(pace * BURST_SECONDS)))

    def made(self, steps: int, seconds: float, pace: float) -> None:
        """Note that steps were made, and decide when the next are due and how many they may be.

        Args:
            steps: that were made, which may be fewer than `steps` has said: a trainer has a longest
                burst, and a training a goal.
            seconds: that they took.
            pace: as for `steps`.
        """
        self._rate.made(steps)
        in_time = int(steps * BURST_SECONDS / max(seconds, 1e-9))
        self._longest = max(1, min(2 * steps, in_time))
        if pace < math.inf:
            began, period = time.monotonic() - seconds, steps / pace
            is_late = began - self._due > max(period, 1.0)  # the machine slept, say
            self._due = (began if is_late else self._due) + period

    def next(self, pace: float) -> float:
        """When the next burst is due, on the monotonic clock."""
        return 0.0 if pace == math.inf else self._due
