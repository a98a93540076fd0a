"""How a lab is written to a file in a thread, so that a slow disk holds up no training."""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from engine.checkpoints.checkpoint import pack
from engine.checkpoints.saving.save_outcome import Destination, SaveOutcome
from engine.checkpoints.writing import write
from engine.errors import CheckpointError, EngineError
from engine.files.atomic import OWNER
from engine.lab.lab import Lab
from engine.wire.answers import Answers, Saved

log = logging.getLogger(__name__)


class Saving(threading.Thread):
    """A thread that writes a lab to a file. The process does not wait for it at its end."""

    def __init__(
        self,
        destination: Destination,
        revision: int,
        write: Callable[[], Path],
        tell: Callable[[SaveOutcome], None],
    ) -> None:
        """Make a thread that does what `attempted` does, and at its end tells what came of it."""
        super().__init__(name="save", daemon=True)
        self.outcome: SaveOutcome | None = None  # there before it is told
        self._attempt = functools.partial(attempted, destination, revision, write)
        self._tell = tell

    def run(self) -> None:
        """Write the file, and tell what came of it."""
        self.outcome = self._attempt()
        self._tell(self.outcome)


def attempted(destination: Destination, revision: int, write: Callable[[], Path]) -> SaveOutcome:
    """Write a revision of a lab to its destination, and return what came of it.

    No failure of `write`, which says where the file is, ends the thread that calls this.
    """
    started = time.monotonic()
    path, trouble = None, None
    try:
        path = write()
    except Exception as error:
        trouble = as_sentence(error)
    return SaveOutcome(destination, revision, path, trouble, time.monotonic() - started)


def write_copy(lab: Lab, path: Path, answer: Callable[[Answers | EngineError], None]) -> None:
    """Write a lab into a new file that is not among its saves; another thread answers."""
    packed = pack(lab)

    def put() -> Path:
        return write(path, packed.encode(), mode=OWNER, over="nothing")

    def tell(outcome: SaveOutcome) -> None:
        answer(Saved(str(path)) if outcome.error is None else outcome.error)

    Saving(Destination(), 0, put, tell).start()


def as_sentence(error: Exception) -> EngineError:
    """Say why a lab was not saved: a person gets a sentence, and the log gets the traceback."""
    if isinstance(error, EngineError):
        log.warning("not saved: %s", error)
        return error
    log.error("not saved", exc_info=error)
    what = str(error) or type(error).__name__
    return CheckpointError(f"The lab was not saved ({what}); see the engine's log.")
