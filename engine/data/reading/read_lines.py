"""A data file as words, one a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.data.reading.batch import Batch
from engine.data.reading.chunks import Chunk, normalised, read_chunks
from engine.files.digest import Digest
from engine.settings.data_format import DataFormat


def read_lines(
    path: Path, how: DataFormat, digest: Digest | None = None
) -> Iterator[Chunk | Batch]:
    """The words: as chunks of lines, or line by line where something is to be done with each.

    Args:
        path: of the file.
        how: its encoding, whether it is lower-cased, and how its comments begin.
        digest: is fed with every byte of the file, in order.

    Raises:
        DataError: see `read_chunks`.
    """
    for chunk in read_chunks(path, digest, how.encoding):
        if not (how.comments or how.lower):
            yield chunk
            continue
        chunk.check_for_nul()
        lines = list(map(str.strip, chunk.lines()))
        words = [line for line in lines if line]
        blank_lines = len(lines) - len(words)
        if how.comments:
            words = [word for word in words if not word.startswith(how.comments)]
        comment_lines = len(lines) - blank_lines - len(words)
        if how.lower:
            words = [normalised(word.lower()) for word in words]
        yield Batch(words, None, blank_lines, comment_lines)
