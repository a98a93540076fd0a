"""Textual's driver for terminals, made to survive a terminal that has gone or does not read.

When a connection drops, the pty is gone: each write fails. Textual's writing thread dies of the
first failure, its queue fills up, and the program waits at it for ever. Here the failure ends the
app, as any other signal to quit does.

When a terminal stops reading (Ctrl+S, a stalled connection), the queue fills up likewise. Here the
driver knows how much it has not got rid of yet, so that the app can leave frames out; and when the
app ends, or is suspended, it waits a moment only.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any, Final

from tui.terminal.key_parsing import KeyReadingDriver
from tui.terminal.nonblocking_output import NonblockingFile

WAITING: Final = 9  # writes, three a frame: Textual's queue holds 30, and then blocks the app
BEHIND: Final = 8192  # characters not yet written; a frame of a training lab has a fifth of that
SECONDS_TO_LEAVE: Final = 1.0  # that a terminal has to take the last frames; a slow one needs 0.3


class TerminalDriver(KeyReadingDriver):
    """Quits the app when its terminal is gone, and knows when it does not keep up."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._lab = app
        self._output: NonblockingFile = self.replace_output(
            lambda file: NonblockingFile(file, self._quit, self._count)
        )
        self._writes = 0  # counted by the app's thread
        self._sent = 0  # characters; counted by the app's thread
        self._written = 0  # counted by the writing thread
        self._is_even = Event()  # set by the writing thread when it has written everything
        self._is_leaving = False
        self._caught_up: Callable[[], None] | None = None

    def write(self, data: str) -> None:
        """Hand text to the writing thread."""
        self._sent += len(data)
        self._writes += 1
        super().write(data)

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has not yet taken what it was sent."""
        waiting = self._writes - self._output.taken
        return self._sent - self._written > BEHIND or waiting > WAITING

    def when_caught_up(self, call: Callable[[], None]) -> None:
        """Call the app back once the terminal has taken everything."""
        self._caught_up = call
        if self._sent == self._written:  # meanwhile it has
            self._call_back()

    # --- the end

    def start_application_mode(self) -> None:
        """Begin, or begin again: the terminal has all the time it needs."""
        self._is_leaving = False
        self._output.wait(None)
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def disable_input(self) -> None:
        """The first step of leaving, which writes."""
        self._leave()
        super().disable_input()

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        self._leave()
        super().stop_application_mode()

    def _leave(self) -> None:
        """Wait for the terminal a moment longer, once; then make room for what restores it."""
        if self._is_leaving:
            return
        self._is_leaving = True
        self._output.wait(SECONDS_TO_LEAVE)
        if not self._is_written_in(SECONDS_TO_LEAVE):
            self._is_written_in(SECONDS_TO_LEAVE)  # or thrown away, as the time is over
            self._output.make_room()

    def _is_written_in(self, seconds: float) -> bool:
        self._is_even.clear()
        return self._sent == self._written or self._is_even.wait(seconds)

    # --- called by the writing thread

    def _count(self, characters: int) -> None:
        self._written += characters
        if self._sent == self._written:
            self._is_even.set()
            self._call_back()

    def _call_back(self) -> None:
        call, self._caught_up = self._caught_up, None
        if call is not None:
            self.loop.call_soon_threadsafe(call)

    def _quit(self) -> None:
        self.loop.call_soon_threadsafe(self._lab.exit)
