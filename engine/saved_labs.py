"""The labs that do not run: from where each is taken up. Imports no torch."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

from engine.autosave import Autosaves
from engine.checkpoint_header import peek
from engine.claim import Holder, standing
from engine.errors import EngineError, EngineUnavailable, LabGone
from engine.listed import SAVED, UNKNOWN, Listed, known_by_name, resumable
from engine.places import Place, all_places
from engine.protocol import Resume, SavedLab

MOST_LAST: Final = 20  # labs that are offered to be taken up in place of another


def newest_save(place: Place, holder: Holder | None) -> Path | None:
    """Where a lab can be resumed from: its newest save, or the file that it began with.

    A save with a damaged header counts only where there is no other.

    Args:
        place: of the lab.
        holder: what its engine wrote; None: it was stopped.

    Raises:
        CheckpointError: the folder is there, and cannot be read.
    """
    since = "" if holder is None else holder.saves_since
    saves = [path for path in Autosaves(place.saves).paths() if path.name > since]
    if saves:
        return next(filter(_is_good, saves), saves[0])
    again = None if holder is None else holder.again
    return Path(again.path) if isinstance(again, Resume) and again.path is not None else None


def saved_labs() -> list[Listed]:
    """The labs that were ended by a person, and are saved; see `labs` for all others.

    Raises:
        EngineUnavailable: the folder of all labs cannot be read.
    """
    found = []
    for place in all_places():
        try:
            if standing(place)[0] == "free" and (saved := newest_save(place, None)) is not None:
                found.append(resumable(place, SAVED, saved))
        except EngineUnavailable:  # it may run: `labs` tells of it
            continue
        except EngineError as error:
            found.append(known_by_name(place, None, UNKNOWN, unseen(place.name, error)))
    return found


def saved_last() -> tuple[SavedLab, ...]:
    """The labs that are saved and do not run, as far as a dialog shows them; the newest first."""
    found = [lab for lab in saved_labs() if lab.saved is not None]
    found.sort(key=lambda lab: lab.since or 0.0, reverse=True)
    return tuple(
        SavedLab(lab.name, lab.saved or "", lab.data or "", lab.step) for lab in found[:MOST_LAST]
    )


def gone(place: Place) -> EngineUnavailable:
    """How a lab has ended that does not run, and where it can be taken up; see `LabGone`."""
    state, holder = standing(place)
    try:
        saved = newest_save(place, holder)
        saved_at = 0.0 if saved is None else saved.stat().st_mtime
    except (OSError, EngineError) as error:
        return EngineUnavailable(unseen(place.name, error))
    where = None if saved is None else str(saved)
    return LabGone(place.name, state == "crashed", where, saved_at)


def unseen(name: str, trouble: object) -> str:
    """That nobody knows where a lab can be taken up, as a sentence."""
    return f"The lab {name} does not run any more, and its saves cannot be looked at: {trouble}"


def _is_good(saved: Path) -> bool:
    with contextlib.suppress(EngineError, OSError):
        peek(saved)
        return True
    return False
