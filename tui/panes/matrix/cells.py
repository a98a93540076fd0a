"""The shades and the texts of the matrix's cells, from the values that the engine has sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.wire.values import Cells, View
from tui.drawing.numbers import short_count, short_share, short_signed
from tui.drawing.shades import Ramp, ramp
from tui.terminal.capabilities import Terminal

SHARES: Final[tuple[View, ...]] = ("compared", "selected")  # views of probabilities


def ramp_for(view: View, *, dark: bool, terminal: Terminal) -> Ramp:
    """Choose the ramp of colours for a view, on what a terminal can show.

    Counts and probabilities are skewed: half of the cells are below a fiftieth of the largest, and
    a linear ramp leaves them blank. The square root tells them apart, and keeps zero blank. The
    difference is skewed in the same way; what else a model has, as its weights, is spread evenly.
    """
    if view != "counts" and view not in SHARES:
        return ramp("diverging", dark=dark, rooted=view == "difference", terminal=terminal)
    return ramp("sequential", dark=dark, rooted=True, terminal=terminal)


class Window:
    """The values of the cells that came last, found by their place in the matrix."""

    def __init__(self, cells: Cells) -> None:
        self.view: View = cells.view
        self.low, self.high = cells.low, cells.high
        self._values: Sequence[float] = memoryview(cells.values).cast("d")
        self._rows = {row: place for place, row in enumerate(cells.rows)}
        self._columns = {column: place for place, column in enumerate(cells.columns)}

    def row(self, row: int, columns: Sequence[int]) -> list[float | None]:
        """Look up a row's values at some columns; None if they have not come yet."""
        place = self._rows.get(row)
        if place is None:
            return [None] * len(columns)
        start = place * len(self._columns)
        places = map(self._columns.get, columns)
        return [None if column is None else self._values[start + column] for column in places]


def text_of(value: float, view: View) -> str:
    """Write a value in four columns, a blank between two; a difference in hundredths.

    >>> [text_of(5438, "counts"), text_of(12345678, "counts"), text_of(0.0266, "selected")]
    ['5438', '12M', '.027']
    >>> [text_of(-0.0123, "difference"), text_of(0.123, "difference"), text_of(1.57, "weights")]
    ['−1.2', '+12', '+1.6']
    """
    match view:
        case "counts":
            return short_count(int(value))
        case "compared" | "selected":
            return short_share(value)
        case "difference":
            return short_signed(100 * value)
        case _:
            return short_signed(value)
