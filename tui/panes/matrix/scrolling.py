"""The part of the matrix that is shown, and the cursor on one of its cells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from textual.geometry import Size

from tui.panes.matrix.drawing import Sight
from tui.panes.matrix.scales import Scale, scales, scrolled, shown_from

NO_LABELS: Final = ("·",)
NO_ROOM: Final = Size(0, 0)


class MatrixScroll:
    """A window on the matrix, whose symbols are sorted in some order. Places count from 0."""

    def __init__(self, scale: Scale | None = None, room: Size = NO_ROOM) -> None:
        self.scale = scale or scales(NO_LABELS)[-1]
        self.room = room  # columns and lines
        self.order: tuple[int, ...] = ()  # of the symbols
        self._places: dict[int, int] = {}  # of the symbols in the order
        self.at = (0, 0)  # the place of the cursor
        self._corner = (0, 0)  # what is drawn first

    @property
    def cursor(self) -> tuple[int, int] | None:
        """The pair under the cursor, as symbols."""
        return (self.order[self.at[0]], self.order[self.at[1]]) if self.order else None

    @property
    def sight(self) -> Sight:
        """The part that is shown, as symbols."""
        top, left = self._corner
        rows = self.order[top : top + self.scale.rows_in(self.room.height)]
        across = shown_from(left, self._starts, self._across) if self.order else 0
        return Sight(self.scale, rows, self.order[left : left + across])

    def sort(self, order: Sequence[int]) -> None:
        """Show the symbols in another order."""
        self.order = tuple(order)
        self._places = {symbol: place for place, symbol in enumerate(order)}

    def place_of(self, pair: tuple[int, int]) -> tuple[int, int] | None:
        """Find the place of a pair of symbols; None where there is no such symbol."""
        row, column = map(self._places.get, pair)
        return None if row is None or column is None else (row, column)

    def go(self, row: int, column: int) -> None:
        """Put the cursor at a place, and scroll as little as brings it into sight."""
        last = len(self.order) - 1
        self.at = max(0, min(last, row)), max(0, min(last, column))
        places, down = range(len(self.order) + 1), self.scale.rows_in(self.room.height)
        self._corner = (
            scrolled(self._corner[0], self.at[0], places, down),
            scrolled(self._corner[1], self.at[1], self._starts, self._across),
        )

    def scroll(self, lines: int, columns: int) -> bool:
        """Show another part, while the cursor stays; tell whether there is one."""
        last, places = len(self.order) - 1, range(len(self.order) + 1)
        most = (
            scrolled(last, last, places, self.scale.rows_in(self.room.height)),
            scrolled(last, last, self._starts, self._across),
        )
        before = self._corner
        self._corner = (
            max(0, min(before[0] + lines, most[0])),
            max(0, min(before[1] + columns, most[1])),
        )
        return self._corner != before

    def place_texts(self) -> tuple[str, str]:
        """Tell which part is shown, at length and in brief; nothing where it is all."""
        (top, left), sight, whole = self._corner, self.sight, len(self.order)
        down, across = len(sight.rows), len(sight.columns)
        if not sight.rows or (down == across == whole):
            return "", ""
        place = f"{top + 1}–{top + down} × {left + 1}–{left + across}"
        return f"{place} of {whole:,}", f"{down} × {across} of {whole:,}"

    @property
    def _starts(self) -> list[int]:
        """Where each column would begin, if all were shown, and where the last one would end."""
        return list(accumulate(map(self.scale.width_of, self.order), initial=0))

    @property
    def _across(self) -> int:
        return self.room.width - self.scale.gutter
