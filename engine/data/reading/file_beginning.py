"""The beginning of a data file: what is known of it before it is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from engine.data.reading.chunks import normalised, with_line_feeds
from engine.data.reading.encoding import opened
from engine.settings.data_format import DataFormat

HEAD: Final = 1 << 14  # bytes: a hundred rows, mostly


@dataclass(frozen=True)
class Head:
    """The beginning of a file."""

    text: str  # as far as it can be decoded
    is_whole: bool  # whether the file ends there
    how: DataFormat

    @cached_property
    def lines(self) -> list[str]:
        """The whole lines, without their ends; neither comments nor blank ones."""
        lines = normalised(with_line_feeds(self.text)).split("\n")
        if not self.is_whole and len(lines) > 1:
            lines.pop()
        comments = self.how.comments
        return [
            line
            for line in lines
            if line.strip() and not (comments and line.lstrip().startswith(comments))
        ]


def read_head(path: Path, how: DataFormat) -> Head:
    """The beginning of a file, whether or not the rest is good; raises DataError."""
    buffer = memoryview(bytearray(HEAD))
    with opened(path, how.encoding) as source:
        filled = 0
        while filled < HEAD and (read := source.readinto(buffer[filled:])):
            filled += read
        source.wait()
    return Head(bytes(buffer[:filled]).decode(errors="ignore"), filled < HEAD, how)
