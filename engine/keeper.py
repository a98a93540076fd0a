"""Saves a lab by itself: now and then while something changes, and when a training ends.

The lab's thread only copies what is to be kept; a thread of its own writes it, so that a slow disk
holds up no training. A lab that was never trained is not saved: opening its data makes it again.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from os.path import expanduser
from pathlib import Path
from typing import Final

from engine import checkpoint
from engine.autosave import Autosaves
from engine.checkpoint_writing import write
from engine.errors import EngineError
from engine.lab import Lab
from engine.printable import printable
from engine.protocol import Answers, Exists, Save, Saved

SHARE: Final = 0.05  # of the time that saving may take: a huge lab is saved less often

log = logging.getLogger(__name__)


class Keeper:
    """Belongs to the lab's thread."""

    def __init__(self, autosaves: Autosaves, seconds: float, written: Callable[[], None]) -> None:
        """A keeper.

        Args:
            autosaves: where to save.
            seconds: between two automatic saves.
            written: called from another thread when a file has been written, or could not be.
        """
        self.trouble = ""  # why the newest save failed; empty where it did not
        self.newest: Path | None = None  # save of the lab that is open now
        self._autosaves = autosaves
        self._written = written
        self._seconds = seconds
        self._changed = False  # since what was saved last
        self._due = 0.0  # on the monotonic clock
        self._thread: threading.Thread | None = None
        self._saving: list[threading.Thread] = []  # to files that a person named

    def opened(self) -> None:
        """Another lab: there is nothing to keep of it yet."""
        self._settle()  # what is being written is of the lab before
        self.newest = None
        self._changed, self.trouble, self._due = False, "", time.monotonic() + self._seconds

    def changed(self, *, at_once: bool = False) -> None:
        """There is something to keep; at once, or when the time has come."""
        self._changed = True
        if at_once:
            self._due = 0.0

    def due(self, lab: Lab) -> float | None:
        """When to call `keep`, on the monotonic clock; None: not before something changes."""
        if not self._changed or lab.trainer.step == 0 or self._is_writing:
            return None
        return self._due

    def keep(self, lab: Lab) -> None:
        """Save, if it is time."""
        due = self.due(lab)
        if due is None or time.monotonic() < due:
            return
        started = time.monotonic()
        data = checkpoint.pack(lab)
        self._changed, self._due = False, started + self._seconds
        self._thread = threading.Thread(target=self._write, args=(data, started), daemon=True)
        self._thread.start()

    def finish(self, lab: Lab) -> None:
        """Save what is not saved yet, and wait for it.

        Raises:
            EngineError: it cannot be saved; says why.
        """
        self._settle()
        if (self._changed or self.trouble) and lab.trainer.step > 0:
            self.newest = self._autosaves.add(checkpoint.pack(lab))
            self._changed, self.trouble = False, ""

    def save_as(
        self, lab: Lab, request: Save, answer: Callable[[Answers | EngineError], None]
    ) -> None:
        """Write the file that a person asked for.

        Args:
            lab: as it is now.
            request: where to.
            answer: called from another thread, once it is written or cannot be.
        """
        path, data = Path(expanduser(request.path)).absolute(), checkpoint.pack(lab)

        def work() -> None:
            try:
                if os.path.lexists(path) and not request.replace:
                    answer(Exists(printable(str(path))))
                    return
                write(path, data, over=request.replace)
                answer(Saved(printable(str(path))))
            except EngineError as error:
                answer(error)
            except Exception as error:  # a person gets a sentence, the log the traceback
                log.exception("writing %s", path)
                answer(EngineError(f"{printable(str(path))} was not written ({error})."))

        self._saving = [thread for thread in self._saving if thread.is_alive()]
        self._saving.append(threading.Thread(target=work, name="save", daemon=True))
        self._saving[-1].start()

    def wait(self) -> None:
        """Wait until the files that are being written are whole."""
        self._settle()
        for thread in self._saving:
            thread.join()

    def _settle(self) -> None:
        if self._thread is not None:
            self._thread.join()

    @property
    def _is_writing(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _write(self, data: bytes, started: float) -> None:
        try:
            self.newest = self._autosaves.add(data)
            self.trouble = ""
        except EngineError as error:
            log.warning("not saved: %s", error)
            self.trouble, self._changed = str(error), True
        self._due = max(self._due, started + (time.monotonic() - started) / SHARE)
        self._written()
