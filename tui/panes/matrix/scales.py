"""The sizes in which a cell of the matrix can be drawn, and which of them a space has room for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from rich.cells import cell_len

HEADER: Final = 1  # lines above the cells: the columns' labels


@dataclass(frozen=True)
class Scale:
    """The size of a cell. Heights are in half lines, as the smallest scale has two rows a line."""

    name: Literal["large", "numbers", "medium", "wide", "small"]
    width: int  # columns of a cell
    halves: int  # half lines of a cell
    label: int  # columns of a row's label
    gutter: int  # columns left of the cells, for the rows' labels and a space
    labels: tuple[int, ...]  # columns of each symbol's label

    @property
    def rows_per_line(self) -> int:
        """The number of rows that share a line: 2 at the smallest scales."""
        return 2 if self.halves == 1 else 1

    @property
    def lines_per_row(self) -> int:
        """The number of lines that a row takes: 2 at the largest scale."""
        return max(1, self.halves // 2)

    @property
    def has_numbers(self) -> bool:
        """Tell whether a cell shows its value."""
        return self.name in ("large", "numbers")

    def width_of(self, symbol: int) -> int:
        """Tell the columns of the cells below a symbol's label, which a broad label widens."""
        return max(self.width, self.labels[symbol])

    def rows_in(self, height: int) -> int:
        """Tell how many rows a space of `height` lines has room for, the header included."""
        return max(0, (height - HEADER) * 2 // self.halves)

    @property
    def size(self) -> tuple[int, int]:
        """Tell the columns and lines of the whole matrix."""
        lines = -(-len(self.labels) * self.halves // 2)
        return self.gutter + sum(map(self.width_of, range(len(self.labels)))), HEADER + lines

    def line_of(self, row: int) -> int:
        """Tell on which line a row of the window begins."""
        return HEADER + row * self.halves // 2


def scales(labels: tuple[str, ...], *, halves: bool = True) -> tuple[Scale, ...]:
    """List the scales for an alphabet, the largest first.

    Args:
        labels: of the characters, laid out.
        halves: whether two cells can share a character, one above the other.
    """
    widths = tuple(map(cell_len, labels))
    label = max(widths)
    beside, above = (label, label + 1, widths), (label, 2 * label + 1, widths)
    # Two rows share a line, and so do their labels, side by side.
    small = Scale("small", 1, 1, *above) if halves else Scale("small", 1, 2, *beside)
    return (
        Scale("large", 5, 4, *beside),
        Scale("numbers", 5, 2, *beside),
        Scale("medium", 2, 2, *beside),
        replace(small, name="wide", width=2),
        small,
    )


def scrolled(corner: int, at: int, starts: Sequence[int], room: int) -> int:
    """Find the first place to show, such that `at` is in sight and no room is left over.

    Args:
        corner: the first place that is shown now.
        at: the place of the cursor.
        starts: where each place begins, and where the last one ends.
        room: how much there is to show places in.

    >>> [scrolled(0, at, range(11), 4) for at in (0, 3, 4, 9)], scrolled(9, 9, range(11), 4)
    ([0, 0, 1, 6], 6)
    """
    first = bisect_left(starts, starts[at + 1] - room)  # from there on, `at` is still in sight
    corner = max(min(corner, at), min(first, at))
    return max(0, min(corner, bisect_left(starts, starts[-1] - room)))


def shown_from(corner: int, starts: Sequence[int], room: int) -> int:
    """Count the places that there is room for, from the first that is shown; see `scrolled`."""
    return max(0, bisect_right(starts, starts[corner] + room) - 1 - corner)


def padded(label: str, width: int) -> str:
    """Centre a label in a field; a field that is too narrow for it says so.

    >>> padded("a", 5), padded("A0", 1)
    ('  a  ', '…')
    """
    room = width - cell_len(label)
    if room < 0:
        return "…".ljust(width)
    return " " * (room // 2) + label + " " * (room - room // 2)


def aligned(number: str, width: int) -> str:
    """Put a number to the right in a field that is wider, with a space behind it.

    >>> aligned("12", 5), aligned("1234", 5)
    ('  12 ', '1234 ')
    """
    return f"{number} ".rjust(width)
