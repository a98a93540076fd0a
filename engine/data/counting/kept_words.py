"""The words of a data file as they are kept: to look them up, and to learn from more than pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Side:
    """The words of one side of the data, or its part of a running text.

    A running text has a NUL where it ends, unless it goes on in the hold-out.
    """

    text: bytes  # UTF-8; words stand on a line each, with blank lines anywhere
    weights_W: NDArray[np.int64] | None = None  # how often each word counts; None: once


class Keeper:
    """Keeps the training words and the words held out, or none if there is no room for both."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._texts: tuple[list[bytes], list[bytes]] = ([], [])
        self._weights: tuple[list[NDArray[np.int64]], list[NDArray[np.int64]]] = ([], [])

    @property
    def has_room(self) -> bool:
        """Whether everything has been kept so far."""
        return self._room >= 0

    def add(
        self, text: bytes, weights_W: NDArray[np.int64] | None = None, *, is_held_out: bool
    ) -> None:
        """Keep a part of one side: UTF-8; where it is of words, it ends with a line end.

        `weights_W` is how often each word counts; None: once.
        """
        self._room -= len(text)
        if not self.has_room:
            self._texts = ([], [])
            self._weights = ([], [])
            return
        self._texts[is_held_out].append(text)
        if weights_W is not None:
            self._weights[is_held_out].append(weights_W)

    def sides(self) -> tuple[Side, Side] | None:
        """The training words and the words held out; None where there was no room for them."""
        if not self.has_room:
            return None
        train, held_out = (
            Side(b"".join(texts), np.concatenate(weights) if weights else None)
            for texts, weights in zip(self._texts, self._weights, strict=True)
        )
        return train, held_out
