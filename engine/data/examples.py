"""What a model learns from, row by row: windows of symbols, or whole sequences of them.

Shape suffixes: R rows, C symbols of a window, T places of a sequence, S steps, B rows of a batch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Final

import torch
from torch import Tensor, device

from engine.data.tokens import Tokens
from engine.data.vocabulary import BOUNDARY

LARGEST_TABLE: Final = 1 << 22  # symbols of all windows at once: 8 MB
NOTHING: Final = -1  # a target where a sequence has ended
Batch = tuple[Tensor, Tensor]  # inputs and targets


class Examples(ABC):
    """Rows of one side of the data, each with what is to be predicted."""

    tokens: Tokens

    @abstractmethod
    def __len__(self) -> int:
        """How many rows there are."""

    @property
    @abstractmethod
    def weights_R(self) -> Tensor | None:
        """How often each row counts; int64, (R,); None: once."""

    @abstractmethod
    def of(self, rows_R: Tensor) -> Batch:
        """The inputs of some rows, and their targets; int64, of which `NOTHING` is no target."""

    @staticmethod
    @abstractmethod
    def newest(inputs: Tensor) -> Tensor:
        """The symbol right before each target, in the shape of the targets."""

    def batches(self, rows_SB: Tensor, on: device) -> list[Batch]:
        """See `of`; of so many batches, on a device."""
        return [(xs.to(on), ys.to(on)) for xs, ys in map(self.of, rows_SB)]

    def draw(self, generator: torch.Generator, count: int) -> Tensor:
        """Rows at random, each in proportion to its weight; int64, (count,)."""
        if self.weights_R is None:
            return torch.randint(0, len(self), (count,), generator=generator)
        drawn = torch.randint(0, int(self._sums_R[-1]), (count,), generator=generator)
        return torch.searchsorted(self._sums_R, drawn, right=True)

    @property
    def places_a_row(self) -> float:
        """How many places a row has in the mean."""
        return len(self.tokens) / len(self)

    @cached_property
    def _sums_R(self) -> Tensor:
        assert self.weights_R is not None
        return self.weights_R.cumsum(0)


class Windows(Examples):
    """A row is a place: inputs are the C symbols before it, (R, C), targets what is there, (R,).

    Args:
        tokens: one side of the data.
        context: C.
        across_words: see `Tokens.windows`.
    """

    def __init__(self, tokens: Tokens, context: int, across_words: bool = False) -> None:
        self.tokens = tokens
        self._context, self._across_words = context, across_words

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def weights_R(self) -> Tensor | None:
        """See `Examples.weights_R`."""
        return self.tokens.weights

    def of(self, rows_R: Tensor) -> Batch:
        """See `Examples.of`."""
        return self.tokens.windows(rows_R, self._context, self._across_words)

    def batches(self, rows_SB: Tensor, on: device) -> list[Batch]:
        """See `Examples.batches`."""
        rows = rows_SB.flatten()
        if self._table is None:
            inputs, targets = self.of(rows)
        else:  # to make the windows anew takes four times as long
            both = self._table[rows].long()
            inputs, targets = both[:, :-1].contiguous(), both[:, -1].contiguous()
        inputs_SBC = inputs.to(on).view(*rows_SB.shape, self._context)
        targets_SB = targets.to(on).view(rows_SB.shape)
        return list(zip(inputs_SBC, targets_SB, strict=True))

    @staticmethod
    def newest(inputs: Tensor) -> Tensor:
        """See `Examples.newest`."""
        return inputs[:, -1]

    @cached_property
    def _table(self) -> Tensor | None:
        """All windows, each with its target behind it; int16, (P, C + 1); None: too large."""
        if len(self) * (self._context + 1) > LARGEST_TABLE:
            return None
        windows_PC, targets_P = self.tokens.all_windows(self._context, self._across_words)
        return torch.cat((windows_PC, targets_P[:, None]), dim=1)


class Sequences(Examples):
    """A row is a word, or a part of one: inputs and targets are both (R, T), the targets one on.

    Args:
        tokens: one side of the data.
        context: the most places of a row. A longer word, or a running text, is cut into several.

    >>> sequences = Sequences(Tokens(torch.tensor([0, 1, 2, 3, 0, 2, 0])), context=3)
    >>> inputs_RT, targets_RT = sequences.of(torch.tensor([0, 1, 2]))
    >>> inputs_RT.tolist(), targets_RT.tolist()
    ([[0, 1, 2], [3, 0, 0], [0, 2, 0]], [[1, 2, 3], [0, -1, -1], [2, 0, -1]])
    """

    def __init__(self, tokens: Tokens, context: int) -> None:
        self.tokens = tokens
        begins_P = tokens.begins()
        at_P = torch.arange(len(tokens))
        word_P = at_P.where(begins_P, 0).cummax(0).values  # where its word begins
        self._starts_R = ((at_P - word_P) % context == 0).nonzero().squeeze(1)
        ends_R = torch.cat((self._starts_R[1:], torch.tensor([len(tokens)])))
        self._lengths_R = ends_R - self._starts_R

    def __len__(self) -> int:
        return len(self._starts_R)

    @cached_property
    def weights_R(self) -> Tensor | None:
        """See `Examples.weights_R`."""
        weights_P = self.tokens.weights
        return None if weights_P is None else weights_P[self._starts_R]

    def of(self, rows_R: Tensor) -> Batch:
        """See `Examples.of`; as long as the longest of these rows."""
        lengths_R1 = self._lengths_R[rows_R, None]
        steps_T = torch.arange(int(lengths_R1.max()))
        is_there_RT = steps_T < lengths_R1
        places_RT = torch.where(is_there_RT, self._starts_R[rows_R, None] + steps_T, 0)
        inputs_RT, targets_RT = self.tokens.pairs(places_RT)
        return inputs_RT.where(is_there_RT, BOUNDARY), targets_RT.where(is_there_RT, NOTHING)

    @staticmethod
    def newest(inputs: Tensor) -> Tensor:
        """See `Examples.newest`."""
        return inputs

    def places(self, rows_R: Tensor) -> Tensor:
        """The places of some rows, one row behind another; int64."""
        lengths_R = self._lengths_R[rows_R]
        starts_P = self._starts_R[rows_R].repeat_interleave(lengths_R)
        before_P = (lengths_R.cumsum(0) - lengths_R).repeat_interleave(lengths_R)
        return starts_P + torch.arange(len(starts_P)) - before_P


class WindowsOfWords(Examples):
    """A row is a whole word, and its batch has the window of each of its places; see `Windows`.

    Args:
        tokens: one side of the data.
        context: C.
    """

    def __init__(self, tokens: Tokens, context: int) -> None:
        self.tokens = tokens
        self._words = Sequences(tokens, len(tokens))
        self._context = context

    def __len__(self) -> int:
        return len(self._words)

    @property
    def weights_R(self) -> Tensor | None:
        """See `Examples.weights_R`."""
        return self._words.weights_R

    def of(self, rows_R: Tensor) -> Batch:
        """See `Examples.of`."""
        return self.tokens.windows(self._words.places(rows_R), self._context)

    newest = Windows.newest
