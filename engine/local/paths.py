"""Where a lab of this user has its socket, its log and its saves. Imports no torch.

The socket lies in the user's runtime folder, which is of this machine and may vanish when the user
logs out; everything that must last lies in the state folder.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs

from engine.errors import BadName, EngineUnavailable
from engine.files.private import FOLDER, check_private
from engine.settings.limits import LONGEST_LAB_NAME
from engine.text.printable import printable

PROGRAM: Final = "makemore-tui"
LONGEST_SOCKET: Final = 103  # bytes of a path: macOS takes one less than Linux
_NAME: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST_LAB_NAME - 1}}}")


@dataclass(frozen=True)
class LabPaths:
    """The paths of the lab that has a name."""

    name: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise BadName(
                f"'{printable(self.name)}' is no name for a lab. Give at most {LONGEST_LAB_NAME}"
                " letters of a to z, digits, dots, hyphens and underscores, a letter or a digit"
                " first."
            )

    @property
    def folder(self) -> Path:
        """The folder of all that must last of the lab."""
        return labs_folder() / self.name

    @property
    def claim(self) -> Path:
        """A file that is locked while the lab runs, and stays if it crashed or ended by itself."""
        return self.folder / "running"

    @property
    def saves(self) -> Path:
        """The folder of the lab's automatic saves."""
        return self.folder / "saves"

    @property
    def log(self) -> Path:
        """The file in which the engine writes what went wrong."""
        return platformdirs.user_log_path(PROGRAM) / f"{self.name}.log"

    @property
    def socket(self) -> Path:
        """The path at which the engine listens."""
        return runtime_folder() / f"{self.name}.sock"


def name_for(data: str | None) -> str:
    """Name a lab after its data file, or after the built-in names if that is None."""
    stem = "names" if data is None else Path(data).stem
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-._")[:LONGEST_LAB_NAME]
    return plain or "lab"


def numbered(name: str, number: int) -> str:
    """Put a number behind a name, for another lab on the same data; the first has none.

    >>> [numbered("names", 1), numbered("names", 2), numbered(40 * "n", 12)[-5:]]
    ['names', 'names-2', 'nn-12']
    """
    end = "" if number == 1 else f"-{number}"
    return name[: LONGEST_LAB_NAME - len(end)] + end


def lab_of_save(path: Path) -> str | None:
    """Find the name of the lab that made an automatic save; None if it is of no lab here."""
    name = path.parent.parent.name
    if not _NAME.fullmatch(name):
        return None
    return name if path.parent == LabPaths(name).saves else None


def labs_folder() -> Path:
    """The folder of all labs."""
    return platformdirs.user_state_path(PROGRAM) / "labs"


def claimed_labs() -> Iterator[LabPaths]:
    """Find the labs that run, crashed, ended by themselves, or are unreadable; see `all_labs`."""
    return (place for place in all_labs() if _may_have(place.claim))


def all_labs() -> Iterator[LabPaths]:
    """Find all that has the name of a lab, in their order; raises EngineUnavailable."""
    folder = labs_folder()
    try:
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        return
    except OSError as error:
        raise EngineUnavailable(
            f"{printable(str(folder))}, the folder of all labs, cannot be read: {error.strerror}."
            " Make it a folder that you may read, or set XDG_STATE_HOME to another."
        ) from error
    for name in names:
        if _NAME.fullmatch(name):
            yield LabPaths(name)


def _may_have(path: Path) -> bool:
    try:
        path.stat()
    except OSError as error:  # of another trouble, whoever opens it is told
        return not isinstance(error, FileNotFoundError | NotADirectoryError)
    return True


def runtime_folder() -> Path:
    """The folder of the sockets: `XDG_RUNTIME_DIR`, or a folder of the user's own."""
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    if os.path.isabs(given) and os.path.isdir(given):
        return Path(given) / PROGRAM
    return Path(tempfile.gettempdir()) / f"{PROGRAM}-{os.getuid()}"


def make_runtime_folder() -> None:
    """Make the folder of the sockets, for this user alone; raises EngineUnavailable."""
    folder = runtime_folder()
    try:
        with contextlib.suppress(FileExistsError):  # what is there is looked at
            folder.mkdir(FOLDER)
            folder.chmod(FOLDER)
        check_private(folder)
    except OSError as error:
        raise EngineUnavailable(
            f"The folder {folder}, for the engine's socket, cannot be made: {error.strerror}."
            " Set XDG_RUNTIME_DIR to a folder of your own."
        ) from error


def check_length(socket: Path) -> None:
    """Raise EngineUnavailable for a path that is too long for a socket."""
    if len(os.fsencode(socket)) > LONGEST_SOCKET:
        raise EngineUnavailable(
            f"{socket} is too long for a socket: {LONGEST_SOCKET} bytes are the limit. Give the"
            " lab a shorter --name, or set XDG_RUNTIME_DIR to a shorter path."
        )
