"""The files that were opened last, kept from one lab to the next. A convenience: it never fails."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from engine.files.atomic import OWNER, write_atomically
from engine.files.private import make_folder
from engine.files.small_files import read_small_file
from engine.settings.limits import MOST_RECENT
from engine.text.printable import is_obeyed
from engine.wire.values import RecentFile


class Recent:
    """A short list of data files in a file, the newest first."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def files(self) -> tuple[RecentFile, ...]:
        """The files; none where the list is missing, damaged, or not to be read."""
        try:
            # A path alone is what a version before the options wrote.
            entries = msgspec.json.decode(read_small_file(self._file), type=list[str | RecentFile])
        except (OSError, msgspec.MsgspecError, UnicodeError, RecursionError):
            return ()
        files: dict[str, RecentFile] = {}
        for entry in entries:
            file = RecentFile(entry) if isinstance(entry, str) else entry
            if _is_good(file):
                files.setdefault(file.path, file)
        return tuple(files.values())[:MOST_RECENT]

    def add(self, file: RecentFile) -> None:
        """Put a file at the top; where that cannot be written down, leave it."""
        if not _is_good(file):
            return
        files = [file, *(old for old in self.files() if old.path != file.path)][:MOST_RECENT]
        with contextlib.suppress(OSError):
            make_folder(self._file.parent)
            data = msgspec.json.format(msgspec.json.encode(files))
            write_atomically(self._file, data, mode=OWNER)


def _is_good(file: RecentFile) -> bool:
    """Whether it can be offered: somebody may have written what a terminal would obey."""
    return bool(file.path) and not is_obeyed(file.path + file.options)
