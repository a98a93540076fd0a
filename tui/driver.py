"""Textual's driver for terminals, made to survive the terminal's end.

When a connection drops, the pty is gone: each write fails. Textual's writing thread dies of the
first failure, its queue fills up, and the program waits at it for ever. Here the failure ends the
app, as any other signal to quit does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TextIO

from textual.drivers.linux_driver import LinuxDriver


class LastingFile:
    """A terminal to write to. What is written to it after its end goes nowhere."""

    def __init__(self, file: TextIO, ended: Callable[[], None]) -> None:
        self._file = file
        self._ended = ended
        self.is_there = True

    def write(self, text: str) -> None:
        """Write, as long as there is somebody to read."""
        self._attempt(lambda: self._file.write(text))

    def flush(self) -> None:
        """Hand on what was written."""
        self._attempt(self._file.flush)

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


class TerminalDriver(LinuxDriver):
    """Quits the app when its terminal is gone."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._file: Any = LastingFile(self._file, self._quit)

    def _quit(self) -> None:
        """Called by the writing thread."""
        self._loop.call_soon_threadsafe(self._app.exit)
