"""The files that a lab was trained on: where they are now, and whether they have changed."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from engine.checkpoints.contents import Contents
from engine.checkpoints.header import path_of
from engine.data.built_in import built_in_path
from engine.data.corpus import Corpus
from engine.errors import CheckpointError
from engine.text.printable import printable


@dataclass(frozen=True)
class DataFile:
    """A file that a checkpoint names by its place and its SHA-256."""

    kind: str  # what it is, in a sentence: "data"
    option: str  # with which a person says where it is now
    saved_place: str | None  # its URI when the lab was saved; None: the built-in names
    sha256: str
    moved_to: Path | None  # where a person says that it is now

    @property
    def path(self) -> Path:
        """The path at which the file is now; raises CheckpointError if it is not there."""
        path = self.moved_to
        if path is None:
            path = built_in_path() if self.saved_place is None else path_of(self.saved_place)
        if path is None:
            raise CheckpointError(
                f"its {self.kind} {printable(self.saved_place or '')} is no file of this machine."
                f" Give its place with {self.option}."
            )
        if not path.exists():
            raise CheckpointError(
                f"its {self.kind} {printable(str(path))} is not there. If the file has moved, give"
                f" its new place with {self.option}."
            )
        return path

    def check(self, sha256: str) -> None:
        """Raise CheckpointError for a file whose bytes are not those of the lab's data."""
        if sha256 == self.sha256:
            return
        name = printable(str(self.path))
        raise CheckpointError(
            f"its {self.kind} {name} has changed since (its SHA-256 is another). Give the file as"
            f" it was with {self.option}, or begin a new training."
            if self.moved_to is None
            else f"{name} is not its {self.kind}, or has changed since (its SHA-256 is another)."
            f" Give the {self.kind} that it was trained with."
        )


def data_of(contents: Contents, moved_to: Path | None) -> DataFile:
    """Find the file that the lab learns from."""
    return DataFile("data", "--data", contents.data, contents.data_sha256, moved_to)


def hold_out_of(contents: Contents, moved_to: Path | None) -> DataFile | None:
    """Find the file that is held out from training; None if the lab has none.

    Raises CheckpointError if it has none, and a person says where it is.
    """
    if contents.hold_out_data is None:
        if moved_to is not None:
            raise CheckpointError(
                "it was begun without a file that is held out. Leave out --hold-out-data, or"
                " begin a new training with it."
            )
        return None
    return DataFile(
        "hold-out", "--hold-out-data", contents.hold_out_data, contents.hold_out_sha256, moved_to
    )


def check_is_no_data(path: Path, corpus: Corpus) -> None:
    """Raise CheckpointError where a lab would be written over the data that it learns from."""
    for file in filter(None, (corpus.path, corpus.hold_out_data)):
        with contextlib.suppress(OSError, ValueError):
            if os.path.samefile(path, file):
                raise CheckpointError(
                    f"{printable(str(path))} is the data that is open: without it no lab goes on."
                    " Give another name."
                )
