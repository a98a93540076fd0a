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


async def run(
    place: LabPaths, idle_seconds: float, save_seconds: float, ready: Callable[[], None]
) -> None:
    """Serve a lab until nobody needs it any more, until it is told to stop, or until SIGTERM.

    Args:
        place: where it is, and what it is called.
        idle_seconds: how long to go on without a screen and without a training.
        save_seconds: between two automatic saves.
        ready: called when clients may come.

    Raises:
        NameTaken: a lab of that name runs.
        EngineUnavailable: the name cannot be taken, what it had before cannot be looked at, or
            there can be no socket; what told of the lab before still does.
        EngineError: the worker has failed, or could not save; the log says how.
    """
    paths.check_length(place.socket)
    claim = claimed(place)
    try:
        left_at = newest_save(place, claim.before)
    except EngineError as error:  # whoever opened a lab now would give up the one that waits
        claim.release("unopened")
        raise EngineUnavailable(unseen(place.name, error)) from error
    loop = asyncio.get_running_loop()
    inbox: Inbox = queue.SimpleQueue()
    recent = Recent(platformdirs.user_state_path(PROGRAM) / "recent.json")
    server = Server(inbox, place.name, FileBrowser(recent, lambda: other_labs(held.name)))

    def move_socket(path: Path) -> None:
        asyncio.run_coroutine_threadsafe(server.move(path), loop).result()

    held = HeldName(claim, move_socket)
    failures: list[BaseException] = []
    begun = threading.Event()  # torch is loaded: there may be something to save
    ending: Ending = "unopened"

    def work() -> None:
        nonlocal ending
        try:
            # In this thread, so that a screen is welcomed while torch still loads.
            from engine.server.identity import Identity
            from engine.server.worker import Worker

            worker = Worker(inbox, Identity(held, idle_seconds, save_seconds, left_at))
            begun.set()
            try:
                worker.run()
            finally:
                ending = worker.ending
        except BaseException as error:
            failures.append(error)
            log.exception("the worker failed")
        loop.call_soon_threadsafe(server.stop)

    told = threading.Event()

    def end() -> None:
        inbox.put(None)  # the worker saves first
        if not begun.is_set():
            server.stop()

    def end_or_die() -> None:
        if told.is_set():
            os._exit(1)  # told twice: without saving
        told.set()
        end()

    worker = threading.Thread(target=work, name="worker", daemon=True)
    worker.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end_or_die)
    loop.add_signal_handler(signal.SIGHUP, end)  # it may come beside a SIGTERM: never a second one
    try:
        await server.serve(place.socket, ready, held.look_after)
    except BrokenPipeError:  # whoever started it has gone, and nobody else has met it
        inbox.put(None)
    except EngineUnavailable:
        held.release("unopened")
        raise
    if begun.is_set():
        await asyncio.to_thread(worker.join)
    if failures:
        raise EngineError(f"{type(failures[0]).__name__}: {failures[0]}")
    held.release(ending)
