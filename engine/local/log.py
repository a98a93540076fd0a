"""The log of an engine: a file in the platform's usual place, or one beside its socket."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any, BinaryIO, Final

from engine.files.private import make_folder, open_to_append
from engine.text.printable import printable

LONGEST: Final = 1 << 20  # bytes; then it begins anew
LONGEST_LINE: Final = 4000  # characters; another process may send any number
SECONDS: Final = 60.0  # between two refusals that have a line of their own


def opened_log(usual: Path, elsewhere: Path) -> BinaryIO:
    """Open the log at its end; a disk that is full or read-only keeps no engine from work.

    It is in the folder `elsewhere` where the usual file cannot be written, or is a link.
    """
    try:
        make_folder(usual.parent)
        return open_to_append(usual, LONGEST)
    except OSError:
        return open_to_append(elsewhere / usual.name, LONGEST)


class Formatter(logging.Formatter):
    """Writes each message as one line, without anything that a terminal would obey."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(process)d %(levelname)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Write the message as one line."""
        return printable(super().formatMessage(record)[:LONGEST_LINE])

    def formatException(self, ei: Any) -> str:
        """Write the traceback, in the lines below the message."""
        return "\n".join(map(printable, super().formatException(ei).splitlines()))


class Refusals:
    """Logs clients that are refused: one in so many seconds by itself, a flood as a number."""

    def __init__(self, log: logging.Logger, seconds: float = SECONDS) -> None:
        self._log = log
        self._seconds = seconds
        self._next = 0.0  # on the monotonic clock
        self._more = 0  # since the newest line

    def add(self, reason: str) -> None:
        """Note that a client was refused, and log it or count it."""
        if time.monotonic() < self._next:
            self._more += 1
            return
        self.tell_more()
        self._log.warning("a client was refused: %s", reason)
        self._next = time.monotonic() + self._seconds

    def tell_more(self) -> None:
        """Log how many were refused without a line of their own."""
        if self._more:
            self._log.warning("%s more clients were refused", f"{self._more:,}")
            self._more = 0
