"""A corpus: a text file's words, seen as the counts of its bigrams.

Shape suffixes: V symbols.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from engine.devices import one_thread
from engine.digest import Digest
from engine.errors import DataError
from engine.printable import printable
from engine.protocol import DataFormat
from engine.reading import read_chunks
from engine.settings import check
from engine.tally import Tally
from engine.vocabulary import BOUNDARY, Vocabulary

KEEP_WORDS_UP_TO: Final = 32 << 20  # bytes of file; a set of so many words takes some 250 MB


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
    text: bytes | None  # all lines, as UTF-8; None: the file is too large to keep them
    sha256: str  # of the file's bytes as they were read, in hexadecimal
    data_format: DataFormat  # how it was read

    @property
    def is_text(self) -> bool:
        """Whether it is one running text, not words."""
        return self.data_format.format == "text"

    @cached_property
    def known(self) -> frozenset[str] | None:
        """The distinct words; None where they are not kept."""
        if self.text is None:
            return None
        lines = self.text.decode().replace("\r", "\n").split("\n")
        return frozenset(lines) - {""}

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
        least = max(1, int(flat.topk(min(most, len(flat))).values[-1]))
        above, equal = ((c.nonzero().squeeze(1)) for c in (flat > least, flat == least))
        best = torch.cat((above, equal[: most - len(above)]))
        best = best[flat[best].sort(descending=True, stable=True).indices]
        return [(cell // size, cell % size, int(flat[cell])) for cell in best.tolist()]

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
    check("hold_out", hold_out)
    tally = Tally(hold_out, keep=_size(path) <= KEEP_WORDS_UP_TO)
    name = printable(str(path))
    try:
        with ThreadPoolExecutor(2) as helper, one_thread():
            digest = Digest(helper)
            for chunk in read_chunks(path, digest):
                tally.add(chunk, helper)
        characters = tally.characters()
    except DataError as error:
        raise error if str(error).startswith(name) else DataError(f"{name}: {error}") from None
    if not tally.lengths_L.any():
        raise DataError(
            f"{name} has {tally.blank_lines:,} blank lines and no word. It needs one word a line."
        )
    vocabulary = Vocabulary(characters)
    counts_VV, held_out_VV = tally.counts_of(vocabulary.characters)
    if not counts_VV.any() or (hold_out and not held_out_VV.any()):
        raise DataError(
            f"{name}: a hold-out of {hold_out:g} leaves one side of its few words empty."
            " Give --hold-out another fraction, or leave it out."
        )
    return Corpus(
        path=path,
        vocabulary=vocabulary,
        counts_VV=counts_VV,
        held_out_VV=held_out_VV if hold_out else None,
        blank_lines=tally.blank_lines,
        lengths={int(i): int(tally.lengths_L[i]) for i in np.flatnonzero(tally.lengths_L)},
        first_words=tuple(tally.first_words),
        text=tally.text(),
        sha256=digest.hexadecimal(),
        data_format=DataFormat(format="lines"),
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0  # reading it will say what is wrong
