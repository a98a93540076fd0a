"""What an engine is called, where its lab is saved, and how long it waits for a screen."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from engine.checkpoints.opening import absolute_path
from engine.checkpoints.saving.automatic_saves import AutomaticSaves
from engine.errors import CheckpointError, NameTaken
from engine.lab.lab import Lab
from engine.local.held_name import HeldName
from engine.local.lab_summary import LEFT
from engine.local.name_lock import standing
from engine.local.paths import LabPaths, lab_of_save, name_for
from engine.local.saved_labs import newest_save
from engine.text.printable import path_text
from engine.wire.answers import Description
from engine.wire.requests import Open, Resume

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Identity:
    """The name an engine holds, the saves under it, and its two intervals."""

    held: HeldName
    idle_seconds: float  # without a screen and without a training, until the engine ends
    save_seconds: float  # between two automatic saves
    left_at: Path | None = None  # from where the lab of this name is taken up

    @property
    def name(self) -> str:
        """What the lab is called."""
        return self.held.name

    @property
    def saves(self) -> AutomaticSaves:
        """Its automatic saves."""
        return self.held.saves

    def move_in(self, request: Open | Resume, before: Lab | None) -> None:
        """Take the name of the lab that is opened: its own, or one that no lab has; or EngineError.

        The lab that is open before keeps its name, if it was saved, and where there is an error.
        """
        file = None
        if isinstance(request, Resume):
            file = self.left_at if request.path is None else absolute_path(request.path)
        theirs = None if file is None else lab_of_save(file)
        is_first = before is None and request.unless_open  # under the name that a person gave it
        if not is_first and (self._takes_up(theirs, file) or self._begins_again(request.lab)):
            pass
        elif before is None:
            waits = file is not None and file == self.left_at
            if not waits and self._has_saves:  # those of another lab
                self.held.take_new(self.name)
        else:
            base = theirs or name_for(request.path if file is None else str(file))
            given = self.name not in (base, name_for(str(before.corpus.path)))  # by a person
            if self._has_saves or not (given or base == self.name):
                self.held.take_new(base)
        if not self._has_saves:
            self._note(request, file)

    @property
    def _has_saves(self) -> bool:
        """Whether something is saved under the name that is held; perhaps, if it cannot be seen."""
        try:
            return self.saves.newest() is not None
        except CheckpointError:
            return True

    def _takes_up(self, name: str | None, file: Path | None) -> bool:
        """Take the name of a lab that does not run, if a file is its newest save."""
        if name is None or name == self.name:
            return False
        place = LabPaths(name)
        return newest_save(place, standing(place)[1]) == file and self._takes(name)

    def _begins_again(self, name: str) -> bool:
        """Take the name of a lab that ended before its first save, if it still waits."""
        if name in ("", self.name):
            return False
        place = LabPaths(name)
        is_left = standing(place)[0] in LEFT and AutomaticSaves(place.saves).newest() is None
        return is_left and self._takes(name)

    def _takes(self, name: str) -> bool:
        try:
            self.held.take(name)
        except NameTaken:
            return False
        return True

    def _note(self, request: Open | Resume, file: Path | None) -> None:
        try:
            self.held.note(_noted(request, file))
        except (OSError, UnicodeError) as error:  # no reason to open nothing
            log.warning("until its first save a crash loses the lab: %s", error)

    def described(self, lab: Lab | None, clients: int) -> Description:
        """The lab in a line."""
        return Description(
            lab=self.name,
            data=None if lab is None else path_text(lab.corpus.path),
            model="" if lab is None else lab.selected.kind.kind,
            device="" if lab is None else str(lab.device),
            state="idle" if lab is None else lab.selected.state,
            step=0 if lab is None else lab.selected.step,
            goal=0 if lab is None else lab.selected.goal,
            loss=None if lab is None else lab.selected.history.last,
            clients=clients,
            since=self.held.since,
            pid=os.getpid(),
            left_at=None if self.left_at is None else str(self.left_at),
            trained=0 if lab is None else lab.trained,
        )


def _noted(request: Open | Resume, file: Path | None) -> Open | Resume:
    """What begins a lab again that a request has begun, whatever is left at its name by then."""
    path = (
        file if isinstance(request, Resume) or request.path is None else absolute_path(request.path)
    )
    return replace(request, path=None if path is None else str(path), unless_open=False, lab="")
