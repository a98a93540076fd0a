"""The checkpoints that a lab writes by itself: a folder of the newest few."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from engine.checkpoints.writing import write
from engine.errors import CheckpointError
from engine.files.atomic import OWNER, remove_parts
from engine.files.private import make_folder
from engine.settings.limits import MOST_AUTOMATIC_SAVES
from engine.text.printable import printable

_STAMP: Final = "%Y%m%dT%H%M%S.%fZ"
_NAME: Final = re.compile(r"\d{8}T\d{6}\.\d{6}Z\.safetensors")


class AutomaticSaves:
    """A folder of the newest so many checkpoints, named by the time of their writing."""

    def __init__(self, folder: Path, most: int = MOST_AUTOMATIC_SAVES) -> None:
        self._folder = folder
        self._most = most

    def paths(self) -> tuple[Path, ...]:
        """List all checkpoints of the folder, the newest first."""
        try:
            found = [path for path in self._folder.iterdir() if _NAME.fullmatch(path.name)]
        except FileNotFoundError:
            return ()
        except (OSError, ValueError) as error:
            raise self._trouble(error) from error
        return tuple(sorted(found, reverse=True))

    def newest(self) -> Path | None:
        """Find the newest checkpoint; None if there is none."""
        return next(iter(self.paths()), None)

    def add(self, data: bytes) -> Path:
        """Write a checkpoint, then remove old ones and a crash's parts; raises NotWritten."""
        try:
            make_folder(self._folder)
        except (OSError, ValueError) as error:
            raise self._trouble(error) from error
        path = self._folder / self._next_name()
        write(path, data, mode=OWNER)
        for old in self.paths()[self._most :]:
            with contextlib.suppress(OSError):  # another did, or it will be tried again
                old.unlink()
        remove_parts(self._folder)
        return path

    def _next_name(self) -> str:
        """Name a file by the time, and later than the newest, whatever the clock says."""
        now = datetime.now(UTC)
        newest = self.newest()
        if newest is not None:
            with contextlib.suppress(ValueError, OverflowError):  # no day that there is
                last = datetime.strptime(newest.stem, _STAMP).replace(tzinfo=UTC)
                now = max(now, last + timedelta(microseconds=1))
        return now.strftime(_STAMP) + ".safetensors"

    def _trouble(self, error: Exception) -> CheckpointError:
        why = error.strerror if isinstance(error, OSError) else error
        return CheckpointError(
            f"{printable(str(self._folder))}, the folder of automatic checkpoints: {why}. Make it a"
            " folder that you may write in."
        )
