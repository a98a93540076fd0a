"""Which panes stand where: four where there is room, otherwise fewer at a time."""

from __future__ import annotations

from typing import Final, Literal

Arrangement = Literal["all", "beside", "below", "alone"]

COLUMNS: Final = 80  # the least width in which panes stand side by side
LINES: Final = 24  # the least height for two panes above each other on the right
BROAD: Final = 120  # the least width in which three panes stand side by side, one with a picture
STACKED: Final = 34  # the least height for the matrix with another pane below it


def arrangement(columns: int, lines: int) -> Arrangement:
    """How the panes are arranged in a terminal of some size.

    `all`: four of them. `beside`, `below`: the matrix, and one of the others beside or below
    it. `alone`: the focused one.

    >>> [arrangement(*size) for size in ((80, 24), (100, 15), (60, 40), (60, 20))]
    ['all', 'beside', 'below', 'alone']
    """
    if columns >= COLUMNS:
        return "all" if lines >= LINES else "beside"
    return "below" if lines >= STACKED else "alone"
