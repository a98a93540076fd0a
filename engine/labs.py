"""What labs there are on this machine: those that run, and those that wait to be taken up.

Imports no torch.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from pathlib import Path
from typing import Final

import msgspec

from engine.autosave import Autosaves
from engine.built_in import built_in_path
from engine.checkpoint_header import last_loss, path_of, peek
from engine.claim import Holder, clear, standing, standing_of
from engine.client import Client
from engine.errors import EngineError, EngineUnavailable, LabGone, OtherVersion, UntrustedSocket
from engine.places import PROGRAM, Place, places
from engine.printable import path_text, printable
from engine.protocol import Describe, Description

SILENT: Final = "not answering"  # the state of a lab whose engine runs, and says nothing
LEFT: Final = ("crashed", "ended")  # states of a lab that does not run, and can be resumed
UNKNOWN: Final = "unknown"  # state of one of which not even that is known
SECONDS_TO_ANSWER: Final = 5.0  # longer than any burst of training


class Listed(msgspec.Struct, frozen=True):
    """A lab in a line, as `makemore-tui ls` prints it."""

    name: str
    data: str | None  # path
    model: str | None
    device: str | None
    state: str  # of the training; else one of `LEFT`, `SILENT`, or what `look` says
    step: int | None
    goal: int | None
    loss: float | None
    clients: int | None
    since: float | None  # when it started, or was saved last: seconds since 1970
    pid: int | None
    saved: str | None = None  # the newest automatic save of a lab that does not run any more
    trouble: str | None = None  # why no more is known
    host: str | None = None  # another machine, that shares this home folder


async def labs() -> list[Listed]:
    """All labs of this user.

    Raises:
        EngineUnavailable: the folder of all labs cannot be read.
    """
    found = await asyncio.gather(*map(_look_anyway, places()))
    return [lab for lab in found if lab is not None]


async def look(place: Place) -> Listed | None:
    """A lab; None where there is none of that name any more.

    What a dead engine has left behind is cleared away, but for what one can resume from.

    Raises:
        EngineUnavailable: it cannot be known whether it runs.
    """
    state, holder = standing(place)
    if state == "free":
        return None
    if state in LEFT:
        return _left(place, state, holder)
    if holder is None:
        return _silent(place, None, "starting")
    is_here = holder.host == socket.gethostname()
    try:
        async with asyncio.timeout(SECONDS_TO_ANSWER):
            return _running(await _ask(place, holder, is_here=is_here))
    except OtherVersion:
        return _silent(place, holder, "another version")
    except UntrustedSocket as error:
        if is_here:
            return _silent(place, holder, UNKNOWN, str(error))
        return _silent(place, holder, "elsewhere")
    except (EngineUnavailable, TimeoutError) as error:
        is_silent = isinstance(error, TimeoutError) or not is_here
        if is_silent and standing_of(holder, place) == "running":
            return _silent(place, holder, SILENT if is_here else "elsewhere")
    return await look(place)  # it has ended in this moment, well or not


async def _look_anyway(place: Place) -> Listed | None:
    try:
        return await look(place)
    except EngineUnavailable as error:
        return _silent(place, None, UNKNOWN, str(error))


def newest_save(place: Place, holder: Holder) -> Path | None:
    """Where a lab can be resumed from, whose engine wrote `holder`; None: it was never saved.

    A file with a damaged header counts only where there is no other.

    Raises:
        CheckpointError: the folder is there, and cannot be read.
    """
    saves = [path for path in Autosaves(place.saves).paths() if path.name > holder.saves_since]
    return next(filter(_is_good, saves), saves[0] if saves else None)


def gone(place: Place) -> EngineUnavailable:
    """How a lab has ended that does not run, and where it can be taken up; see `LabGone`."""
    state, holder = standing(place)
    try:
        saved = newest_save(place, holder) if holder else Autosaves(place.saves).newest()
        saved_at = 0.0 if saved is None else saved.stat().st_mtime
    except (OSError, EngineError) as error:
        return EngineUnavailable(unseen(place.name, error))
    where = None if saved is None else str(saved)
    return LabGone(place.name, state == "crashed", where, saved_at)


def silence(name: str, pid: int | None) -> str:
    """That an engine runs and says nothing, and what one can do, as a sentence."""
    return (
        f"{name} does not answer: its process, {pid}, is busy, stopped or hangs. kill -CONT {pid}"
        f" continues one that is stopped; {PROGRAM} stop --no-save {name} ends it."
    )


def unseen(name: str, trouble: object) -> str:
    """That nobody knows where a lab can be taken up, as a sentence."""
    return f"The lab {name} does not run any more, and its saves cannot be looked at: {trouble}"


def _is_good(saved: Path) -> bool:
    with contextlib.suppress(EngineError, OSError):
        peek(saved)
        return True
    return False


async def _ask(place: Place, holder: Holder, *, is_here: bool) -> Description:
    """What an engine says of itself, as long as it runs.

    Raises:
        EngineUnavailable: it does not run any more; or is elsewhere, and not to be reached.
    """
    while True:
        try:
            return await _described(holder)
        except (OtherVersion, UntrustedSocket):
            raise
        except EngineUnavailable:
            # It is about to listen, again perhaps as its socket has vanished; or about to end.
            if not is_here or standing_of(holder, place) != "running":
                raise
        await asyncio.sleep(0.1)


async def _described(holder: Holder) -> Description:
    client = await Client.connect(Path(holder.socket), holder.pid)
    try:
        answer = await client.call(Describe())
        assert isinstance(answer, Description)
        return answer
    finally:
        await client.close()


def _running(lab: Description) -> Listed:
    facts = msgspec.structs.asdict(lab)
    del facts["left_at"]  # of another lab
    if lab.data is None:
        facts |= dict.fromkeys(("device", "step", "goal"), None) | {"state": "no data"}
    return Listed(name=facts.pop("lab"), **facts)


def _left(place: Place, state: str, holder: Holder | None) -> Listed | None:
    try:
        saved = None if holder is None else newest_save(place, holder)
    except EngineError as error:  # it may come back: nothing is forgotten
        return _silent(place, holder, state, unseen(place.name, error))
    clear(place, holder, wholly=saved is None)
    return None if saved is None else _resumable(place, state, saved)


def _resumable(place: Place, state: str, saved: Path) -> Listed:
    data = device = step = goal = loss = None
    since = time.time()
    with contextlib.suppress(EngineError, OSError):  # resuming will say what is wrong with it
        since = saved.stat().st_mtime
        contents = peek(saved)
        device, step, goal = printable(contents.device), contents.step, contents.goal
        loss = last_loss(saved)
        uri = contents.data
        data = str(built_in_path() if uri is None else path_of(uri) or uri)
    return Listed(
        name=place.name,
        data=None if data is None else path_text(data),
        model="bigram",
        device=device,
        state=state,
        step=step,
        goal=goal,
        loss=loss,
        clients=None,
        since=since,
        pid=None,
        saved=str(saved),
    )


def _silent(place: Place, holder: Holder | None, state: str, trouble: str | None = None) -> Listed:
    nothing = dict.fromkeys(("data", "model", "device", "step", "goal", "loss", "clients"))
    return Listed(
        name=place.name,
        state=state,
        since=None if holder is None else holder.since,
        pid=None if holder is None or state in LEFT else holder.pid,
        host=holder.host if holder is not None and state == "elsewhere" else None,
        trouble=trouble,
        **nothing,
    )
