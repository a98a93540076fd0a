"""How a checkpoint is written: the old file stays whole until the new one is complete."""

from __future__ import annotations

from pathlib import Path

from engine.checkpoints.header import is_checkpoint
from engine.errors import NotWritten
from engine.files import output
from engine.files.atomic import EVERYBODY
from engine.text.printable import printable
from engine.wire.requests import Over


def check_place(path: Path, *, over: Over = "checkpoint") -> None:
    """Refuse a place where no checkpoint can be, or where something lies that is to stay.

    `over` may be replaced: nothing (AlreadyThere), a checkpoint or an empty file, or any file.
    """
    output.check_place(path, overwrite=over != "nothing")
    is_safe = over != "checkpoint" or not path.exists() or path.stat().st_size == 0
    if not is_safe and not is_checkpoint(path):
        raise NotWritten(
            f"{printable(str(path))} exists, and is no checkpoint: it is not written over. Give"
            " another name."
        )


def write(path: Path, data: bytes, *, mode: int = EVERYBODY, over: Over = "checkpoint") -> Path:
    """Write the bytes of a checkpoint to a file, from any thread, and return its path.

    Raises as `check_place`, and NotWritten: what was there is as it was then.
    """
    check_place(path, over=over)
    output.write_file(path, data, overwrite=over != "nothing", mode=mode)
    return path
