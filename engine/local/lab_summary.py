"""A lab as one line of a list, whether it runs, waits to be taken up, or is saved."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from engine.checkpoints.header import last_loss, path_of, peek
from engine.data.built_in import built_in_path
from engine.errors import EngineError
from engine.local.name_lock import Holder
from engine.local.paths import LabPaths
from engine.text.printable import path_text
from engine.wire.requests import Open, Resume

SILENT: Final = "not answering"  # the state of a lab whose engine runs, and says nothing
LEFT: Final = ("crashed", "ended")  # states of a lab that does not run, and waits to be resumed
SAVED: Final = "saved"  # state of one that a person has ended
UNKNOWN: Final = "unknown"  # state of one of which not even that is known


class Listed(msgspec.Struct, frozen=True):
    """A lab as `makemore-tui ls` prints it, in one line."""

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
    saved: str | None = None  # from where a lab that does not run any more is resumed
    trouble: str | None = None  # why no more is known
    host: str | None = None  # another machine, that shares this home folder
    again: Open | Resume | None = None  # what begins it again, where it has no save of its own


def resumable(place: LabPaths, state: str, saved: Path) -> Listed:
    """Describe a lab that does not run, from what its save says."""
    lab = known_by_name(place, None, state)
    lab = replace(lab, since=time.time(), saved=str(saved))
    with contextlib.suppress(EngineError, OSError):  # resuming will say what is wrong with it
        lab = replace(lab, since=saved.stat().st_mtime)
        contents = peek(saved)
        uri, run = contents.data, contents.selected_run
        lab = replace(
            lab,
            model=run.kind,
            data=path_text(built_in_path() if uri is None else path_of(uri) or uri),
            device=contents.device,
            step=run.step,
            goal=run.goal,
            loss=last_loss(saved),
        )
    return lab


def known_by_name(
    place: LabPaths, holder: Holder | None, state: str, trouble: str | None = None
) -> Listed:
    """Describe a lab of which little more is known than its name."""
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
