"""The symbols of one side of the data, for models that see more than one of them.

Shape suffixes: S symbols of the side, P places to be predicted, R rows of a batch, C symbols of a
window.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.counting.bigrams import code_points
from engine.data.counting.sides import Side
from engine.data.vocabulary import BOUNDARY, Vocabulary

PART: Final = 1 << 20  # places whose windows are made at once: 20 MB, where they have 8 symbols
COLUMN: Final = 1 << 16  # places of a part: 128 KB, so that a processor keeps a few of them at hand


class Tokens:
    """Words one behind another, with a boundary before each and behind the last.

    A place is what a model predicts: each character of a word, and the word's end. A running text
    is one long word.

    Args:
        symbols_S: the first is a boundary; int16, (S,).
        first: where in them the first place is; what is before it is seen, but not predicted.
        weights: how often each place counts; int64, (P,); None: once.

    >>> tokens = Tokens(torch.tensor([0, 1, 2, 0, 2, 0]))
    >>> len(tokens)
    5
    >>> windows_RC, targets_R = tokens.windows(torch.tensor([0, 2, 3]), context=2)
    >>> windows_RC.tolist(), targets_R.tolist()
    ([[0, 0], [1, 2], [0, 0]], [1, 0, 2])
    >>> tokens.windows(torch.tensor([3]), context=2, across_words=True)[0].tolist()
    [[2, 0]]
    """

    def __init__(self, symbols_S: Tensor, first: int = 1, weights: Tensor | None = None) -> None:
        self.weights = weights
        self._symbols_S = symbols_S.to(torch.int16)  # there are at most 4,097 symbols
        self._first = first
        self.is_one_word = not (self._symbols_S[1:-1] == BOUNDARY).any()

    def __len__(self) -> int:
        return len(self._symbols_S) - self._first

    def windows(
        self, places_R: Tensor, context: int, across_words: bool = False
    ) -> tuple[Tensor, Tensor]:
        """What is seen at some places, and what comes there.

        Args:
            places_R: from 0 to P - 1; int64, (R,).
            context: how many symbols are seen, C; at least 1.
            across_words: whether the words before are seen too, as in one running text. Otherwise
                all that is before a word is boundaries.

        The windows have the newest symbol at the end, and are filled up with boundaries; int64, (R,
        C). The symbols behind them are int64, (R,).
        """
        rows_R = self._rows(places_R, context, across_words).long()
        return rows_R[:, :-1], rows_R[:, -1]

    def all_windows(self, context: int, across_words: bool = False) -> tuple[Tensor, Tensor]:
        """See `windows`; of all places, as they are kept: int16, (P, C) and (P,)."""
        parts = torch.split(torch.arange(len(self)), PART)
        rows = torch.cat([self._rows(places_R, context, across_words) for places_R in parts])
        return rows[:, :-1], rows[:, -1]

    def columns(
        self, context: int, across_words: bool = False
    ) -> Iterator[list[NDArray[np.int16]]]:
        """See `windows`: all places in order, some at a time, each symbol of the windows by itself.

        Yields:
            The symbols 1, 2 … C before each place, then those that come there; C + 1 arrays of as
            many places. So one place takes some nanoseconds, a row of `windows` fifty.
        """
        missing = max(0, context - self._first)
        symbols = np.pad(self._symbols_S.numpy(), (missing, 0), constant_values=BOUNDARY)
        first, is_masked = self._first + missing, not (across_words or self.is_one_word)
        for start in range(first, len(symbols), COLUMN):
            stop = min(start + COLUMN, len(symbols))
            columns = [symbols[start - back : stop - back] for back in range(1, context + 1)]
            if is_masked:
                is_of_word = np.ones(stop - start, bool)  # and not before its boundary
                for number, column in enumerate(columns):
                    columns[number] = column * is_of_word
                    is_of_word &= column != BOUNDARY
            yield [*columns, symbols[start:stop]]

    def behind(self, symbols: int) -> Tokens:
        """The same without the places that have fewer symbols before them; all, if none has."""
        left_out = symbols - self._first
        if not 0 < left_out < len(self):
            return self
        weights = None if self.weights is None else self.weights[left_out:]
        return Tokens(self._symbols_S, symbols, weights)

    def pairs(self, places: Tensor) -> tuple[Tensor, Tensor]:
        """The symbol before each place, and the one there; int64, in the shape of the places."""
        at = places + self._first
        return self._symbols_S[at - 1].long(), self._symbols_S[at].long()

    def counts(self, symbols: int) -> Tensor:
        """How often symbol j follows symbol i, by weight; int64, (V, V)."""
        before_P, there_P = self.pairs(torch.arange(len(self)))
        counts = torch.zeros(symbols**2, dtype=torch.int64)
        ones = torch.ones_like(before_P) if self.weights is None else self.weights
        return counts.index_add_(0, before_P * symbols + there_P, ones).view(symbols, symbols)

    def begins(self) -> Tensor:
        """Whether each place is the first of a word, or of the text; bool, (P,)."""
        begins_P = self._symbols_S[self._first - 1 : -1] == BOUNDARY
        begins_P[0] = True
        return begins_P

    def _rows(self, places_R: Tensor, context: int, across_words: bool) -> Tensor:
        """The windows, each with its target behind it; int16, (R, C + 1)."""
        at = (places_R + self._first)[:, None] + torch.arange(-context, 1)
        rows = self._symbols_S[at.clamp_(min=0)]  # the first symbol is a boundary
        if not (across_words or self.is_one_word):
            windows = rows[:, :-1]
            # 1 as far back as the word reaches, 0 from its boundary on.
            windows *= (windows != BOUNDARY).flip(1).to(torch.int16).cumprod(1).flip(1)
        return rows


def of_words(side: Side, vocabulary: Vocabulary) -> Tokens:
    """The words of a side."""
    symbols = np.pad(_encoded(side.text, vocabulary), 1, constant_values=BOUNDARY)
    ends = symbols == BOUNDARY
    symbols = symbols[np.append(True, ~(ends[1:] & ends[:-1]))]  # blank lines are no words
    if side.weights_W is None or (side.weights_W == 1).all():
        return Tokens(torch.from_numpy(symbols))
    lengths_W = np.diff(np.flatnonzero(symbols == BOUNDARY))  # with the word's end
    weights = torch.from_numpy(np.repeat(side.weights_W, lengths_W))
    return Tokens(torch.from_numpy(symbols), weights=weights)


def of_text(train: Side, held_out: Side, vocabulary: Vocabulary) -> tuple[Tokens, Tokens]:
    """Both sides of a running text; what is held out sees the training text before it."""
    before, behind = (
        torch.from_numpy(np.pad(_encoded(side.text, vocabulary), (1, 0), constant_values=BOUNDARY))
        for side in (train, held_out)
    )
    if before[-1] == BOUNDARY:  # the text has ended; another is held out
        return Tokens(before), Tokens(behind)
    symbols = torch.cat((before, behind[1:]))
    return Tokens(symbols[: len(before)]), Tokens(symbols, first=len(before))


def _encoded(text: bytes, vocabulary: Vocabulary) -> NDArray[np.int16]:
    """The symbols of a text; its NULs, and such line ends as are no symbols, are boundaries."""
    codes = code_points(text.decode())
    known = code_points("".join(vocabulary.characters[1:]))
    symbols = np.zeros(int(max(codes.max(initial=0), known.max())) + 1, dtype=np.int16)
    symbols[known] = np.arange(1, len(known) + 1)
    return symbols[codes]
