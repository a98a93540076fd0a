"""Some words of a data file, as its readers hand them to those who count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.data.reading.chunks import Chunk


@dataclass(frozen=True)
class Batch:
    """Some of a file's words, none of them empty, and what was left out between them."""

    words: list[str]
    weights_W: NDArray[np.int64] | None = None  # how often each counts; None: once
    blank_lines: int = 0
    comment_lines: int = 0

    @classmethod
    def of(cls, chunk: Chunk) -> Batch:
        """The lines of a chunk, stripped as makemore strips them."""
        lines = list(map(str.strip, chunk.lines()))
        words = [line for line in lines if line]
        return cls(words, blank_lines=len(lines) - len(words))

    def where(self, is_taken: list[bool]) -> Batch:
        """Those words of the batch that are taken, without what lay between them."""
        words = [word for word, taken in zip(self.words, is_taken, strict=True) if taken]
        return Batch(words, None if self.weights_W is None else self.weights_W[is_taken])

    @property
    def size(self) -> int:
        """How many words it counts for."""
        return len(self.words) if self.weights_W is None else int(self.weights_W.sum())
