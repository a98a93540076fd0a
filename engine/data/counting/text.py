"""What has been counted of a running text so far: pairs, and the part that is held out."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Final

from engine.data.counting.characters import Alphabet
from engine.data.counting.sides import BothSides
from engine.data.reading.read_text import Piece

BOUNDARY: Final = "\0"  # no text has it: it is refused as binary
FIRST_LINES: Final = 10
LONGEST_FIRST_LINE: Final = 80  # characters


class TextCounts:
    """Counts a text a piece at a time; its boundary stands at its two ends only.

    A pair belongs to the hold-out where its second character does: so the counts of both sides are
    together those of the whole text. The hold-out, if any, begins with the character at
    `hold_out_from`. Characters beyond an alphabet are left out.
    """

    def __init__(
        self, hold_out_from: int | None, most_kept: int, alphabet: Alphabet | None = None
    ) -> None:
        self.blank_lines = self.comment_lines = self.left_out = 0
        self.lengths: dict[int, int] = {}
        self.sides = BothSides(BOUNDARY, most_kept)
        self._beginning = ""
        self._hold_out_from = hold_out_from
        self._alphabet = alphabet
        self._length = 0
        self._last = BOUNDARY

    def add(self, piece: Piece, helper: Executor) -> None:
        """Count the next piece of the text, which needs no helper."""
        text = piece.text
        self.comment_lines += piece.comment_lines
        if self._alphabet is not None:
            text = self._alphabet.only(text)
            self.left_out += len(piece.text) - len(text)
        if len(self._beginning) < FIRST_LINES * LONGEST_FIRST_LINE:
            self._beginning += text[: FIRST_LINES * LONGEST_FIRST_LINE]
        self._count(text)
        self._length += len(text)

    def end_file(self) -> None:
        """The text ends here; if another follows, it is held out."""
        if self._length:
            self._count(BOUNDARY)
            self._last = BOUNDARY
            self.lengths[self._length] = self.lengths.get(self._length, 0) + 1
        self._length = 0
        self._hold_out_from = 0

    @property
    def first_words(self) -> list[str]:
        """The text's first lines."""
        lines = [line for line in self._beginning.split("\n") if line.strip()]
        return [line[:LONGEST_FIRST_LINE] for line in lines[:FIRST_LINES]]

    def _count(self, text: str) -> None:
        """Count the pairs that end in these characters, each on its side."""
        if not text:
            return
        in_training = len(text)
        if self._hold_out_from is not None:
            in_training = min(max(0, self._hold_out_from - self._length), len(text))
        if self.sides.has_room:
            self.sides.keep(text[:in_training].encode(), is_held_out=False)
            self.sides.keep(text[in_training:].encode(), is_held_out=True)
        if in_training:
            self.sides.train.add_text(self._last + text[:in_training])
        if in_training < len(text):
            before = text[in_training - 1] if in_training else self._last
            self.sides.held_out.add_text(before + text[in_training:])
        self._last = text[-1]
