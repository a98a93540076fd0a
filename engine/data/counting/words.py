"""What has been counted of a file's words so far: pairs, lengths, words held out.

Shape suffixes: B the 256 bytes, L lengths, W words.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import Executor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.data.counting.bigrams import count_ascii
from engine.data.counting.characters import Alphabet
from engine.data.counting.sides import BothSides
from engine.data.reading.batch import Batch
from engine.data.reading.chunks import Chunk
from engine.errors import DataError
from engine.settings.limits import LONGEST_LINE, MOST_BIGRAMS

FIRST_WORDS: Final = 10


class Unplaced(DataError):
    """What is wrong with a file that is not named yet."""


def is_held_out(word: str, fraction: float) -> bool:
    """Whether a word belongs to the hold-out: its hash, as a number from 0 to 1, is below it."""
    digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") < fraction * 2**64


class WordCounts:
    """Counts words. The statistics are those of all words, held out or not.

    A fraction of the distinct words is held out; those beyond an alphabet are left out.
    """

    def __init__(self, hold_out: float, most_kept: int, alphabet: Alphabet | None = None) -> None:
        self.blank_lines = self.comment_lines = self.left_out = 0
        self.first_words: list[str] = []
        self.sides = BothSides("\n", most_kept)
        self._lengths_L: NDArray[np.int64] = np.zeros(1, dtype=np.int64)
        self._bigrams = 0
        self._hold_out = hold_out
        self._is_all_held_out = False
        self._alphabet = alphabet
        # In the order in which they are counted: to add in another takes twenty times as long.
        self._pairs_BB = np.zeros((256, 256), dtype=np.int64, order="F")

    def add(self, part: Chunk | Batch, helper: Executor) -> None:
        """Count a part of a file: as bytes, with a helper, if that is enough; else word by word."""
        if isinstance(part, Batch):
            self._add_batch(part)
            return
        part.check_for_nul()
        as_words = self._hold_out or self._is_all_held_out or self._alphabet is not None
        counted = None if as_words else count_ascii(part.buffer, helper)
        if counted is None:
            self._add_batch(Batch.of(part))
            return
        if len(self.first_words) < FIRST_WORDS:
            self.first_words += part.first_words(FIRST_WORDS - len(self.first_words))
        self._pairs_BB += counted.pairs_BB
        self.blank_lines += counted.blank_lines
        self._add_lengths(counted.lengths_L)
        if self.sides.has_room:
            self.sides.keep(part.data, is_held_out=False)

    def end_file(self) -> None:
        """The file ends here; if another follows, all its words are held out."""
        self.sides.train.add_bytes(self._pairs_BB)
        self._pairs_BB[:] = 0
        self._is_all_held_out = True

    @property
    def lengths(self) -> dict[int, int]:
        """How many words have each length."""
        return {int(i): int(self._lengths_L[i]) for i in np.flatnonzero(self._lengths_L)}

    def _add_batch(self, batch: Batch) -> None:
        self.blank_lines += batch.blank_lines
        self.comment_lines += batch.comment_lines
        if self._alphabet is not None:
            spelled = batch.where(list(map(self._alphabet.spells, batch.words)))
            self.left_out += batch.size - spelled.size
            batch = spelled
        if not batch.words:
            return
        self.first_words += batch.words[: FIRST_WORDS - len(self.first_words)]
        lengths_W = np.fromiter(map(len, batch.words), np.int64, len(batch.words))
        self._add_lengths(_weighted_lengths(lengths_W, batch.weights_W))
        self._count(batch)

    def _count(self, batch: Batch) -> None:
        if self._is_all_held_out or not self._hold_out:
            self._count_side(batch, is_held_out=self._is_all_held_out)
            return
        sides = [is_held_out(word, self._hold_out) for word in batch.words]
        self._count_side(batch.where([not side for side in sides]), is_held_out=False)
        self._count_side(batch.where(sides), is_held_out=True)

    def _count_side(self, batch: Batch, *, is_held_out: bool) -> None:
        if not batch.words:
            return
        counter = self.sides.held_out if is_held_out else self.sides.train
        counter.add_words(batch.words, batch.weights_W)
        if self.sides.has_room:
            text = "\n".join([*batch.words, ""]).encode()
            self.sides.keep(text, batch.weights_W, is_held_out=is_held_out)

    def _add_lengths(self, lengths_L: NDArray[np.int64]) -> None:
        if len(lengths_L) > LONGEST_LINE:
            raise Unplaced(
                f"a word of {len(lengths_L) - 1:,} characters; the longest allowed is"
                f" {LONGEST_LINE:,}. Read it as one running text with --format text, or as a table"
                " with --format csv, tsv or json."
            )
        self._bigrams += int((lengths_L * np.arange(1, len(lengths_L) + 1)).sum())
        if self._bigrams > MOST_BIGRAMS:
            raise Unplaced(
                f"its weights make more than {MOST_BIGRAMS:,} pairs of characters, and no longer"
                " add up exactly. Give smaller weights."
            )
        if len(lengths_L) > len(self._lengths_L):
            self._lengths_L = np.pad(self._lengths_L, (0, len(lengths_L) - len(self._lengths_L)))
        self._lengths_L[: len(lengths_L)] += lengths_L


def _weighted_lengths(
    lengths_W: NDArray[np.int64], weights_W: NDArray[np.int64] | None
) -> NDArray[np.int64]:
    """How many words have each length: (L,)."""
    if weights_W is None:
        return np.bincount(lengths_W)
    lengths_L = np.zeros(int(lengths_W.max()) + 1, dtype=np.int64)
    np.add.at(lengths_L, lengths_W, weights_W)
    return lengths_L
