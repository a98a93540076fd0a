"""Both sides of the data, the training part and the hold-out: their pairs, and they themselves.

Shape suffixes: V symbols, W words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.data.counting.bigrams import PairCounter, check_size


@dataclass(frozen=True)
class Side:
    """The words of one side of the data, or its part of a running text.

    A running text has a NUL where it ends, unless it goes on in the hold-out.
    """

    text: bytes  # UTF-8; words stand on a line each, with blank lines anywhere
    weights_W: NDArray[np.int64] | None = None  # how often each word counts; None: once


class BothSides:
    """Counts the pairs of characters of both sides, and keeps both if there is room for them."""

    def __init__(self, boundary: str, most_kept: int) -> None:
        self.train, self.held_out = PairCounter(boundary), PairCounter(boundary)
        self._boundary = boundary
        self._room = most_kept
        self._texts: tuple[list[bytes], list[bytes]] = ([], [])
        self._weights: tuple[list[NDArray[np.int64]], list[NDArray[np.int64]]] = ([], [])

    @property
    def has_room(self) -> bool:
        """Whether everything has been kept so far."""
        return self._room >= 0

    def keep(
        self, text: bytes, weights_W: NDArray[np.int64] | None = None, *, is_held_out: bool
    ) -> None:
        """Keep UTF-8 of one side; where it is of words, it ends with a line end."""
        self._room -= len(text)
        if not self.has_room:
            self._texts, self._weights = ([], []), ([], [])
            return
        self._texts[is_held_out].append(text)
        if weights_W is not None:
            self._weights[is_held_out].append(weights_W)

    def kept(self) -> tuple[Side, Side] | None:
        """The training part and the hold-out; None if there was no room for them."""
        if not self.has_room:
            return None
        train, held_out = (
            Side(b"".join(texts), np.concatenate(weights) if weights else None)
            for texts, weights in zip(self._texts, self._weights, strict=True)
        )
        return train, held_out

    def characters(self) -> set[str]:
        """The characters of both sides; raises TooManyCharacters."""
        characters = {*self.train.characters, *self.held_out.characters} - {self._boundary}
        check_size(len(characters))
        return characters

    def counts_of(self, characters: tuple[str, ...]) -> tuple[Tensor, Tensor]:
        """The counts of the training part and of the hold-out, by a vocabulary; (V, V) each."""
        return self.train.counts_of(characters), self.held_out.counts_of(characters)
