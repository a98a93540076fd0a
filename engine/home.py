"""What an engine is called, where its lab is saved, and how long it waits for a screen."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.autosave import Autosaves
from engine.lab import Lab
from engine.printable import path_text
from engine.protocol import Description

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Home:
    """Where an engine is at home."""

    name: str
    since: float  # when the engine started: seconds since 1970
    idle_seconds: float  # without a screen and without a training, until the engine ends
    save_seconds: float  # between two automatic saves
    autosaves: Autosaves
    left_at: Path | None = None  # the newest save of a lab of this name that waits to be taken up
    note: Callable[[str], object] = str  # told, as another lab begins, the newest save there is

    def part(self) -> None:
        """Another lab is open: the saves that there are belong to labs before."""
        try:
            self.note(self.autosaves.part())
        except OSError as error:  # no reason to open nothing: they are kept, but told as this one's
            log.warning("a crash may bring back the lab before: %s", error)

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
            since=self.since,
            pid=os.getpid(),
            left_at=None if self.left_at is None else str(self.left_at),
        )
