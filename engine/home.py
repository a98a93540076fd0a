"""What an engine is called, where its lab is saved, and how long it waits for a screen."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from engine.autosave import Autosaves
from engine.errors import CheckpointError, NameTaken
from engine.held import HeldName
from engine.lab import Lab
from engine.opening import whole
from engine.places import Place, lab_of_save, name_for
from engine.printable import path_text
from engine.protocol import Description, Open, Resume

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Home:
    """Where an engine is at home."""

    held: HeldName
    idle_seconds: float  # without a screen and without a training, until the engine ends
    save_seconds: float  # between two automatic saves
    left_at: Path | None = None  # from where the lab of this name is taken up

    @property
    def name(self) -> str:
        """What the lab is called."""
        return self.held.name

    @property
    def saves(self) -> Autosaves:
        """Its automatic saves."""
        return self.held.saves

    def move_in(self, request: Open | Resume, before: Lab | None) -> None:
        """Take the name of the lab that is opened: its own, or one that no lab has.

        Args:
            request: what opens it.
            before: the lab that is open still, and keeps its name if it was saved.

        Raises:
            EngineError: no name can be taken; the one before is still held.
        """
        file = None
        if isinstance(request, Resume):
            file = self.left_at if request.path is None else whole(request.path)
        theirs = None if file is None else lab_of_save(file)
        is_first = before is None and request.unless_open  # under the name that a person gave it
        if not is_first and self._takes_up(theirs, file):
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
            self._note(request)

    @property
    def _has_saves(self) -> bool:
        """Whether something is saved under the name that is held; perhaps, if it cannot be seen."""
        try:
            return self.saves.newest() is not None
        except CheckpointError:
            return True

    def _takes_up(self, name: str | None, file: Path | None) -> bool:
        """Take the name of a lab that does not run, if a file is its newest save."""
        if name is None or name == self.name or Autosaves(Place(name).saves).newest() != file:
            return False
        try:
            self.held.take(name)
        except NameTaken:
            return False
        return True

    def _note(self, request: Open | Resume) -> None:
        path = None if request.path is None else str(whole(request.path))
        try:
            self.held.note(replace(request, path=path, unless_open=False))
        except (OSError, UnicodeError) as error:  # no reason to open nothing
            log.warning("until its first save a crash loses the lab: %s", error)

    def described(self, lab: Lab | None, clients: int) -> Description:
        """The lab in a line."""
        return Description(
            lab=self.name,
            data=None if lab is None else path_text(lab.corpus.path),
            model="bigram",
            device="" if lab is None else str(lab.device),
            state="idle" if lab is None else lab.state,
            step=0 if lab is None else lab.trainer.step,
            goal=0 if lab is None else lab.goal,
            loss=None if lab is None else lab.history.last,
            clients=clients,
            since=self.held.since,
            pid=os.getpid(),
            left_at=None if self.left_at is None else str(self.left_at),
        )
