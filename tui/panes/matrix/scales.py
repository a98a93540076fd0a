"""The sizes in which a cell of the matrix can be drawn, and which of them a space has room for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from rich.cells import cell_len

from tui.panes.matrix.read_out import height_in

LEAST: Final = 3  # lines of the matrix, which come before those of the read-out
ENOUGH: Final = 8  # rows that the largest scale shows at the least
NARROWEST: Final = 32  # columns that the read-out's table needs
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
    """List the scales for an alphabet, the largest first, by the labels as they are laid out.

    With `halves`, two cells can share a character, one above the other.
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


@dataclass(frozen=True)
class Room:
    """The room that the matrix pane may take inside its border, and how it stands there."""

    width: int  # columns at the most
    height: int  # lines at the most
    is_whole: bool = False  # it has all columns of the terminal to itself
    is_enlarged: bool = False
    is_broad: bool = False  # cells tell their numbers there, rather than fit


@dataclass(frozen=True)
class Fit:
    """A scale in a room, with what it takes of it."""

    scale: Scale
    columns: int
    matrix: int  # lines, the header included; rows that have no room can be scrolled to
    read_out: int  # lines

    @property
    def height(self) -> int:
        """The lines that matrix and read-out take together."""
        return self.matrix + self.read_out


def fitting(candidates: Sequence[Scale], room: Room) -> Fit:
    """Find the largest scale that a room allows; the smallest if none does.

    An enlarged pane takes the largest of all, and in a broad terminal one with numbers may scroll.

    >>> letters = scales((".", *"abcdefghijklmnopqrstuvwxyz"))
    >>> [fitting(letters, Room(width, 38)).scale.name for width in (40, 74, 154)]
    ['small', 'medium', 'numbers']
    >>> fitting(letters, Room(154, 38, is_enlarged=True)).scale.name
    'large'
    >>> fitting(letters, Room(154, 20)).scale.name, fitting(letters, Room(74, 20)).height
    ('small', 20)
    >>> [fitting(letters, Room(154, height, is_broad=True)).scale.name for height in (20, 16)]
    ['large', 'numbers']
    """
    fits = [_fit(scale, room) for scale in candidates]
    if room.is_enlarged:
        return fits[0]
    return next((fit for fit in fits if _has_room(fit, room)), fits[-1])


def _fit(scale: Scale, room: Room) -> Fit:
    """Tell what a scale takes of a room: the matrix comes before the read-out."""
    across, down = scale.size
    columns = room.width if room.is_whole else max(NARROWEST, min(room.width, across))
    read_out = max(0, min(height_in(columns, room.height), room.height - LEAST))
    return Fit(scale, columns, min(room.height - read_out, down), read_out)


def _has_room(fit: Fit, room: Room) -> bool:
    """Tell whether all columns have room, and all rows, or as many as it may scroll with."""
    (across, down), scale, lines = fit.scale.size, fit.scale, room.height - fit.read_out
    if scale.name == "wide":  # as high as the smallest, where nothing stands beside it
        return room.is_whole and across <= fit.columns
    enough = scale.rows_in(lines) >= ENOUGH or scale.name == "numbers"
    scrolls = room.is_broad and scale.has_numbers and enough
    return across <= fit.columns and (down <= lines or scrolls)


def scrolled(corner: int, at: int, starts: Sequence[int], room: int) -> int:
    """Find the first place to show, such that `at` is in sight and no room is left over.

    The first that is shown now is `corner`. `starts` tells where each place begins, and where the
    last one ends.

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
