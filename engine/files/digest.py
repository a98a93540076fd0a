"""The SHA-256 of a file, computed while somebody else looks at its bytes."""

from __future__ import annotations

import hashlib
from concurrent.futures import Executor, Future
from typing import Final

WORTH_HELP: Final = 1 << 18  # bytes; below, handing them to a thread takes longer than the work


class Digest:
    """Takes bytes as they come; a helper, on another core, those of large pieces meanwhile."""

    def __init__(self, helper: Executor | None = None) -> None:
        self._sha256 = hashlib.sha256()
        self._helper = helper
        self._running: Future[None] | None = None

    def feed(self, data: memoryview) -> None:
        """The next bytes. They must stay as they are until `wait` returns."""
        self.wait()
        if self._helper is None or len(data) < WORTH_HELP:
            self._sha256.update(data)
        else:
            self._running = self._helper.submit(self._sha256.update, data)

    def wait(self) -> None:
        """Until all bytes that were fed are taken."""
        if self._running is not None:
            self._running.result()
            self._running = None

    def hexadecimal(self) -> str:
        """The digest of all bytes, as `sha256sum` prints it."""
        self.wait()
        return self._sha256.hexdigest()
