"""Saves a lab by itself: now and then while something changes, when a training ends, at the end.

The lab's thread only copies what is to be kept; a thread of its own writes it, and tells what came
of it through the inbox: only the lab's thread changes what is known here. A lab that was never
trained is saved only when it ends, and over no other: opening its data makes most of it again. One
that was resumed is more than its data, so it is saved at once.
"""

from __future__ import annotations

import contextlib
import functools
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from engine.checkpoints import checkpoint
from engine.checkpoints.automatic_saves import AutomaticSaves
from engine.checkpoints.background_save import Saving, as_sentence, attempted
from engine.checkpoints.opening import whole
from engine.checkpoints.save_outcome import SaveOutcome
from engine.checkpoints.writing import AlreadyThere, write
from engine.errors import CheckpointError, EngineError
from engine.lab.lab import Lab
from engine.text.printable import path_text, printable
from engine.wire.answers import Answers, Exists, Saved
from engine.wire.requests import Over, Save

SHARE: Final = 0.05  # of the time that saving may take: a huge lab is saved less often


class Autosaver:
    """Belongs to the lab's thread.

    Each change makes another revision of the lab; what is in a file is the revision that it was.
    """

    def __init__(
        self, autosaves: AutomaticSaves, seconds: float, tell: Callable[[SaveOutcome], None]
    ) -> None:
        """An autosaver.

        Args:
            autosaves: where to save.
            seconds: between two automatic saves.
            tell: called from another thread when a file was written, or could not be: its argument
                is for `take`, in the lab's thread.
        """
        self.trouble = ""  # why the newest save failed; empty where it did not
        self.newest: Path | None = None  # file that the lab that is open now can go on from
        self.save_to: Path | None = None  # the file that it is saved to when it ends
        self._has_trained = False  # this lab, though it may have begun anew
        self._is_resumed = False
        self._autosaves = autosaves
        self._tell = tell
        self._seconds = seconds
        self._revision = 0
        self._autosaved = 0  # the newest revision among the automatic saves
        self._named = 0  # the newest in a file that a person named
        self._ended = 0  # the newest in `save_to`
        self._due = 0.0  # on the monotonic clock
        self._saving: Saving | None = None  # automatically
        self._others: list[Saving] = []  # to files that a person named

    @property
    def has_newest_itself(self) -> bool:
        """Whether no file that a person named is newer than the automatic saves."""
        with contextlib.suppress(CheckpointError):
            newest = max(self._named, self._ended)
            return self._autosaved >= newest and self._autosaves.newest() is not None
        return False

    def opened(
        self, autosaves: AutomaticSaves, save_to: Path | None = None, *, is_resumed: bool = False
    ) -> None:
        """Another lab is open.

        Args:
            autosaves: where to save it.
            save_to: the file that it is to be in when it ends.
            is_resumed: from now on, a crash goes back to here.
        """
        self.trouble, self.newest, self.save_to = "", None, save_to
        self._autosaves = autosaves
        self._has_trained, self._is_resumed = False, is_resumed
        self._named = self._ended = self._revision
        self._revision += 1
        if not is_resumed:  # there is nothing to keep of it yet, but for that file
            self._autosaved = self._revision
        self._due = 0.0  # at once, or with its first step
        self._saving = None  # of the lab before

    def forget(self) -> None:
        """Give the lab up: save nothing more of it, and wait for nothing that is being written."""
        self.opened(self._autosaves)
        self._others = []

    def changed(self, *, at_once: bool = False) -> None:
        """There is something to keep; at once, or when the time has come."""
        self._revision += 1
        if at_once:
            self._due = 0.0

    def due(self, lab: Lab) -> float | None:
        """When to call `keep`, on the monotonic clock; None: not before something changes."""
        self._look_at(lab)
        is_kept = self._autosaved == self._revision
        is_worth_it = self._has_trained or self._is_resumed
        return None if is_kept or not is_worth_it or self._saving is not None else self._due

    def keep(self, lab: Lab) -> None:
        """Begin to save, if it is time."""
        due = self.due(lab)
        if due is None or time.monotonic() < due:
            return
        self._due = time.monotonic() + self._seconds
        revision = self._revision
        try:
            packed, autosaves = checkpoint.pack(lab), self._autosaves

            def add() -> Path:
                return autosaves.add(packed.encode())

            saving = Saving(lambda: attempted(revision, add, automatic=True), self._tell)
            saving.start()
        except Exception as error:  # no memory, or no thread
            self._tell(SaveOutcome(revision, True, None, as_sentence(error), 0.0))
        else:
            self._saving = saving

    def take(self, kept: SaveOutcome) -> None:
        """Note what came of writing a file."""
        if self._saving is not None and kept is self._saving.kept:
            self._saving = None
            self._due = max(self._due, time.monotonic() + kept.seconds / SHARE)
        self._note(kept)

    def finish(self, lab: Lab) -> None:
        """Save what is not saved yet, and wait for it.

        Raises:
            EngineError: it is not where it ought to be, nor elsewhere; says why.
        """
        if self._saving is not None:
            self._saving.join()
            assert self._saving.kept is not None
            self.take(self._saving.kept)

        @functools.cache
        def data() -> bytes:
            return checkpoint.pack(lab).encode()

        self._look_at(lab)
        troubles = []
        save_to = self.save_to
        is_new = self._has_trained or (save_to is not None and not save_to.exists())
        if self._autosaved < self._revision:
            troubles.append(
                self._note(
                    attempted(self._revision, lambda: self._autosaves.add(data()), automatic=True)
                )
            )
        if save_to is not None and self._ended < self._revision and is_new:
            troubles.append(
                self._note(
                    attempted(self._revision, lambda: written(save_to, data()), automatic=False)
                )
            )
        for error in filter(None, troubles):
            if self._named < self._revision:  # nor where a person wanted it meanwhile
                raise error

    def save_as(
        self, lab: Lab, request: Save, answer: Callable[[Answers | EngineError], None]
    ) -> None:
        """Write the file that a person asked for.

        Args:
            lab: as it is now.
            request: where to.
            answer: called from another thread, once it is written or cannot be.
        """
        path, packed, revision = whole(request.path), checkpoint.pack(lab), self._revision
        data = filter(None, (lab.corpus.path, lab.corpus.hold_out_data))
        if request.over == "anything" and any(_are_same(path, file) for file in data):
            raise CheckpointError(
                f"{printable(str(path))} is the data that is open: without it no lab goes on. Give"
                " another name."
            )

        def put() -> Path:
            return written(path, packed.encode(), over=request.over)

        def tell(kept: SaveOutcome) -> None:
            if kept.error is None:
                self._tell(kept)
                answer(Saved(path_text(path)))
            elif isinstance(kept.error, AlreadyThere):
                answer(Exists(path_text(path)))
            else:
                answer(kept.error)

        self._others = [saving for saving in self._others if saving.is_alive()]
        saving = Saving(lambda: attempted(revision, put, automatic=False), tell)
        saving.start()
        self._others.append(saving)

    def wait(self) -> None:
        """Wait until the files that a person named are whole."""
        for saving in self._others:
            saving.join()

    def _look_at(self, lab: Lab) -> None:
        self._has_trained = self._has_trained or lab.trainer.step > 0

    def _note(self, kept: SaveOutcome) -> EngineError | None:
        """Note what is in which file now, and return why it is not."""
        before = max(self._autosaved, self._named)
        if kept.path is not None:
            if kept.automatic:
                self._autosaved = max(self._autosaved, kept.revision)
            else:
                self._named = max(self._named, kept.revision)
            if kept.path == self.save_to:
                self._ended = max(self._ended, kept.revision)
        if kept.revision > before:
            self.trouble = "" if kept.error is None else str(kept.error)
            self.newest = kept.path or self.newest
        elif kept.path is not None and (kept.path, kept.revision) == (self.save_to, before):
            self.newest = kept.path  # the same, where a person wanted it
        return kept.error


def written(path: Path, data: bytes, over: Over = "checkpoint") -> Path:
    """Write a checkpoint; see `checkpoint_writing.write`. Returns where it is."""
    write(path, data, over=over)
    return path


def _are_same(path: Path, other: Path) -> bool:
    try:
        return os.path.samefile(path, other)
    except (OSError, ValueError):
        return False
