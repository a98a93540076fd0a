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
    """The words in chunks, or line by line where something is to be done; see `read_chunks`."""
    for chunk in read_chunks(path, digest, how.encoding):
        if not (how.comments or how.lower):
            yield chunk
            continue
        chunk.check_for_nul()
        batch = Batch.of(chunk)
        words = batch.words
        if how.comments:
            words = [word for word in words if not word.startswith(how.comments)]
        comment_lines = len(batch.words) - len(words)
        if how.lower:
            words = [normalised(word.lower()) for word in words]
        yield Batch(words, None, batch.blank_lines, comment_lines)
