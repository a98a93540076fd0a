"""Ending a long work in good order when it is asked to: SIGINT, SIGTERM and SIGHUP."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any, Final

ASKED_BY: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruption:
    """Within it the first signal asks the work to end; a second one ends the process at once.

    A SIGHUP is never the second, nor is what follows one: systemd's logind sends it together with
    SIGTERM, and a shell whose terminal has gone together with others. What is ignored, as under
    nohup, stays so.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self._before: dict[signal.Signals, Any] = {}

    @property
    def exit_code(self) -> int:
        """What a shell reports of a process that ended by this signal; 0 without one."""
        return 0 if self.signal is None else 128 + self.signal

    def __enter__(self) -> Interruption:
        for number in ASKED_BY:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def _ask(self, number: int, _: FrameType | None) -> None:
        self.signal = self.signal or number
        if number == signal.SIGHUP:
            return
        for again in self._before:
            if again != signal.SIGHUP:
                signal.signal(again, signal.SIG_DFL)  # works even while torch does not come back
