"""The list of the labs on this machine that run, or wait to be taken up."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Final

import msgspec

from engine.errors import EngineError, EngineUnavailable, OtherVersion, UntrustedSocket
from engine.local.lab_summary import LEFT, SILENT, UNKNOWN, Listed, known_by_name
from engine.local.name_lock import Holder, clear, standing, standing_of
from engine.local.paths import PROGRAM, LabPaths, claimed_labs
from engine.local.saved_labs import waiting_lab
from engine.wire.answers import Description
from engine.wire.client import Client, expected
from engine.wire.requests import Describe

SECONDS_TO_ANSWER: Final = 5.0  # longer than any burst of training


async def labs() -> list[Listed]:
    """List the labs that run, or wait to be taken up; raises EngineUnavailable."""
    found = await asyncio.gather(*map(_look_anyway, claimed_labs()))
    return [lab for lab in found if lab is not None]


async def look(place: LabPaths) -> Listed | None:
    """Look at one lab; return None if there is none of that name any more.

    What a dead engine has left is removed, but for what resumes the lab. Raises EngineUnavailable.
    """
    state, holder = standing(place)
    if state == "free":
        return None
    if state in LEFT:
        lab = waiting_lab(place, state, holder)
        if lab is None or lab.trouble is None:
            clear(place, holder, wholly=lab is None)
        return lab
    if holder is None:
        return known_by_name(place, None, "starting")
    is_here = holder.host == socket.gethostname()
    try:
        async with asyncio.timeout(SECONDS_TO_ANSWER):
            return _running(await _ask(place, holder, is_here=is_here))
    except OtherVersion:
        return known_by_name(place, holder, "another version")
    except UntrustedSocket as error:
        if is_here:
            return known_by_name(place, holder, UNKNOWN, str(error))
        return known_by_name(place, holder, "elsewhere")
    except (EngineUnavailable, TimeoutError) as error:
        is_silent = isinstance(error, TimeoutError) or not is_here
        if is_silent and standing_of(holder, place) == "running":
            return known_by_name(place, holder, SILENT if is_here else "elsewhere")
    return await look(place)  # it has ended in this moment, well or not


async def _look_anyway(place: LabPaths) -> Listed | None:
    try:
        return await look(place)
    except EngineUnavailable as error:
        return known_by_name(place, None, UNKNOWN, str(error))


def silence(name: str, pid: int | None) -> str:
    """A sentence which says that an engine runs but does not answer, and what one can do."""
    return (
        f"{name} does not answer: its process, {pid}, is busy, stopped or hangs. kill -CONT {pid}"
        f" continues one that is stopped; {PROGRAM} stop --no-save {name} ends it."
    )


async def _ask(place: LabPaths, holder: Holder, *, is_here: bool) -> Description:
    """Ask an engine to describe its lab, over and over as long as it runs here."""
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
        try:
            return expected(Description, await client.call(Describe()))
        except EngineUnavailable:
            raise
        except EngineError as error:
            raise OtherVersion(str(error)) from error
    finally:
        await client.close()


def _running(lab: Description) -> Listed:
    facts = msgspec.structs.asdict(lab)
    del facts["left_at"], facts["trained"]  # of another lab; of other runs
    if lab.data is None:
        facts |= dict.fromkeys(("device", "step", "goal"), None) | {"state": "no data"}
    return Listed(name=facts.pop("lab"), **facts)
