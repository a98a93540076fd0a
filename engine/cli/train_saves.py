"""What `train` and `sweep` keep of a training: a checkpoint, now and then and at the end."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.checkpoints.header import is_checkpoint
from engine.checkpoints.saving.save_outcome import Destination
from engine.checkpoints.saving.save_schedule import SaveSchedule
from engine.checkpoints.writing import check_place
from engine.cli.console import narrate
from engine.errors import EngineError
from engine.text.printable import printable

if TYPE_CHECKING:
    from engine.lab.lab import Lab


save_option = click.option(
    "--save", "save_to", type=click.Path(path_type=Path), metavar="FILE",
    help="Write a checkpoint there, at the end and now and then. Only a checkpoint is replaced.",
)  # fmt: skip


class TrainSaves:
    """Saves a lab to a file, if any, every so many seconds; 0: never. Raises NotWritten."""

    def __init__(self, path: Path | None, seconds: float) -> None:
        self._path = path
        self._schedule = SaveSchedule(seconds or math.inf)
        self._schedule.begin()
        if path is not None:
            check_place(path)

    def now_and_then(self, lab: Lab) -> None:
        """See `attempt`, where it is time to."""
        if time.monotonic() >= self._schedule.due:
            self.attempt(lab)

    def attempt(self, lab: Lab) -> None:
        """Save. That it failed is told, and no reason to end a training."""
        path = self._path
        if path is None:
            return
        from engine.checkpoints.checkpoint import save
        from engine.checkpoints.saving.background_save import attempted  # and with it torch

        self._schedule.begin()
        outcome = attempted(Destination(), lab.selected.step, lambda: save(lab, path))
        self._schedule.finish(outcome.seconds)
        if outcome.error is not None:
            narrate(f"{outcome.error} The training goes on.")

    def save(self, lab: Lab) -> None:
        """Save, whenever it was done last; raises EngineError if it was not written."""
        if self._path is not None:
            from engine.checkpoints.checkpoint import save  # and with it torch

            save(lab, self._path)

    def rescue(self, lab: Lab) -> str:
        """Save a lab whose loss has diverged, but over no checkpoint; say what came of it.

        Its last weights are finite, and perhaps of no use: a lab keeps them beside older ones, a
        file has no other place for those.
        """
        if self._path is None:
            return ""
        name = printable(str(self._path))
        try:
            if is_checkpoint(self._path):
                return f"{name} stays as it is: what has diverged takes no checkpoint's place."
            self.save(lab)
        except EngineError as error:
            return str(error)
        return f"The weights of step {lab.selected.step:,} are kept: saved to {name}."
