"""The engine's look at files while the worker trains: where paths go on to, and what is there.

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
from functools import partial
from typing import Final, TypeVar

from msgspec.structs import replace

from engine.errors import DataError, EngineError
from engine.local import lab_folders
from engine.server.path_completion import browsed
from engine.server.recent_files import Recent
from engine.text.printable import printable
from engine.wire.answers import Answers, Browsed, Done, Examined, OtherLab
from engine.wire.requests import Browse, DeleteLab, Examine, RenameLab
from engine.wire.values import RecentFile

SECONDS: Final = 3.0  # until a folder counts as one that does not answer
MOST_LOOKS: Final = 8  # at a time, those that hang included

T = TypeVar("T")
Look = Browse | Examine | RenameLab | DeleteLab  # what is asked of it

log = logging.getLogger(__name__)


class FileBrowser:
    """Looks at files for the server."""

    def __init__(
        self,
        recent: Recent | None = None,
        labs: Callable[[], tuple[OtherLab, ...]] = tuple,
        look: Callable[[str, tuple[RecentFile, ...]], Browsed] = browsed,
        seconds: float = SECONDS,
    ) -> None:
        """Look at files with `look`, which may take so many seconds for a folder."""
        self._recent = recent
        self._labs = labs
        self._look = look
        self._seconds = seconds
        self._room = threading.BoundedSemaphore(MOST_LOOKS)

    async def answer(self, request: Look) -> Answers:
        """Do what a request asks of files; raises EngineError if that fails or takes too long."""
        match request:
            case Browse(path):
                return await self._in_thread(partial(self._browsed, path), path)
            case Examine(path, options):
                return await self._in_thread(partial(_examined, path, options), path or "")
            case RenameLab(name, new):
                await self._in_thread(partial(lab_folders.rename, name, new), name)
            case DeleteLab(name):
                await self._in_thread(partial(lab_folders.delete, name), name)
        return Done()

    def _browsed(self, path: str) -> Browsed:
        seen = self._look(path, self._recent.files() if self._recent else ())
        return seen if path else replace(seen, labs=self._labs())

    async def _in_thread(self, work: Callable[[], T], path: str) -> T:
        if not self._room.acquire(blocking=False):
            raise DataError("Too many folders do not answer. Wait, or type the path.")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def settle(result: T | EngineError) -> None:
            if answer.done():
                return  # too late
            if isinstance(result, EngineError):
                answer.set_exception(result)
            else:
                answer.set_result(result)

        def run() -> None:
            result: T | EngineError
            try:
                result = work()
            except EngineError as error:
                result = error
            except Exception as error:  # a person gets a sentence, the log the traceback
                log.exception("looking at %r", path)
                result = DataError(f"{printable(path)} cannot be looked at ({error}).")
            finally:
                self._room.release()
            with contextlib.suppress(RuntimeError):  # the server has ended
                loop.call_soon_threadsafe(settle, result)

        threading.Thread(target=run, name="browse", daemon=True).start()
        try:
            async with asyncio.timeout(self._seconds):
                return await answer
        except TimeoutError:
            raise DataError(
                f"{printable(path)}: the folder does not answer. Is it on a network that is gone?"
            ) from None

    def remember(self, path: str, options: str) -> None:
        """Put a file that was opened, as it was typed, at the top of those opened last."""
        if self._recent is not None:
            file = RecentFile(os.path.abspath(os.path.expanduser(path)), options)
            threading.Thread(target=self._recent.add, args=(file,), daemon=True).start()


def _examined(path: str | None, options: str) -> Examined:
    from engine.server.data_preview import examined  # with numpy and torch

    return examined(path, options)
