"""Which lines of the drawn texts are shown, and which text is picked, while new ones come."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from engine.protocol import KEPT_CHARACTERS, KEPT_NAMES

Line = tuple[int, int]  # a draw, counted from the stream's start, and one of its lines


@dataclass
class TextsPlace:
    """A window on texts one below another, and a cursor on one of them.

    The window shows the newest text from its beginning, until somebody scrolls.
    """

    cursor: int | None = None  # the picked draw; None: none
    right: bool = False  # of two texts beside each other, the second
    drawn: int = 0  # texts so far
    oldest: int = 0  # the oldest draw that is kept
    rows: int = 1  # of the window
    top: Line | None = None  # the window's first line; None: see above
    least: int = 2  # lines that a text has at the least, with its heading
    lines: Sequence[Line] = ()  # of the texts that are at hand
    at: int = 0  # the place of the window's first line among them

    @property
    def back(self) -> int:
        """Texts that are newer than the first in the window."""
        return 0 if self.top is None else self.drawn - 1 - self.top[0]

    @property
    def wanted(self) -> int:
        """How many of the newest texts the window and the cursor need."""
        return self.back + self.rows // self.least + 2

    def grow(
        self, drawn: int, rows: int, characters: int, width: int, *, is_followed: bool = True
    ) -> None:
        """Texts have come, or another number of lines is shown; or the stream begins anew.

        Args:
            drawn: texts since the stream's start.
            rows: lines of the window.
            characters: of a text.
            width: columns of a text.
            is_followed: whether a new text is shown where the one before it is being read.
        """
        if drawn < self.drawn:
            self.cursor = self.top = None
        elif drawn > self.drawn and is_followed and not self.back and self.cursor is None:
            self.top = None
        self.drawn, self.rows = drawn, max(1, rows)
        self.oldest = max(0, drawn - min(KEPT_NAMES, KEPT_CHARACTERS // (2 * max(1, characters))))
        self.least = 1 + max(1, -(-characters // max(1, width)))
        if self.cursor is not None and self.cursor < self.oldest:
            self.cursor = self.oldest

    def window(self, lines: Sequence[Line]) -> Sequence[Line]:
        """The lines that are shown, of all lines of the texts that are at hand."""
        top = (self.drawn - 1, 0) if self.top is None else self.top
        self.lines = lines
        self.at = self._fitting(bisect_left(lines, top))
        return lines[self.at : self.at + self.rows]

    def scroll(self, by: int) -> None:
        """Show older lines, or newer; the cursor stays."""
        if self.lines:
            at = self._fitting(self.at - by)
            newest = self._fitting(bisect_left(self.lines, (self.drawn - 1, 0)))
            self.top = None if at == newest else self.lines[at]

    def _fitting(self, at: int) -> int:
        """A place to begin at that leaves no line of the window empty without a need."""
        return max(0, min(at, len(self.lines) - self.rows))

    def move(self, by: int) -> None:
        """Move the cursor to an older text (-1) or a newer one; below the newest there is none."""
        if not self.drawn:
            return
        at = (self.drawn if self.cursor is None else self.cursor) + by
        self.pick(None if at >= self.drawn else at)

    def pick(self, index: int | None) -> None:
        """Put the cursor on a text, and show it from its beginning; or on none, at the newest."""
        self.cursor = None if index is None else max(self.oldest, index)
        self.top = None if self.cursor is None else (self.cursor, 0)
