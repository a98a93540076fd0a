"""What came of writing a lab to a file. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.errors import EngineError


@dataclass(eq=False)
class Destination:
    """A place where a lab is saved. Only the lab's thread looks into it."""

    revision: int = 0  # the newest of the lab that is there; 0: none


@dataclass(frozen=True, eq=False)
class SaveOutcome:
    """Whether the lab was written to a file, and if not, why."""

    destination: Destination
    revision: int  # of the lab, as its autosaver counts them
    path: Path | None  # None: it could not be written
    error: EngineError | None  # why
    seconds: float  # that it took
