"""Which lab is meant by a file, and what a new one is called. Imports no torch."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

from engine.cli.labs.lab_choice import confirmed, runs
from engine.errors import EngineError
from engine.local import command_lines
from engine.local.lab_summary import LEFT, SAVED, Listed
from engine.local.paths import LabPaths, lab_of_save, name_for, numbered
from engine.settings.limits import MOST_SAVED


def wanted(labs: Sequence[Listed], data: str | None, name: str | None) -> Listed | None:
    """The lab that a person may mean who opens a file; None: a new one is to begin.

    Without a name that is any lab named after the file that runs, or waits. Raises BadName.
    """
    if name is not None:
        return next((lab for lab in labs if lab.name == LabPaths(name).name), None)
    base = name_for(data)
    numbers = {numbered(base, number): number for number in range(1, len(labs) + 2)}
    alike = [lab for lab in labs if lab.name in numbers and lab.state != SAVED]
    # names-2 may be a second lab on names.txt, or the first on names-2.txt.
    alike = [lab for lab in alike if lab.name == base or name_for(lab.data) == base]
    return min(alike, key=lambda lab: (lab.state in LEFT, numbers[lab.name]), default=None)


def new_name(labs: Sequence[Listed], base: str) -> str:
    """The name, or that with the first free number, that no lab has; raises BadName."""
    taken = {lab.name for lab in labs}
    names = (numbered(LabPaths(base).name, number) for number in itertools.count(1))
    return next(name for name in names if name not in taken)


def name_to_resume(
    labs: Sequence[Listed], file: str, name: str | None, data: str | None = None
) -> str:
    """What a lab is called that goes on from a file: as before, where it is its newest save.

    `data` is where its data is now. Raises EngineError if another lab has the name.
    """
    owner = next((lab for lab in labs if lab.saved == file and not runs(lab)), None)
    if name is None and owner is not None:
        return owner.name
    if name is None:
        return new_name(labs, lab_of_save(Path(file)) or name_for(data or file))
    other = next((lab for lab in labs if lab.name == name and lab != owner), None)
    if other is not None:
        how = "runs already" if runs(other) else "is saved"
        raise EngineError(
            f"A lab called {name} {how}. Give the one that is resumed another --name."
        )
    return LabPaths(name).name


def check_room(labs: Sequence[Listed], host: str | None = None) -> None:
    """Where many labs are saved, ask whether there are to be more; raise EngineError if not."""
    saved = sum(lab.state == SAVED for lab in labs)
    if saved < MOST_SAVED:
        return
    there = "" if host is None else f" on {host}"
    delete = command_lines.delete("NAME") if host is None else "^d in the list that o opens"
    if not confirmed(f"{saved} labs are saved{there}. Begin another?", default=False):
        raise EngineError(f"No lab was begun. {delete} deletes one that is saved.")
