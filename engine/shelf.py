"""The engine's look at files while the worker trains: paths to go on to, files opened last.

A disk may be slow, and a folder of a network that is gone never answers. So each look has a thread
of its own, that nobody waits for at the end: those of asyncio.to_thread would be waited for, and a
few that hang would leave none for the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import Callable
from typing import Final

from engine.browsing import browsed
from engine.errors import DataError, EngineError
from engine.printable import printable
from engine.protocol import Browsed, RecentFile
from engine.recent import Recent

SECONDS: Final = 3.0  # until a folder counts as one that does not answer
MOST_LOOKS: Final = 8  # at a time, those that hang included

log = logging.getLogger(__name__)


class Shelf:
    """Looks at files for the server."""

    def __init__(
        self,
        recent: Recent | None = None,
        look: Callable[[str, tuple[RecentFile, ...]], Browsed] = browsed,
        seconds: float = SECONDS,
    ) -> None:
        """A shelf.

        Args:
            recent: where the files opened last are kept; None: nowhere.
            look: what looks into a folder.
            seconds: until it has taken too long.
        """
        self._recent = recent
        self._look = look
        self._seconds = seconds
        self._room = threading.BoundedSemaphore(MOST_LOOKS)

    async def browse(self, path: str) -> Browsed:
        """The entries that a path may go on to.

        Raises:
            DataError: the folder is not there, not to be read, or does not answer.
        """
        if not self._room.acquire(blocking=False):
            raise DataError("Too many folders do not answer. Wait, or type the path.")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Browsed] = loop.create_future()

        def settle(result: Browsed | EngineError) -> None:
            if answer.done():
                return  # too late
            if isinstance(result, EngineError):
                answer.set_exception(result)
            else:
                answer.set_result(result)

        def work() -> None:
            result: Browsed | EngineError
            try:
                result = self._look(path, self._recent.files() if self._recent else ())
            except EngineError as error:
                result = error
            except Exception as error:  # a person gets a sentence, the log the traceback
                log.exception("looking at %r", path)
                result = DataError(f"{printable(path)} cannot be looked at ({error}).")
            finally:
                self._room.release()
            with contextlib.suppress(RuntimeError):  # the server has ended
                loop.call_soon_threadsafe(settle, result)

        threading.Thread(target=work, name="browse", daemon=True).start()
        try:
            async with asyncio.timeout(self._seconds):
                return await answer
        except TimeoutError:
            raise DataError(
                f"{printable(path)}: the folder does not answer. Is it on a network that is gone?"
            ) from None

    def remember(self, path: str, options: str) -> None:
        """Put a file that was opened at the top of those opened last.

        Args:
            path: as it was typed.
            options: how it was read, as on the command line.
        """
        if self._recent is not None:
            file = RecentFile(os.path.abspath(os.path.expanduser(path)), options)
            threading.Thread(target=self._recent.add, args=(file,), daemon=True).start()
