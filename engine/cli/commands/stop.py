"""`makemore-tui stop NAME`: end a lab that runs in the background."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Coroutine
from typing import Any, Final

import click

from engine.cli.console import narrate
from engine.cli.option_groups.common import complete_lab
from engine.errors import EngineUnavailable, OtherVersion, UntrustedSocket
from engine.local import command_lines
from engine.local.engine_process import EngineProcess
from engine.local.lab_list import silence
from engine.local.lab_summary import LEFT
from engine.local.name_lock import Holder, clear, name_taken, standing, standing_of
from engine.local.paths import PROGRAM, LabPaths, lab_of_save
from engine.local.saved_labs import newest_save, no_lab
from engine.wire.events import Stopped

SECONDS_TO_STOP: Final = 5.0  # then a person is told why nothing is said


@click.command("stop")
@click.argument("name", shell_complete=complete_lab)
@click.option("--no-save", is_flag=True, help="End it even where it cannot be saved.")
def command(name: str, no_save: bool) -> None:
    """Save a lab, and end its engine; see makemore-tui ls."""
    place = LabPaths(name)
    state, holder = standing(place)
    if state in LEFT:
        saved = newest_save(place, holder)
        clear(place, holder, wholly=True)
        how = ", and not well" if state == "crashed" else ""
        again = "" if saved is None else command_lines.go_on(str(saved), lab_of_save(saved) or "")
        narrate(f"{name} had ended already{how}." + (again and f" {again} takes it up."))
        return
    if state != "running" or holder is None:
        raise no_lab(name, f"{PROGRAM} ls lists those that do.")
    if no_save:
        asyncio.run(_end_unsaved(place, holder))
        narrate(f"Stopped {name}.")
        return
    go_on = asyncio.run(_end(place, holder))
    narrate(f"Stopped {name}." + (go_on and f" {go_on} goes on with it."))


async def _end(place: LabPaths, holder: Holder) -> str:
    """Have the engine save, and end; returns how a person goes on, empty if nothing is saved."""
    engine = EngineProcess(place.name)
    try:
        client = await engine.start(attach=True)
    except OtherVersion:
        os.kill(holder.pid, signal.SIGTERM)  # that, any version understands: it saves, and ends
        await _patiently(_gone(place, holder), holder)
        await engine.ended(holder)
        saved = newest_save(place, holder)
        clear(place, standing(place)[1], wholly=True)  # a person is told
        return "" if saved is None else command_lines.attach(place.name)
    except UntrustedSocket as error:
        raise EngineUnavailable(f"{error} kill {holder.pid} saves and ends the lab.") from error
    except EngineUnavailable as error:
        is_here = holder.host == socket.gethostname()
        if is_here and standing_of(holder, place) == "running":
            raise EngineUnavailable(silence(place.name, holder.pid)) from error
        raise
    await _patiently(engine.stop(), holder)
    last_words = [event async for event in client.events() if isinstance(event, Stopped)]
    if not last_words or last_words[-1].saved is None:
        return ""
    return command_lines.go_on(last_words[-1].saved, last_words[-1].lab)


async def _end_unsaved(place: LabPaths, holder: Holder) -> None:
    """Have the engine end; if it does not answer, end it."""
    engine = EngineProcess(place.name)
    with contextlib.suppress(EngineUnavailable, TimeoutError):
        async with asyncio.timeout(SECONDS_TO_STOP):
            await engine.start(attach=True)
            await engine.stop(save=False)
            return
    if standing_of(holder, place) == "running":
        if holder.host != socket.gethostname():
            raise EngineUnavailable(name_taken(place, holder))
        os.kill(holder.pid, signal.SIGKILL)
        await _gone(place, holder)
    clear(place, standing(place)[1], wholly=True)


async def _patiently(ending: Coroutine[Any, Any, object], holder: Holder) -> None:
    """Wait, and tell what for where that takes long."""
    task = asyncio.create_task(ending)
    done, _ = await asyncio.wait((task,), timeout=SECONDS_TO_STOP)
    if not done:
        narrate(
            f"The engine, process {holder.pid}, still works or saves. Ctrl+C leaves it to that;"
            " --no-save ends it as it is."
        )
    await task


async def _gone(place: LabPaths, holder: Holder) -> None:
    while standing_of(holder, place) == "running":  # noqa: ASYNC110 another process tells of it
        await asyncio.sleep(0.05)
