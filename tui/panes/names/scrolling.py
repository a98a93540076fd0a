"""The part of the drawn names that is shown, and the name that is picked, as new ones come."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Line = tuple[int, int]  # a draw, counted from the stream's start, and one of its lines
HEADING: Final = -1  # the line above a draw, where it has one
_AT_A_TIME: Final = 16  # names that are asked for: a scrolling window does not want one more each


@dataclass
class NamesScroll:
    """A window on names, or texts, one below another, and a cursor on one of them.

    Until somebody scrolls, the window shows the newest names; of those that were asked for last it
    shows the first, and leaves the last below where not all have room.
    """

    cursor: int | None = None  # the picked draw; None: none
    right: bool = False  # of two names beside each other, the second
    drawn: int = 0  # names so far
    newest_from: int = 0  # the first of those that were asked for last
    oldest: int = 0  # the oldest draw that is kept
    rows: int = 1  # of the window
    least: int = 1  # lines that a draw has at the least
    top: Line | None = None  # the window's first line; None: it follows, see above
    lines: Sequence[Line] = ()  # of the draws that are at hand
    at: int = 0  # the place of the window's first line among them
    is_awaiting: bool = False  # whether the next names are to be followed wherever the window is

    @property
    def last(self) -> int:
        """The draw that the window's last line is of."""
        end = min(self.at + self.rows, len(self.lines))
        return self.lines[end - 1][0] if end else self.drawn - 1

    @property
    def below(self) -> int:
        """How many names are newer than those in the window."""
        return max(0, self.drawn - 1 - self.last)

    @property
    def wanted(self) -> int:
        """How many of the newest names the window and the cursor need."""
        first = self.newest_from if self.top is None else self.top[0]
        if self.cursor is not None:
            first = min(first, self.cursor)
        needed = self.drawn - max(first, self.oldest) + self.rows // self.least + 2
        return needed if self.least > 1 else -(-needed // _AT_A_TIME) * _AT_A_TIME

    def grow(
        self, drawn: int, newest_from: int, rows: int, *, oldest: int = 0, least: int = 1
    ) -> None:
        """Take note that names have come, that lines were added, or that the stream began anew.

        Whoever is at the end goes on to what is new, unless the cursor is on a name.
        """
        if drawn < self.drawn:
            self.restart()
        elif drawn > self.drawn and self.is_awaiting:
            self.cursor = self.top = None
        elif drawn > self.drawn and self.cursor is None and self.at + self.rows >= len(self.lines):
            self.top = None
        self.is_awaiting = self.is_awaiting and drawn == self.drawn
        self.drawn, self.newest_from, self.rows = drawn, newest_from, max(1, rows)
        self.oldest, self.least = oldest, least
        if self.cursor is not None:
            self.cursor = max(self.cursor, self.oldest)

    def restart(self) -> None:
        """Begin with another stream, of which nothing was shown yet."""
        self.cursor = self.top = None
        self.lines, self.at = (), 0

    def window(self, lines: Sequence[Line]) -> Sequence[Line]:
        """Choose the lines that are shown, of all lines of the draws at hand."""
        self.lines = lines
        top = (self.newest_from, 0) if self.top is None else self.top
        self.at = self._fitting(bisect_left(lines, top))
        return lines[self.at : self.at + self.rows]

    def scroll(self, by: int) -> None:
        """Show older lines, or newer; the cursor stays."""
        self._show_from(self.at - by)

    def move(self, by: int) -> None:
        """Move the cursor to an older name (-1) or a newer one; past the newest it goes away."""
        if not self.drawn:
            return
        entered = self.last + (by < 0)  # from the window's end
        at = (entered if self.cursor is None else self.cursor) + by
        self.pick(None if at >= self.drawn else at)

    def pick(self, index: int | None) -> None:
        """Put the cursor on a name, and scroll as little as shows it; or on none, at the end."""
        if index is None:
            self.cursor = None
            self._show_from(len(self.lines))
            return
        self.cursor = max(self.oldest, index)
        first = bisect_left(self.lines, (self.cursor, HEADING))
        last = bisect_left(self.lines, (self.cursor + 1, HEADING)) - 1
        if last < first:  # not at hand yet
            self.top = (self.cursor, HEADING)
        elif first < self.at or last - first >= self.rows:
            self._show_from(first)
        else:
            self._show_from(max(self.at, last - self.rows + 1))

    def _show_from(self, at: int) -> None:
        if self.lines:
            self.at = self._fitting(at)
            self.top = self.lines[self.at]

    def _fitting(self, at: int) -> int:
        """A place to begin at that leaves no line of the window empty without a need."""
        return max(0, min(at, len(self.lines) - self.rows))
