"""An engine's life: its name, its two threads, its signals and its end."""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import platformdirs

from engine.errors import EngineError, EngineUnavailable
from engine.local import paths
from engine.local.held_name import HeldName, claimed
from engine.local.name_lock import Ending
from engine.local.paths import PROGRAM, LabPaths
from engine.local.saved_labs import newest_save, other_labs, unseen
from engine.server.file_browser import FileBrowser
from engine.server.inbox import Inbox
from engine.server.recent_files import Recent
from engine.server.socket_server import Server

log = logging.getLogger(__name__)


class Daemon:
    """Serves a lab until nobody needs it any more, until it is told to stop, or until SIGTERM."""

    def __init__(self, place: LabPaths, idle_seconds: float, save_seconds: float) -> None:
        """Claim the lab's name; it is saved every so many seconds, and waits so many for a screen.

        After NameTaken and EngineUnavailable what told of the lab before still does.
        """
        paths.check_length(place.socket)
        claim = claimed(place)
        try:
            self._left_at = newest_save(place, claim.before)
        except EngineError as error:  # whoever opened a lab now would give up the one that waits
            claim.release("unopened")
            raise EngineUnavailable(unseen(place.name, error)) from error
        self._held = HeldName(claim, self._move_socket)
        self._socket = place.socket
        self._idle_seconds = idle_seconds
        self._save_seconds = save_seconds
        self._inbox: Inbox = queue.SimpleQueue()
        recent = Recent(platformdirs.user_state_path(PROGRAM) / "recent.json")
        browser = FileBrowser(recent, lambda: other_labs(self._held.name))
        self._server = Server(self._inbox, place.name, browser)
        self._worker = threading.Thread(target=self._work, name="worker", daemon=True)
        self._has_loaded_torch = threading.Event()  # so that there may be something to save
        self._failure: BaseException | None = None  # of the worker
        self._ending: Ending = "unopened"
        self._is_told_to_end = False

    async def run(self, ready: Callable[[], None]) -> None:
        """Serve the lab, and give its name back; `ready` is called when clients may come.

        Raises EngineUnavailable if there can be no socket, and EngineError if the worker has
        failed.
        """
        self._loop = asyncio.get_running_loop()
        self._worker.start()
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, self._end_or_die)
        # It may come beside a SIGTERM: it never counts as a second one.
        self._loop.add_signal_handler(signal.SIGHUP, self._end)
        try:
            await self._server.serve(self._socket, ready, self._held.look_after)
        except BrokenPipeError:  # whoever started it has gone, and nobody else has met it
            self._inbox.put(None)
        except EngineUnavailable:
            self._held.release("unopened")
            raise
        if self._has_loaded_torch.is_set():
            await asyncio.to_thread(self._worker.join)
        if self._failure is not None:
            raise EngineError(f"{type(self._failure).__name__}: {self._failure}")
        self._held.release(self._ending)

    def _work(self) -> None:
        try:
            # In this thread, so that a screen is welcomed while torch still loads.
            from engine.server.identity import Identity
            from engine.server.worker import Worker

            identity = Identity(self._held, self._idle_seconds, self._save_seconds, self._left_at)
            worker = Worker(self._inbox, identity)
            self._has_loaded_torch.set()
            try:
                worker.run()
            finally:
                self._ending = worker.ending
        except BaseException as error:
            self._failure = error
            log.exception("the worker failed")
        self._loop.call_soon_threadsafe(self._server.stop)

    def _move_socket(self, path: Path) -> None:
        """Listen at another path; called in the worker's thread."""
        asyncio.run_coroutine_threadsafe(self._server.move(path), self._loop).result()

    def _end(self) -> None:
        """Let the worker save, and end."""
        self._inbox.put(None)
        if not self._has_loaded_torch.is_set():
            self._server.stop()

    def _end_or_die(self) -> None:
        """End; told a second time, at once and without saving."""
        if self._is_told_to_end:
            os._exit(1)
        self._is_told_to_end = True
        self._end()
