"""How often each character comes, and the commonest of them.

Shape suffix: U the code points of Unicode.
"""

from __future__ import annotations

import sys
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.data.counting.bigrams import code_points
from engine.settings.limits import LARGEST_VOCABULARY

CODE_POINTS: Final = sys.maxunicode + 1


class CharacterCounts:
    """Counts characters of any script."""

    def __init__(self) -> None:
        self._counts_U = np.zeros(CODE_POINTS, dtype=np.int64)

    def add(self, words: list[str], weights_W: NDArray[np.int64] | None = None) -> None:
        """Count the characters of W words or pieces of text, by weight where there are weights."""
        codes = code_points("".join(words))
        if weights_W is None:
            counts = np.bincount(codes)
            self._counts_U[: len(counts)] += counts
        else:
            np.add.at(self._counts_U, codes, np.repeat(weights_W, list(map(len, words))))

    def total(self, alphabet: Alphabet | None) -> int:
        """How many characters of an alphabet there are; None: of any."""
        return int((self._counts_U if alphabet is None else self._counts_U[alphabet.codes]).sum())

    def commonest(self, most: int) -> Alphabet:
        """The characters that come most often; of equals the one with the lower code point."""
        order_U = np.argsort(-self._counts_U, kind="stable")[:most]
        return Alphabet(order_U[self._counts_U[order_U] > 0])

    def too_many(self, is_text: bool) -> str:
        """That there are more than a matrix can have, with the way out, as a sentence."""
        others = "all others" if is_text else "the words with others"
        counts_U = np.sort(self._counts_U)[::-1]
        share = counts_U[:LARGEST_VOCABULARY].sum() / counts_U.sum()
        return (
            f"{np.count_nonzero(counts_U):,} distinct characters, where a matrix has at most"
            f" {LARGEST_VOCABULARY:,}. Those that come most often make {_percent(share)} of all:"
            f" --alphabet {LARGEST_VOCABULARY} keeps them, and leaves out {others}."
        )


class Alphabet:
    """A set of characters, made from their code points."""

    def __init__(self, codes: NDArray[np.int64]) -> None:
        self.codes = codes
        self._characters = frozenset(map(chr, codes.tolist()))
        self._has_U = np.zeros(CODE_POINTS, dtype=bool)
        self._has_U[codes] = True

    def spells(self, word: str) -> bool:
        """Whether a word has no other characters.

        >>> Alphabet(np.array([97, 98])).spells("abba")
        True
        """
        return self._characters.issuperset(word)

    def only(self, text: str) -> str:
        """A text without all other characters.

        >>> Alphabet(np.array([97, 98])).only("a cab!")
        'aab'
        """
        codes = code_points(text)
        return codes[self._has_U[codes]].tobytes().decode("utf-32-le")


def _percent(share: float) -> str:
    """A share, never rounded up to all.

    >>> _percent(0.99996), _percent(0.123)
    ('99.9 %', '12.3 %')
    """
    return f"{int(share * 1000) / 10:.1f} %"
