"""How fast a training goes: steps per second, over the last second."""

from __future__ import annotations

import time
from collections import deque
from typing import Final

SECONDS: Final = 1.0


class Rate:
    """Steps per second."""

    def __init__(self) -> None:
        self._bursts: deque[tuple[float, int]] = deque()  # when each ended, and its steps

    def clear(self) -> None:
        """There is no rate to speak of: the training pauses, or begins anew."""
        self._bursts.clear()

    def made(self, steps: int) -> None:
        """A burst of steps has just ended."""
        now = time.monotonic()
        self._bursts.append((now, steps))
        while len(self._bursts) > 2 and now - self._bursts[0][0] > SECONDS:
            self._bursts.popleft()

    @property
    def per_second(self) -> float:
        """Steps per second; 0 where there was no burst."""
        if len(self._bursts) < 2:
            return 0.0
        seconds = self._bursts[-1][0] - self._bursts[0][0]
        steps = sum(steps for _, steps in self._bursts) - self._bursts[0][1]
        return steps / seconds if seconds else 0.0
