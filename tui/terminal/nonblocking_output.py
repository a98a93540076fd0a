"""A terminal to write to, which may be gone, or may not read, and is not waited for without end.

A write to a terminal that does not read blocks, and nothing can end that but the terminal. So it is
opened here a second time, for writes that take what there is room for: the shell, and whatever
else has the terminal open, keep theirs as it is.
"""

from __future__ import annotations

import contextlib
import os
import select
import termios
from collections.abc import Callable
from time import monotonic
from typing import Final, TextIO

_SECONDS_TO_LOOK: Final = 0.05  # whether there is room, before asking whether to wait on


class NonblockingFile:
    """Discards what is written once the terminal is gone, or the time to `wait` for it is over."""

    def __init__(
        self, file: TextIO, ended: Callable[[], None], written: Callable[[int], None]
    ) -> None:
        """A file that tells when it has gone, and how many characters it wrote or discarded."""
        self._file = file
        self._ended = ended
        self._written = written
        self._own = _second(file)
        self._held: list[str] = []  # since the last flush
        self._deadline: float | None = None
        self.is_there = True
        self.taken = 0  # writes that are over

    def write(self, text: str) -> None:
        """Keep for the next flush."""
        self._held.append(text)
        self.taken += 1

    def flush(self) -> None:
        """Hand on what was written; this waits for the terminal to take it, as long as it may."""
        text = "".join(self._held)
        self._held.clear()
        if self.is_there:
            try:
                self._send(text)
            except OSError:
                self.is_there = False
                self._ended()
        self._written(len(text))

    def fileno(self) -> int:
        """The terminal's number."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Whether it is a terminal at all."""
        return self._file.isatty()

    def wait(self, seconds: float | None) -> None:
        """Wait for the terminal this long from now on, all in all; None: for ever."""
        self._deadline = None if seconds is None else monotonic() + seconds

    def make_room(self) -> None:
        """Take back what the terminal has not read."""
        with contextlib.suppress(termios.error, OSError):  # it is gone
            termios.tcflush(self.fileno(), termios.TCOFLUSH)

    def _send(self, text: str) -> None:
        if self._own is None:
            self._file.write(text)
            self._file.flush()
            return
        data = memoryview(text.encode(self._file.encoding, "replace"))
        while data:
            try:
                data = data[os.write(self._own, data) :]
            except BlockingIOError:
                if self._deadline is not None and monotonic() > self._deadline:
                    return
                select.select([], [self._own], [], _SECONDS_TO_LOOK)


def _second(file: TextIO) -> int | None:
    """The same terminal, opened for writes that do not block; None where that cannot be."""
    try:
        return os.open(os.ttyname(file.fileno()), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except (OSError, ValueError):
        return None
