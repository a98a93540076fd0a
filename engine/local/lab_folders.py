"""How the folder of a lab that does not run is renamed or deleted. Imports no torch."""

from __future__ import annotations

import os
import shutil

from engine.checkpoints.saving.automatic_saves import AutomaticSaves
from engine.errors import EngineError, NameTaken
from engine.local.held_name import claimed
from engine.local.name_lock import Claim, standing
from engine.local.paths import PROGRAM, LabPaths
from engine.text.printable import printable


def rename(old: str, new: str) -> None:
    """Give a lab another name; raises EngineError if it runs, or there is none or another such."""
    before, after = LabPaths(old), LabPaths(new)
    claim = _held(before)
    try:
        if standing(after)[0] != "free" or AutomaticSaves(after.saves).newest() is not None:
            raise EngineError(f"There is a lab called {new} already. Give another name.")
        try:
            os.rename(before.folder, after.folder)  # over an empty folder at the most
        except OSError as error:
            raise EngineError(
                f"{old} was not renamed: {printable(str(after.folder))}: {error.strerror}. Give"
                " another name."
            ) from error
        claim.place = after
    finally:
        claim.release("unopened")


def delete(name: str) -> None:
    """Delete a lab with all its saves; raises EngineError if it runs, or there is none."""
    place = LabPaths(name)
    claim = _held(place)
    try:
        if place.saves.exists():  # one that has just begun has none yet
            shutil.rmtree(place.saves)
    except OSError as error:
        claim.release("unopened")
        raise EngineError(
            f"{name} was not deleted: {printable(str(error.filename or place.saves))}:"
            f" {error.strerror or error}. Make it a folder that you may write in."
        ) from error
    claim.release("stopped")


def _held(place: LabPaths) -> Claim:
    """Claim the name of a lab; raises EngineError if there is no such lab, or it runs."""
    if standing(place)[0] == "free" and AutomaticSaves(place.saves).newest() is None:
        raise EngineError(
            f"No lab called {place.name} is saved. {PROGRAM} ls --all lists all labs."
        )
    try:
        return claimed(place)
    except NameTaken as error:
        raise EngineError(
            f"{error} {PROGRAM} stop {place.name} saves and ends it; then it can be renamed or"
            " deleted."
        ) from error
