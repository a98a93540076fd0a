"""How large a cell of the matrix is drawn, and which scale a space has room for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from rich.cells import cell_len

HEADER: Final = 1  # lines above the cells: the columns' labels


@dataclass(frozen=True)
class Scale:
    """The size of a cell. Heights count in half lines: at the smallest scale a line holds two."""

    name: Literal["large", "numbers", "medium", "wide", "small"]
    width: int  # columns of a cell
    halves: int  # half lines of a cell
    label: int  # columns of one label
    gutter: int  # columns left of the cells, for the rows' labels and a space

    @property
    def rows_per_line(self) -> int:
        """Rows of the matrix that share a line: 2 at the smallest scales."""
        return 2 if self.halves == 1 else 1

    @property
    def lines_per_row(self) -> int:
        """Lines that a row of the matrix takes: 2 at the largest scale."""
        return max(1, self.halves // 2)

    @property
    def has_numbers(self) -> bool:
        """Whether a cell tells its value."""
        return self.name in ("large", "numbers")

    def columns_in(self, width: int) -> int:
        """How many cells a line of `width` columns has room for."""
        return max(0, (width - self.gutter) // self.width)

    def rows_in(self, height: int) -> int:
        """How many rows a space of `height` lines has room for, the header included."""
        return max(0, (height - HEADER) * 2 // self.halves)

    def size_of(self, symbols: int) -> tuple[int, int]:
        """Columns and lines of a whole matrix of that many symbols."""
        lines = -(-symbols * self.halves // 2)
        return self.gutter + symbols * self.width, HEADER + lines

    def line_of(self, row: int) -> int:
        """The line on which a row of the window begins."""
        return HEADER + row * self.halves // 2


def scales(labels: tuple[str, ...], *, halves: bool = True) -> tuple[Scale, ...]:
    """The scales for an alphabet, largest first: wide characters need more room.

    Args:
        labels: of the characters.
        halves: whether two cells can share a character, one above the other.
    """
    label = 2 if any(cell_len(label) > 1 for label in labels) else 1
    # Two rows share a line, and so do their labels, side by side.
    small = Scale("small", label, 1, label, 2 * label + 1)
    if not halves:
        small = Scale("small", label, 2, label, label + 1)
    return (
        Scale("large", 5, 4, label, label + 1),
        Scale("numbers", 5, 2, label, label + 1),
        Scale("medium", 2, 2, label, label + 1),
        replace(small, name="wide", width=2 * small.width),
        small,
    )


def padded(label: str, width: int) -> str:
    """A label in a field, centred; a mark that combines gets a circle to stand on.

    >>> padded("a", 5)
    '  a  '
    """
    if cell_len(label) == 0:
        label = "◌" + label
    room = width - cell_len(label)
    if room < 0:
        return "…".ljust(width)
    return " " * (room // 2) + label + " " * (room - room // 2)


def aligned(number: str, width: int) -> str:
    """A number in a field that is wider, to the right, with a space behind it.

    >>> aligned("12", 5), aligned("1234", 5)
    ('  12 ', '1234 ')
    """
    return f"{number} ".rjust(width)
