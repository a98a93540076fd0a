"""Counting neighbouring characters, a chunk of text at a time, in memory that does not grow.

Shape suffixes: V symbols, B the 256 bytes, L lengths.
"""

from __future__ import annotations

import sys
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from engine.errors import DataError
from engine.settings.limits import LARGEST_VOCABULARY

NEWLINE: Final = ord("\n")
RETURN: Final = ord("\r")
ENDS: Final = (NEWLINE, RETURN)
STRIPPED: Final = (9, 11, 12, 28, 29, 30, 31, 32)  # the ASCII white space that str.strip takes away
WORTH_HELP: Final = 1 << 18  # bytes; below, starting a thread takes longer than what it does
HALF: Final = 20  # bits; of weights up to 2^40, 2^33 can be added in halves without rounding
DENSE: Final = 1 << 18  # bins; up to here counting into all of them is faster than sorting


@dataclass(frozen=True)
class AsciiCounts:
    """What a chunk of ASCII lines holds."""

    pairs_BB: NDArray[np.int64]  # how often byte j follows byte i; before the first: a line end
    lengths_L: NDArray[np.int64]  # words of each length
    blank_lines: int


def count_ascii(lines: memoryview, helper: Executor) -> AsciiCounts | None:
    """Count whole lines, and the line end before them, as bytes.

    Two neighbouring bytes are one 16-bit number, once at the even places and once at the odd ones,
    and `torch.bincount` counts numbers. The helper measures the words meanwhile, on another core.
    None if that is not enough: the text is not ASCII, or a line wants stripping.
    """
    buffer = np.frombuffer(lines, dtype=np.uint8)
    if buffer.max() > 127:
        return None
    large = len(buffer) > WORTH_HELP
    helped = helper.submit(_word_lengths, buffer) if large else None
    pairs = np.zeros(1 << 16, dtype=np.int64)
    for start in (0, 1):
        even = (len(buffer) - start) // 2 * 2
        if even:
            numbers = torch.from_numpy(buffer[start : start + even].view("<i2"))
            pairs += torch.bincount(numbers, minlength=1 << 16).numpy()
    pairs_BB = pairs.reshape(256, 256).T  # little-endian: the first byte is the low one
    if pairs_BB[np.ix_(STRIPPED, ENDS)].any() or pairs_BB[np.ix_(ENDS, STRIPPED)].any():
        return None
    # Line ends behind line ends are blank lines, but for the two halves of CR LF.
    blank_lines = int(pairs_BB[np.ix_(ENDS, ENDS)].sum() - pairs_BB[RETURN, NEWLINE])
    lengths_L = _word_lengths(buffer) if helped is None else helped.result()
    return AsciiCounts(pairs_BB, lengths_L, blank_lines)


def _word_lengths(buffer: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many words have each length: (L,)."""
    ends = (buffer == NEWLINE) | (buffer == RETURN)
    lengths_L = np.bincount(np.diff(np.flatnonzero(ends)) - 1)
    lengths_L[0] = 0  # blank lines
    return lengths_L


def code_points(text: str) -> NDArray[np.uint32]:
    """The numbers of a text's characters."""
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)


class TooManyCharacters(DataError):
    """There are more than `LARGEST_VOCABULARY`: the matrix would be too large to look at."""


def check_size(characters: int) -> None:
    """Raise TooManyCharacters for an alphabet that is too large."""
    if characters > LARGEST_VOCABULARY:
        raise TooManyCharacters(f"more than {LARGEST_VOCABULARY:,} distinct characters")


def _summed(places: NDArray[np.intp], weights: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """The sum of the weights at each place, exact: (size,).

    `bincount` adds in float64, so the upper and the lower halves of the numbers are added apart.
    """
    upper, lower = (
        np.bincount(places, half, size).astype(np.int64)
        for half in (weights >> HALF, weights & ((1 << HALF) - 1))
    )
    return (upper << HALF) + lower


class PairCounter:
    """Counts pairs of characters of any script, found as it goes; the boundary is in no word."""

    def __init__(self, boundary: str = "\n") -> None:
        self.characters: list[str] = [boundary]  # by symbol, in the order of their coming
        self._symbols = np.full(128, -1, dtype=np.int32)  # by code point; longer when needed
        self._symbols[ord(boundary)] = 0
        self._counts = np.zeros((64, 64), dtype=np.int64)

    def add_bytes(self, pairs_BB: NDArray[np.int64]) -> None:
        """Add the counts of `count_ascii`. CR counts as LF, and LF behind LF is not counted."""
        cells = np.flatnonzero(pairs_BB.T.reshape(-1) != 0)  # of numbers it takes ten times as long
        second, first = np.divmod(cells, 256)
        counts = pairs_BB[first, second]
        first[first == RETURN] = NEWLINE
        second[second == RETURN] = NEWLINE
        rows, columns = self._symbols_of(first), self._symbols_of(second)
        np.add.at(self._counts, (rows, columns), counts)
        self._counts[0, 0] = 0

    def add_words(self, words: list[str], weights_W: NDArray[np.int64] | None = None) -> None:
        """Count the pairs in W words, none empty, with a boundary between; weights are of words."""
        if not words:
            return
        boundary = self.characters[0]
        weights = None
        if weights_W is not None:
            weights = np.repeat(weights_W, [len(word) + 1 for word in words])
        self.add_text(boundary + boundary.join(words) + boundary, weights)

    def add_text(self, text: str, weights: NDArray[np.int64] | None = None) -> None:
        """Count the pairs of a text with boundaries; weights, if any, are (len(text) - 1,)."""
        symbols = self._symbols_of(code_points(text)).astype(np.int64)
        size = len(self._counts)
        keys = symbols[:-1] * size + symbols[1:]
        if weights is not None:
            cells, places = np.unique(keys, return_inverse=True)
            self._counts.reshape(-1)[cells] += _summed(places, weights, len(cells))
        elif size * size <= DENSE:
            self._counts += np.bincount(keys, minlength=size * size).reshape(size, size)
        else:
            cells, counts = np.unique(keys, return_counts=True)
            self._counts.reshape(-1)[cells] += counts

    def counts_of(self, characters: tuple[str, ...]) -> torch.Tensor:
        """The counts in the order of a vocabulary, its boundary first: (V, V)."""
        places = {character: symbol for symbol, character in enumerate(self.characters)}
        wanted = [self.characters[0], *characters[1:]]
        here = [place for place, character in enumerate(wanted) if character in places]
        there = [places[wanted[place]] for place in here]
        counts_VV = np.zeros((len(wanted), len(wanted)), dtype=np.int64)
        counts_VV[np.ix_(here, here)] = self._counts[np.ix_(there, there)]
        return torch.from_numpy(counts_VV)

    def _symbols_of(self, codes: NDArray[np.integer]) -> NDArray[np.int32]:
        if codes.max(initial=0) >= len(self._symbols):
            more = sys.maxunicode + 1 - len(self._symbols)
            self._symbols = np.pad(self._symbols, (0, more), constant_values=-1)
        symbols: NDArray[np.int32] = self._symbols[codes]
        new = np.unique(codes[symbols < 0])
        if len(new) == 0:
            return symbols
        self._symbols[new] = len(self.characters) + np.arange(len(new), dtype=np.int32)
        self.characters += map(chr, new)
        check_size(len(self.characters) - 1)
        if len(self.characters) > len(self._counts):
            size = 1 << (len(self.characters) - 1).bit_length()
            grown = np.zeros((size, size), dtype=np.int64)
            grown[: len(self._counts), : len(self._counts)] = self._counts
            self._counts = grown
        return self._symbols_of(codes)
