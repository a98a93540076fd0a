"""Ctrl+Z, as a shell expects it: the whole job stops, and only where somebody can continue it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from typing import Any

from tui.terminal.textual_private import WritingDriver


class StoppableDriver(WritingDriver):
    """Textual's driver for terminals, with SIGTSTP passed on instead of SIGSTOP.

    SIGSTOP stops this process under any circumstances, and it alone: where no shell waits for it,
    nobody can ever continue it; where a wrapper stands between it and the shell, the shell does not
    see that its job has stopped. A SIGTSTP that nobody could undo is ignored by the kernel.
    """

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self.loop = asyncio.get_running_loop()
        self._continued = False
        signal.signal(signal.SIGTSTP, self._on_stop_signal)  # instead of Textual's
        signal.signal(signal.SIGCONT, self._on_continue_signal)

    def _on_stop_signal(self, *_: Any) -> None:
        self._soon(self._stop)

    def _on_continue_signal(self, *_: Any) -> None:
        self._continued = True
        self._soon(self._go_on)

    def _soon(self, what: Callable[[], None]) -> None:
        """Not in a signal's handler: it may have interrupted a write, whose lock it holds."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self.loop.call_soon_threadsafe(what)

    def _stop(self) -> None:
        self.suspend_application_mode()
        self._continued = False
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(0, signal.SIGTSTP)  # the process group; this line ends when `fg` continues it
        signal.signal(signal.SIGTSTP, self._on_stop_signal)
        if not self._continued:
            self._go_on()

    def _go_on(self) -> None:
        if not self.has_written:
            return  # stopped and continued before the screen began
        if self.is_writing:  # stopped by SIGSTOP, which asks nobody
            self.suspend_application_mode()
        self.resume_application_mode()
        if self.is_writing:  # and not in the background, where it stops again
            self.send_message(self.SignalResume())  # to the app, which then paints everything
