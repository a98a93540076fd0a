"""The symbols of a corpus: its characters, in order, behind the boundary between two words."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Final

from engine.errors import OutsideVocabulary
from engine.text.printable import printable

BOUNDARY: Final = 0  # the symbol before a word's first and behind its last character
BOUNDARY_MARKS: Final = ".·¶∎"  # how it is written: the first that the data does not have itself


class Vocabulary:
    """Characters ↔ symbols. Symbol 0 is the boundary, the others are the sorted characters.

    >>> vocabulary = Vocabulary("ab")
    >>> vocabulary.characters, vocabulary.encode("ba"), vocabulary.decode([2, 1, 0])
    (('.', 'a', 'b'), [2, 1], 'ba.')
    """

    def __init__(self, characters: Iterable[str]) -> None:
        letters = sorted(set(characters))
        others = map(chr, range(0x25A0, 0x10000))  # more than a vocabulary has room for
        mark = next(mark for mark in chain(BOUNDARY_MARKS, others) if mark not in letters)
        self.characters: tuple[str, ...] = (mark, *letters)
        self._symbols = {letter: symbol for symbol, letter in enumerate(letters, start=1)}

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, word: str) -> list[int]:
        """The symbols of a word, without boundaries; raises OutsideVocabulary."""
        try:
            return [self._symbols[character] for character in word]
        except KeyError as error:
            unknown = str(error.args[0])
            raise OutsideVocabulary(
                f"'{printable(word)}': '{printable(unknown)}' (character {word.index(unknown) + 1})"
                f" does not occur in the data. It has {self._summary()}."
            ) from None

    def decode(self, symbols: Iterable[int]) -> str:
        """The characters of symbols; the boundary is its mark."""
        return "".join(self.characters[symbol] for symbol in symbols)

    def _summary(self) -> str:
        letters = printable("".join(self.characters[1:61]))
        more = f"… ({len(self) - 1:,} characters)" if len(self) > 61 else ""
        return f"'{letters}'{more}"
