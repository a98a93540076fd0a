"""Textual's driver for terminals, made to survive a terminal that has gone or does not read.

When a connection drops, the pty is gone: each write fails. Textual's writing thread dies of the
first failure, its queue fills up, and the program waits at it for ever. Here the failure ends the
app, as any other signal to quit does.

When a terminal stops reading (Ctrl+S, a stalled connection), the queue fills up likewise. Here the
driver knows how much it has not got rid of yet, so that the app can leave frames out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TextIO

from tui.suspension import StoppableDriver

WAITING: Final = 9  # writes, three a frame: Textual's queue holds 30, and then blocks the app
BEHIND: Final = 8192  # characters not yet written; a frame of a training lab has a fifth of that


class LastingFile:
    """A terminal to write to. What is written to it after its end goes nowhere."""

    def __init__(
        self, file: TextIO, ended: Callable[[], None], written: Callable[[int], None]
    ) -> None:
        self._file = file
        self._ended = ended
        self._written = written
        self._held = 0  # characters since the last flush
        self.is_there = True
        self.taken = 0  # writes that are over

    def write(self, text: str) -> None:
        """Write, as long as there is somebody to read."""
        self._held += len(text)
        self._attempt(lambda: self._file.write(text))
        self.taken += 1

    def flush(self) -> None:
        """Hand on what was written; this waits for the terminal to take it."""
        self._attempt(self._file.flush)
        held, self._held = self._held, 0
        self._written(held)

    def fileno(self) -> int:
        """The terminal's number."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Whether it is a terminal at all."""
        return self._file.isatty()

    def _attempt(self, write: Callable[[], object]) -> None:
        if self.is_there:
            try:
                write()
            except OSError:
                self.is_there = False
                self._ended()


class TerminalDriver(StoppableDriver):
    """Quits the app when its terminal is gone, and knows when it does not keep up."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._file: Any = LastingFile(self._file, self._quit, self._count)
        self._writes = 0  # counted by the app's thread
        self._sent = 0  # characters; counted by the app's thread
        self._written = 0  # counted by the writing thread
        self._caught_up: Callable[[], None] | None = None

    def write(self, data: str) -> None:
        """Hand text to the writing thread."""
        self._sent += len(data)
        self._writes += 1
        super().write(data)

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has not yet taken what it was sent."""
        waiting = self._writes - self._file.taken
        return self._sent - self._written > BEHIND or waiting > WAITING

    def when_caught_up(self, call: Callable[[], None]) -> None:
        """Call the app back once the terminal has taken everything."""
        self._caught_up = call
        if self._sent == self._written:  # meanwhile it has
            self._call_back()

    def _count(self, characters: int) -> None:
        """Called by the writing thread."""
        self._written += characters
        if self._sent == self._written:
            self._call_back()

    def _call_back(self) -> None:
        call, self._caught_up = self._caught_up, None
        if call is not None:
            self._loop.call_soon_threadsafe(call)

    def _quit(self) -> None:
        """Called by the writing thread."""
        self._loop.call_soon_threadsafe(self._app.exit)
