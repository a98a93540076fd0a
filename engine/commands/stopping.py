"""Ending a long work in good order when it is asked to: SIGINT and SIGTERM."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any, Final

ASKED_BY: Final = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Within it the first signal asks the work to end; a second one ends the process at once."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self._before: list[Any] = []

    @property
    def exit_code(self) -> int:
        """What a shell reports of a process that ended by this signal; 0 without one."""
        return 0 if self.signal is None else 128 + self.signal

    def __enter__(self) -> Stop:
        self._before = [signal.signal(number, self._ask) for number in ASKED_BY]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, before in zip(ASKED_BY, self._before, strict=True):
            signal.signal(number, before)

    def _ask(self, number: int, _: FrameType | None) -> None:
        self.signal = number
        for again in ASKED_BY:
            signal.signal(again, signal.SIG_DFL)  # works even while torch does not come back
