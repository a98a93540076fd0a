"""What came of writing a lab to a file. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.errors import EngineError


@dataclass(frozen=True, eq=False)
class SaveOutcome:
    """The lab was written to a file, or could not be."""

    revision: int  # of the lab, as its autosaver counts them
    automatic: bool  # False: a person asked for it
    path: Path | None  # None: it could not be
    error: EngineError | None  # why
    seconds: float  # that it took
