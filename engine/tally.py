"""What has been counted of a file so far, chunk by chunk: pairs, lengths, words held out.

Shape suffixes: V symbols, B the 256 bytes, L lengths.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import Executor
from typing import Final

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import DataError
from engine.pairs import PairCounter, check_size, count_ascii
from engine.reading import LONGEST_LINE, Chunk

FIRST_WORDS: Final = 10


def is_held_out(word: str, fraction: float) -> bool:
    """Whether a word belongs to the hold-out: its hash, as a number from 0 to 1, is below it."""
    digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") < fraction * 2**64


class Tally:
    """Counts chunks. The statistics are those of all words, held out or not."""

    def __init__(self, hold_out: float, keep: bool) -> None:
        self.blank_lines = 0
        self.lengths_L: NDArray[np.int64] = np.zeros(1, dtype=np.int64)
        self.first_words: list[str] = []
        self._hold_out = hold_out
        self._train = PairCounter()
        self._held_out = PairCounter()
        self._pairs_BB = np.zeros((256, 256), dtype=np.int64)
        self._kept: list[bytes] | None = [] if keep else None

    def add(self, chunk: Chunk, helper: Executor) -> None:
        """Count a chunk: as bytes where that is enough, else line by line."""
        chunk.check_for_nul()
        if len(self.first_words) < FIRST_WORDS:
            self.first_words += chunk.first_words(FIRST_WORDS - len(self.first_words))
        counted = None if self._hold_out else count_ascii(chunk.buffer, helper)
        if counted is None:
            self._add_lines(chunk)
            return
        self._pairs_BB += counted.pairs_BB
        self.blank_lines += counted.blank_lines
        self._add_lengths(counted.lengths_L, chunk)
        if self._kept is not None:
            self._kept.append(chunk.data)

    def characters(self) -> set[str]:
        """The characters of all words."""
        self._train.add_bytes(self._pairs_BB)
        self._pairs_BB[:] = 0
        characters = {*self._train.characters, *self._held_out.characters} - {"\n"}
        check_size(len(characters))
        return characters

    def counts_of(self, characters: tuple[str, ...]) -> tuple[Tensor, Tensor]:
        """The counts of the training words and of those held out, in this order; (V, V) each."""
        return self._train.counts_of(characters), self._held_out.counts_of(characters)

    def text(self) -> bytes | None:
        """All lines, as UTF-8; None where they were not to be kept."""
        return None if self._kept is None else b"\n".join(self._kept)

    def _add_lines(self, chunk: Chunk) -> None:
        lines = chunk.lines()
        words = [line for line in lines if line]
        self.blank_lines += len(lines) - len(words)
        if self._hold_out:
            sides = [is_held_out(word, self._hold_out) for word in words]
            self._train.add_words([w for w, held in zip(words, sides, strict=True) if not held])
            self._held_out.add_words([w for w, held in zip(words, sides, strict=True) if held])
        else:
            self._train.add_words(words)
        self._add_lengths(np.bincount(np.fromiter(map(len, words), np.int64, len(words))), chunk)
        if self._kept is not None:
            self._kept.append("\n".join(words).encode())

    def _add_lengths(self, lengths_L: NDArray[np.int64], chunk: Chunk) -> None:
        if len(lengths_L) > LONGEST_LINE:
            raise DataError(
                f"a word of {len(lengths_L) - 1:,} characters after offset {chunk.offset:,}; the"
                f" longest allowed is {LONGEST_LINE:,}. Give a text file with one word a line."
            )
        if len(lengths_L) > len(self.lengths_L):
            self.lengths_L = np.pad(self.lengths_L, (0, len(lengths_L) - len(self.lengths_L)))
        self.lengths_L[: len(lengths_L)] += lengths_L
