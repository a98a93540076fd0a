"""The labs that do not run, and the save that each is taken up from. Imports no torch."""

from __future__ import annotations

import contextlib
from pathlib import Path

from msgspec.structs import replace

from engine.checkpoints.header import peek
from engine.checkpoints.saving.automatic_saves import AutomaticSaves
from engine.data.built_in import built_in_path
from engine.errors import EngineError, EngineUnavailable, LabGone
from engine.local import command_lines
from engine.local.lab_summary import SAVED, UNKNOWN, Listed, known_by_name, resumable
from engine.local.name_lock import Holder, standing
from engine.local.paths import LabPaths, all_labs
from engine.text.printable import printable
from engine.wire.answers import OtherLab
from engine.wire.requests import Open, Resume


def newest_save(place: LabPaths, holder: Holder | None) -> Path | None:
    """Find what a lab is resumed from: its newest save, a good one if any, or its first file.

    `holder` is what its engine wrote; None: it was stopped. Raises CheckpointError.
    """
    since = "" if holder is None else holder.saves_since
    saves = [path for path in AutomaticSaves(place.saves).paths() if path.name > since]
    if saves:
        return next(filter(_is_good, saves), saves[0])
    again = None if holder is None else holder.again
    return Path(again.path) if isinstance(again, Resume) and again.path is not None else None


def saved_labs() -> list[Listed]:
    """List the labs that a person ended and that are saved; `labs` lists all others."""
    found = []
    for place in all_labs():
        try:
            if standing(place)[0] == "free" and (saved := newest_save(place, None)) is not None:
                found.append(resumable(place, SAVED, saved))
        except EngineUnavailable:  # it may run: `labs` tells of it
            continue
        except EngineError as error:
            found.append(known_by_name(place, None, UNKNOWN, unseen(place.name, error)))
    return found


def other_labs(own: str) -> tuple[OtherLab, ...]:
    """List all labs but the one of this name, for a dialog; those saved last come first."""
    found = [lab for place in all_labs() if place.name != own and (lab := _other(place))]
    return tuple(sorted(found, key=lambda lab: lab.saved_at or 0.0, reverse=True))


def waiting_lab(place: LabPaths, state: str, holder: Holder | None) -> Listed | None:
    """Describe a lab in one of the states `LEFT`; return None if nothing is left of it."""
    try:
        saved = newest_save(place, holder)
    except EngineError as error:  # it may come back: nothing is forgotten
        return known_by_name(place, holder, state, unseen(place.name, error))
    again = None if holder is None else holder.again
    if saved is not None:
        is_own = saved.parent == place.saves
        return replace(resumable(place, state, saved), again=None if is_own else again)
    if not isinstance(again, Open):
        return None
    data = str(built_in_path()) if again.path is None else again.path
    lab = known_by_name(place, holder, state)
    model = "bigram" if again.model is None else again.model.kind
    return replace(lab, data=data, model=model, step=0, again=again)


def _other(place: LabPaths) -> OtherLab | None:
    """Describe a lab for a dialog without asking its engine; return None if there is none."""
    try:
        state, holder = standing(place)
        if state == "free":
            saved = newest_save(place, None)
            lab = None if saved is None else resumable(place, SAVED, saved)
        else:
            lab = waiting_lab(place, state, holder)
    except EngineError as error:
        return OtherLab(place.name, "", "", None, "unknown", trouble=str(error))
    if lab is None and state == "running":  # it has only begun, or opened nothing
        lab = known_by_name(place, holder, state)
    if lab is None:
        return None
    return OtherLab(
        name=place.name,
        path=lab.saved or "",
        data=lab.data or "",
        step=lab.step,
        state="saved" if state == "free" else state,
        loss=lab.loss,
        saved_at=None if lab.saved is None else lab.since,
        again=lab.again,
        trouble=lab.trouble or "",
    )


def lab_gone(place: LabPaths) -> EngineUnavailable:
    """Make the error which says how a lab has ended, and where it is saved; see `LabGone`."""
    state, holder = standing(place)
    try:
        saved = newest_save(place, holder)
        saved_at = 0.0 if saved is None else saved.stat().st_mtime
    except (OSError, EngineError) as error:
        return EngineUnavailable(unseen(place.name, error))
    where = None if saved is None else str(saved)
    return LabGone(place.name, state == "crashed", where, saved_at)


def no_lab(name: str, advice: str, *, is_here: bool = True) -> EngineError:
    """Make the error which says that no such lab runs, and what takes up its newest save here.

    `advice` is a sentence for where there is none; it may be empty. Raises BadName.
    """
    end = lab_gone(LabPaths(name)) if is_here else None
    if isinstance(end, LabGone):
        if end.saved is not None:
            advice = f"{command_lines.attach(name)} takes it up where it was saved."
    elif end is not None:
        advice = str(end)  # its saves cannot be looked at
    return EngineError(f"No lab called {printable(name)} runs. {advice}".rstrip())


def unseen(name: str, trouble: object) -> str:
    """Say that nobody knows from where a lab can be taken up."""
    return f"The lab {name} does not run any more, and its saves cannot be looked at: {trouble}"


def _is_good(saved: Path) -> bool:
    with contextlib.suppress(EngineError, OSError):
        peek(saved)
        return True
    return False
