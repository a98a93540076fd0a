"""A corpus: a text file's words, seen as the counts of its bigrams.

Shape suffixes: V symbols, L lengths.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.devices import one_thread
from engine.errors import BadSetting, DataError
from engine.pairs import PairCounter, count_ascii
from engine.printable import printable
from engine.reading import LONGEST_LINE, Chunk, read_chunks
from engine.vocabulary import BOUNDARY, Vocabulary

KEEP_WORDS_UP_TO: Final = 32 << 20  # bytes of file; a set of so many words takes some 250 MB
FIRST_WORDS: Final = 10


@dataclass(frozen=True)
class Corpus:
    """What is known of a data file. The statistics are those of all words, held out or not."""

    path: Path
    vocabulary: Vocabulary
    counts_VV: Tensor  # how often symbol j follows symbol i in the training words; int64
    held_out_VV: Tensor | None  # the same of the held-out words; None without a hold-out
    blank_lines: int
    lengths: dict[int, int]  # length → words
    first_words: tuple[str, ...]
    known: frozenset[str] | None  # the distinct words; None: the file is too large to keep them

    @property
    def all_counts_VV(self) -> Tensor:
        """The counts of all words, held out or not."""
        return self.counts_VV if self.held_out_VV is None else self.counts_VV + self.held_out_VV

    @property
    def words(self) -> int:
        """Words, duplicates included."""
        return sum(self.lengths.values())

    @property
    def distinct(self) -> int | None:
        """Distinct words; None where they were not counted."""
        return None if self.known is None else len(self.known)

    @property
    def mean_length(self) -> float:
        """Mean length of a word in characters."""
        return sum(length * words for length, words in self.lengths.items()) / self.words

    def has(self, word: str) -> bool | None:
        """Whether the data has this word; None where its words are not kept."""
        return None if self.known is None else word in self.known

    def top_bigrams(self, most: int) -> list[tuple[int, int, int]]:
        """The most frequent bigrams (symbol, symbol, count); equals in the order of the matrix."""
        flat = self.all_counts_VV.flatten()
        size = len(self.vocabulary)
        best = flat.sort(descending=True, stable=True).indices[:most].tolist()
        return [(cell // size, cell % size, int(flat[cell])) for cell in best if flat[cell] > 0]

    def first_letters(self) -> list[tuple[int, int]]:
        """How many words each symbol begins; the most frequent first."""
        row = self.all_counts_VV[BOUNDARY]
        order = row.sort(descending=True, stable=True).indices.tolist()
        return [(symbol, int(row[symbol])) for symbol in order if row[symbol] > 0]


def read_corpus(path: Path, hold_out: float = 0.0) -> Corpus:
    """Read a text file, one word a line.

    White space at both ends of a line is stripped, blank lines are skipped and counted. The file is
    read in chunks: memory does not grow with it. Lines of plain ASCII are counted as bytes.

    Args:
        path: a UTF-8 text file.
        hold_out: the fraction of the distinct words that is kept from training. A word's hash
            decides, so that all its occurrences fall on one side.

    Raises:
        DataError: what is wrong with the file, and where.
        BadSetting: `hold_out` is not a fraction below 1.
    """
    if not 0 <= hold_out < 1:
        raise BadSetting(f"hold-out {hold_out}: give a fraction from 0 up to, not including, 1.")
    tally = _Tally(hold_out, keep=_size(path) <= KEEP_WORDS_UP_TO)
    try:
        with ThreadPoolExecutor(1) as helper, one_thread():
            for chunk in read_chunks(path):
                tally.add(chunk, helper)
    except DataError as error:
        name = printable(str(path))
        raise error if str(error).startswith(name) else DataError(f"{name}: {error}") from None
    return tally.corpus(path)


def is_held_out(word: str, fraction: float) -> bool:
    """Whether a word belongs to the hold-out: its hash, as a number from 0 to 1, is below it."""
    digest = hashlib.blake2b(word.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") < fraction * 2**64


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0  # reading it will say what is wrong


class _Tally:
    """What has been counted so far."""

    def __init__(self, hold_out: float, keep: bool) -> None:
        self._hold_out = hold_out
        self._train = PairCounter()
        self._held_out = PairCounter()
        self._pairs_BB = np.zeros((256, 256), dtype=np.int64)
        self._blank_lines = 0
        self._lengths_L = np.zeros(1, dtype=np.int64)
        self._first_words: list[str] = []
        self._known: set[str] | None = set() if keep else None

    def add(self, chunk: Chunk, helper: Executor) -> None:
        """Count a chunk: as bytes where that is enough, else line by line."""
        chunk.check_for_nul()
        if len(self._first_words) < FIRST_WORDS:
            self._first_words += chunk.first_words(FIRST_WORDS - len(self._first_words))
        counted = None if self._hold_out else count_ascii(chunk.buffer, helper)
        if counted is None:
            words = self._add_lines(chunk)
            if self._known is not None:
                self._known.update(words)
            return
        self._pairs_BB += counted.pairs_BB
        self._blank_lines += counted.blank_lines
        self._add_lengths(counted.lengths_L, chunk)
        if self._known is not None:
            self._known.update(chunk.lines())
            self._known.discard("")

    def corpus(self, path: Path) -> Corpus:
        """All that was counted."""
        if not self._lengths_L.any():
            raise DataError(
                f"{printable(str(path))} has {self._blank_lines:,} blank lines and no word. It needs"
                " one word a line."
            )
        self._train.add_bytes(self._pairs_BB)
        found = {*self._train.characters, *self._held_out.characters} - {"\n"}
        vocabulary = Vocabulary(found)
        counts_VV = self._train.counts_of(vocabulary.characters)
        if counts_VV.sum() == 0:
            raise DataError(
                f"{printable(str(path))}: a hold-out of {self._hold_out:g} leaves no word to train"
                " on. Hold out less, or give more words."
            )
        held_out = self._held_out.counts_of(vocabulary.characters) if self._hold_out else None
        return Corpus(
            path=path,
            vocabulary=vocabulary,
            counts_VV=counts_VV,
            held_out_VV=held_out,
            blank_lines=self._blank_lines,
            lengths={int(i): int(self._lengths_L[i]) for i in np.flatnonzero(self._lengths_L)},
            first_words=tuple(self._first_words),
            known=None if self._known is None else frozenset(self._known),
        )

    def _add_lines(self, chunk: Chunk) -> list[str]:
        lines = chunk.lines()
        words = [line for line in lines if line]
        self._blank_lines += len(lines) - len(words)
        train, held_out = words, list[str]()
        if self._hold_out:
            sides = [is_held_out(word, self._hold_out) for word in words]
            train = [word for word, held in zip(words, sides, strict=True) if not held]
            held_out = [word for word, held in zip(words, sides, strict=True) if held]
        self._train.add_words(train)
        self._held_out.add_words(held_out)
        self._add_lengths(np.bincount(np.fromiter(map(len, words), np.int64, len(words))), chunk)
        return words

    def _add_lengths(self, lengths_L: NDArray[np.int64], chunk: Chunk) -> None:
        if len(lengths_L) > LONGEST_LINE:
            raise DataError(
                f"a word of {len(lengths_L) - 1:,} characters after offset {chunk.offset:,}; the"
                f" longest allowed is {LONGEST_LINE:,}. Give a text file with one word a line."
            )
        if len(lengths_L) > len(self._lengths_L):
            self._lengths_L = np.pad(self._lengths_L, (0, len(lengths_L) - len(self._lengths_L)))
        self._lengths_L[: len(lengths_L)] += lengths_L
