"""From the bytes of a matrix window to the levels and the texts of its cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.protocol import Cells, View
from tui.ramps import Ramp, ramp
from tui.terminal import Terminal

VIEWS: Final[tuple[View, ...]] = ("counts", "probabilities", "net", "weights", "difference")
VIEW_NAMES: Final[dict[View, str]] = {
    "counts": "counts",
    "probabilities": "P(counts)",
    "net": "P(net)",
    "weights": "weights",
    "difference": "net − counts",
}


def ramp_for(view: View, *, dark: bool, terminal: Terminal) -> Ramp:
    """The ramp of a view, on what a terminal can show.

    Counts and probabilities are skewed: half of the cells are below a fiftieth of the largest, and
    a linear ramp leaves them blank. The square root tells them apart, and keeps zero blank. The
    difference is skewed in the same way; weights are spread evenly.
    """
    if view in ("weights", "difference"):
        return ramp("diverging", dark=dark, rooted=view == "difference", terminal=terminal)
    return ramp("sequential", dark=dark, rooted=True, terminal=terminal)


class Window:
    """The values of the cells that came last, by their place in the matrix."""

    def __init__(self, cells: Cells) -> None:
        self.view: View = cells.view
        self.low, self.high = cells.low, cells.high
        self._values: Sequence[float] = memoryview(cells.values).cast("d")
        self._rows = {row: place for place, row in enumerate(cells.rows)}
        self._columns = {column: place for place, column in enumerate(cells.columns)}

    def row(self, row: int, columns: Sequence[int]) -> list[float | None]:
        """The values of a row at some columns; None where they have not come yet."""
        place = self._rows.get(row)
        if place is None:
            return [None] * len(columns)
        start = place * len(self._columns)
        places = map(self._columns.get, columns)
        return [None if column is None else self._values[start + column] for column in places]


def text_of(value: float, view: View) -> str:
    """A value in five columns or fewer; a weight in four, so that its sign stands alone.

    >>> [text_of(5438, "counts"), text_of(12345678, "counts"), text_of(0.0266, "net")]
    ['5438', '12.3M', '.027']
    >>> [text_of(-0.0004, "difference"), text_of(1.57, "weights"), text_of(1.0, "net")]
    ['.000', '+1.6', '1.00']
    """
    if view == "counts":
        return short_count(int(value))
    if view == "weights":
        return _weight(value)
    text = f"{value:+.3f}" if view == "difference" else f"{value:.3f}"
    if text.startswith(("1", "+1", "-1")):
        return text[:-1]
    text = text.replace("0.", ".", 1)
    return text.lstrip("+-") if text.endswith(".000") else text


def _weight(value: float) -> str:
    """A weight in four columns, or five from 1e10 on.

    >>> [_weight(w) for w in (-0.04, -0.24, 9.96, -123.4, 45678.9, -1e120)]
    ['0.0', '-0.2', '+10', '-123', '+5e4', '-huge']
    """
    if abs(value) < 0.05:
        return "0.0"
    if abs(value) < 9.95:
        return f"{value:+.1f}"
    if abs(value) < 999.5:
        return f"{value:+.0f}"
    if abs(value) < 9e99:
        return f"{value:+.0e}".replace("e+0", "e").replace("e+", "e")
    return "+huge" if value > 0 else "-huge"


def short_count(count: int) -> str:
    """A count in five columns or fewer.

    >>> [short_count(99999), short_count(100000), short_count(2_500_000_000)]
    ['99999', '100k', '2.50G']
    """
    if count < 100_000:
        return str(count)
    scaled = float(count)
    for unit in "kMGT":
        scaled /= 1000
        if scaled < 999.5:
            return f"{scaled:.3g}{unit}" if scaled >= 100 else f"{scaled:#.3g}{unit}"
    return f"{count:.0e}"
