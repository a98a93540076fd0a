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
from engine.wire.answers import Browsed, Examined, OtherLab
from engine.wire.values import RecentFile

SECONDS: Final = 3.0  # until a folder counts as one that does not answer
MOST_LOOKS: Final = 8  # at a time, those that hang included

Look = TypeVar("Look")

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
        """A file browser.

        Args:
            recent: where the files opened last are kept; None: nowhere.
            labs: those beside the one that is open.
            look: what looks into a folder.
            seconds: until it has taken too long.
        """
        self._recent = recent
        self._labs = labs
        self._look = look
        self._seconds = seconds
        self._room = threading.BoundedSemaphore(MOST_LOOKS)

    async def browse(self, path: str) -> Browsed:
        """The entries that a path may go on to.

        Raises:
            DataError: the folder is not there, not to be read, or does not answer.
        """
        recent = self._recent

        def look() -> Browsed:
            seen = self._look(path, recent.files() if recent else ())
            return seen if path else replace(seen, labs=self._labs())

        return await self._in_thread(look, path)

    async def examine(self, path: str | None, options: str) -> Examined:
        """How a data file would be read; see `examination.examined`.

        Raises:
            EngineError: the options or the file are not good, or its folder does not answer.
        """

        def look() -> Examined:
            from engine.server.data_preview import examined  # with numpy and torch

            return examined(path, options)

        return await self._in_thread(look, path or "")

    async def rename(self, name: str, new: str) -> None:
        """Give a lab another name; see `lab_folders.rename`.

        Raises:
            EngineError: it was not renamed, or its folder does not answer.
        """
        await self._in_thread(partial(lab_folders.rename, name, new), name)

    async def delete(self, name: str) -> None:
        """Delete a lab; see `lab_folders.delete`.

        Raises:
            EngineError: it was not deleted, or its folder does not answer.
        """
        await self._in_thread(partial(lab_folders.delete, name), name)

    async def _in_thread(self, look: Callable[[], Look], path: str) -> Look:
        if not self._room.acquire(blocking=False):
            raise DataError("Too many folders do not answer. Wait, or type the path.")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Look] = loop.create_future()

        def settle(result: Look | EngineError) -> None:
            if answer.done():
                return  # too late
            if isinstance(result, EngineError):
                answer.set_exception(result)
            else:
                answer.set_result(result)

        def work() -> None:
            result: Look | EngineError
            try:
                result = look()
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
