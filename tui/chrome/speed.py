"""How fast a training has been of late, and when it will reach its goal."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import inf
from time import monotonic
from typing import Final

from engine.wire.events import Snapshot
from tui.drawing.bars import sparkline
from tui.drawing.numbers import duration

SECONDS: Final = 1.0  # between two looks: what changes more often cannot be read
LOOKS: Final = 8


class Speed:
    """Takes the rate of a training once a second, from what the engine tells."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._looked = -inf
        self._rates: deque[float] = deque(maxlen=LOOKS)
        self.rate = 0.0  # steps per second; 0: it rests, or has just begun
        self.left = ""  # the time to the goal; empty where there is none to tell

    @property
    def history(self) -> str:
        """The last rates as a sparkline, with a column for each."""
        return sparkline(self._rates, LOOKS)

    def look(self, snapshot: Snapshot | None) -> None:
        """Take the rate from a snapshot, if the last one is a second old."""
        if snapshot is None:
            self._rates.clear()
        if snapshot is None or snapshot.state != "training":
            self.rest()
        elif snapshot.steps_per_second and self._clock() - self._looked >= SECONDS:
            self._looked, self.rate = self._clock(), snapshot.steps_per_second
            self._rates.append(self.rate)
            self.left = duration((snapshot.goal - snapshot.step) / self.rate)

    def rest(self) -> None:
        """Forget the rate, as there is no training, or none that is heard of."""
        self._looked, self.rate, self.left = -inf, 0.0, ""
