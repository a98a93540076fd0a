"""Saves a lab by itself: now and then while something changes, when a training ends, at the end.

The lab's thread only copies what is to be kept; a thread of its own writes it, and tells what came
of it through the inbox: only the lab's thread changes what is known here. A lab that was never
trained is saved only when it ends, and over no other: opening its data makes most of it again. One
that was resumed is more than its data, so it is saved at once.
"""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable
from pathlib import Path

from engine.checkpoints import checkpoint
from engine.checkpoints.data_files import check_is_no_data
from engine.checkpoints.opening import absolute_path
from engine.checkpoints.saving.automatic_saves import AutomaticSaves
from engine.checkpoints.saving.background_save import Saving, as_sentence, attempted
from engine.checkpoints.saving.save_outcome import Destination, SaveOutcome
from engine.checkpoints.saving.save_schedule import SaveSchedule
from engine.checkpoints.writing import write
from engine.errors import AlreadyThere, CheckpointError, EngineError
from engine.lab.lab import Lab
from engine.text.printable import path_text
from engine.wire.answers import Answers, Exists, Saved
from engine.wire.requests import Save


class Autosaver:
    """Belongs to the lab's thread; each change makes a revision, each destination knows its own."""

    def __init__(
        self, autosaves: AutomaticSaves, seconds: float, tell: Callable[[SaveOutcome], None]
    ) -> None:
        """Save among these, so many seconds apart.

        `tell` is called from another thread, with what `take` wants, when a file was written or
        cannot be.
        """
        self._tell = tell
        self._schedule = SaveSchedule(seconds)
        self._by_name: list[Saving] = []  # to files that a person named
        self._begin(autosaves)

    def _begin(self, autosaves: AutomaticSaves, save_to: Path | None = None) -> None:
        """Begin with a lab of which nothing is saved, and nothing need be yet."""
        self.trouble = ""  # why the newest save failed; empty where it did not
        self.newest: Path | None = None  # file that the lab that is open now can go on from
        self.save_to = save_to  # the file that it is saved to when it ends
        self._autosaves = autosaves
        self._revision = 1
        self._automatic = Destination(self._revision)
        self._at_end = Destination()  # `save_to`
        self._named = Destination()  # all other files that a person named
        self._has_trained = False  # this lab, though it may have begun anew
        self._is_resumed = False
        self._saving: Saving | None = None  # automatically
        self._schedule.hurry()  # the first save comes with the first step

    @property
    def _revision_by_name(self) -> int:
        """The newest revision in a file that a person named."""
        return max(self._named.revision, self._at_end.revision)

    @property
    def has_newest_itself(self) -> bool:
        """Whether no file that a person named is newer than the automatic saves."""
        with contextlib.suppress(CheckpointError):
            is_newest = self._automatic.revision >= self._revision_by_name
            return is_newest and self._autosaves.newest() is not None
        return False

    def opened(
        self,
        lab: Lab,
        autosaves: AutomaticSaves,
        save_to: Path | None = None,
        *,
        is_resumed: bool = False,
    ) -> None:
        """Save another lab from now on, at its end to `save_to`; at once, if it was resumed."""
        self._begin(autosaves, save_to)
        self._has_trained, self._is_resumed = lab.has_trained, is_resumed
        if is_resumed:
            self._automatic.revision = 0

    def forget(self) -> None:
        """Give the lab up: save nothing more of it, and wait for nothing that is being written."""
        self._begin(self._autosaves)
        self._by_name = []

    def changed(self, lab: Lab, *, at_once: bool = False) -> None:
        """There is something to keep; at once, or when the time has come."""
        self._revision += 1
        self._has_trained = self._has_trained or lab.has_trained
        if at_once:
            self._schedule.hurry()

    @property
    def due(self) -> float | None:
        """When to call `keep`, on the monotonic clock; None: not before something changes."""
        is_kept = self._automatic.revision == self._revision
        is_worth_it = self._has_trained or self._is_resumed
        return self._schedule.due if is_worth_it and not is_kept and self._saving is None else None

    def keep(self, lab: Lab) -> None:
        """Begin to save, if it is time."""
        if self.due is None or time.monotonic() < self.due:
            return
        self._schedule.begin()
        automatic, autosaves, revision = self._automatic, self._autosaves, self._revision
        try:
            packed = checkpoint.pack(lab)

            def add() -> Path:
                return autosaves.add(packed.encode())

            saving = Saving(automatic, revision, add, self._tell)
            saving.start()
        except Exception as error:  # no memory, or no thread
            self._tell(SaveOutcome(automatic, revision, None, as_sentence(error), 0.0))
        else:
            self._saving = saving

    def take(self, outcome: SaveOutcome) -> None:
        """Note what came of writing a file."""
        if self._saving is not None and outcome is self._saving.outcome:
            self._saving = None
            self._schedule.finish(outcome.seconds)
        destinations = (self._automatic, self._at_end, self._named)
        if outcome.destination not in destinations:
            return  # of a lab that was open before
        newest = max(destination.revision for destination in destinations)
        is_newer = outcome.revision > newest
        if is_newer:
            self.trouble = "" if outcome.error is None else str(outcome.error)
        if outcome.path is not None:
            held = outcome.destination.revision
            outcome.destination.revision = max(held, outcome.revision)
            is_same = outcome.revision == newest and outcome.destination is self._at_end
            if is_newer or is_same:  # the same revision, where a person wanted it
                self.newest = outcome.path

    def finish(self, lab: Lab) -> None:
        """Save what is not saved yet, and wait; raises EngineError if it is saved nowhere then."""
        if self._saving is not None:
            self._saving.join()
            assert self._saving.outcome is not None
            self.take(self._saving.outcome)

        @functools.cache
        def data() -> bytes:
            return checkpoint.pack(lab).encode()

        troubles: list[EngineError] = []

        def save(destination: Destination, put: Callable[[], Path]) -> None:
            if destination.revision < self._revision:
                outcome = attempted(destination, self._revision, put)
                self.take(outcome)
                if outcome.error is not None:
                    troubles.append(outcome.error)

        save(self._automatic, lambda: self._autosaves.add(data()))
        save_to = self.save_to
        if save_to is not None and (self._has_trained or not save_to.exists()):
            save(self._at_end, lambda: write(save_to, data()))
        if troubles and self._revision_by_name < self._revision:  # nor where a person wanted it
            raise troubles[0]

    def save_as(
        self, lab: Lab, request: Save, answer: Callable[[Answers | EngineError], None]
    ) -> None:
        """Write the lab to a file that a person asked for; another thread gives the answer."""
        path, packed, revision = absolute_path(request.path), checkpoint.pack(lab), self._revision
        if request.over == "anything":
            check_is_no_data(path, lab.corpus)

        def put() -> Path:
            return write(path, packed.encode(), over=request.over)

        def tell(outcome: SaveOutcome) -> None:
            if outcome.error is None:
                self._tell(outcome)
                answer(Saved(path_text(path)))
            elif isinstance(outcome.error, AlreadyThere):
                answer(Exists(path_text(path)))
            else:
                answer(outcome.error)

        self._by_name = [saving for saving in self._by_name if saving.is_alive()]
        destination = self._at_end if path == self.save_to else self._named
        saving = Saving(destination, revision, put, tell)
        saving.start()
        self._by_name.append(saving)

    def wait(self) -> None:
        """Wait until the files that a person named are whole."""
        for saving in self._by_name:
            saving.join()
