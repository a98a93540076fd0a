"""The name that an engine holds for the lab it has open, and how it takes another.

A lab keeps its name from its first save to its last. So an engine in which another lab is opened
leaves the name to the lab before, and takes one for the new lab. Imports no torch.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable
from pathlib import Path

from engine.checkpoints.saving.automatic_saves import AutomaticSaves
from engine.errors import EngineError, EngineUnavailable, NameTaken
from engine.local.name_lock import Claim, Ending, standing
from engine.local.paths import LONGEST_SOCKET, LabPaths, check_length, numbered
from engine.text.printable import printable
from engine.wire.requests import Open, Resume


class HeldName:
    """The name of the open lab, until another takes its place. Any thread may use it."""

    def __init__(
        self, claim: Claim, move_socket: Callable[[Path], object] = lambda _: None
    ) -> None:
        """Hold a first name; `move_socket` makes the engine listen elsewhere."""
        self.since = claim.since  # when the engine started: seconds since 1970
        self._claim = claim
        self._move_socket = move_socket
        self._lock = threading.Lock()
        self._has_opened = False  # a lab, under this name

    @property
    def name(self) -> str:
        """The name."""
        return self._claim.place.name

    @property
    def saves(self) -> AutomaticSaves:
        """The automatic saves of the lab of this name, which is perhaps not open."""
        return AutomaticSaves(self._claim.place.saves)

    def note(self, again: Open | Resume) -> None:
        """Write down what opens the present lab again, for as long as nothing of it is saved."""
        with self._lock:
            self._has_opened = True
            self._claim.note(again)

    def take(self, name: str) -> None:
        """Take another lab's name; after NameTaken or EngineUnavailable the first is still held."""
        self._go_on(claimed(LabPaths(name)))

    def take_new(self, base: str) -> None:
        """Take a name that no lab has, `base` or that with a number; raises EngineUnavailable."""
        for number in itertools.count(1):
            place = LabPaths(numbered(base, number))
            while len(base) > 1 and len(os.fsencode(place.socket)) > LONGEST_SOCKET:
                base = base[:-1]
                place = LabPaths(numbered(base, number))
            if standing(place)[0] != "free" or AutomaticSaves(place.saves).newest() is not None:
                continue
            try:
                claim = claimed(place)
            except NameTaken:  # in this moment
                continue
            if claim.before is None and AutomaticSaves(place.saves).newest() is None:
                self._go_on(claim)
                return
            claim.release("unopened")

    def look_after(self) -> None:
        """Take the name anew, if somebody has removed the file that holds it."""
        with self._lock:
            self._claim.take_again()

    def release(self, ending: Ending) -> None:
        """Give the name back; see `Claim.release`."""
        with self._lock:
            self._claim.release(ending)

    def _go_on(self, claim: Claim) -> None:
        try:
            check_length(claim.place.socket)
            self._move_socket(claim.place.socket)
        except EngineError:
            claim.release("unopened")
            raise
        with self._lock:
            before, self._claim = self._claim, claim
            before.release("stopped" if self._has_opened else "unopened")
            self._has_opened = False


def claimed(place: LabPaths) -> Claim:
    """Claim a lab's name; raises NameTaken, or EngineUnavailable if its folder is of no use."""
    try:
        return Claim(place)
    except OSError as error:
        raise EngineUnavailable(
            f"{printable(str(error.filename or place.folder))}: {error.strerror}. The lab keeps its"
            f" saves in {place.folder}: make that a folder that you may write in, or set"
            " XDG_STATE_HOME to another."
        ) from error
