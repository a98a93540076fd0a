"""The files that were opened last, kept from one lab to the next. A convenience: it never fails."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

import msgspec

from engine.atomic import OWNER, write_atomically
from engine.printable import printable
from engine.private import make_folder
from engine.small_files import read_small_file

MOST: Final = 10


class Recent:
    """A short list of paths in a file, the newest first."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def paths(self) -> tuple[str, ...]:
        """The paths; none where the file is missing, damaged, or not to be read."""
        try:
            paths = msgspec.json.decode(read_small_file(self._file), type=list[str])
        except (OSError, msgspec.MsgspecError, UnicodeError, RecursionError):
            return ()
        # Somebody may have edited it: what a terminal would obey is no path to offer.
        return tuple(dict.fromkeys(path for path in paths if path and printable(path) == path))[
            :MOST
        ]

    def add(self, path: str) -> None:
        """Put a path at the top; where that cannot be written down, leave it."""
        if printable(path) != path:
            return
        paths = [path, *(old for old in self.paths() if old != path)][:MOST]
        with contextlib.suppress(OSError):
            make_folder(self._file.parent)
            data = msgspec.json.format(msgspec.json.encode(paths))
            write_atomically(self._file, data, mode=OWNER)
