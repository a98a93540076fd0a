"""A matrix of weights as shades, each cell as large as the room allows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from textual.content import Content

from engine.wire.inside import FINEST, Heatmap
from tui.drawing.numbers import figure
from tui.drawing.shades import Ramp


class Cell(NamedTuple):
    """The size of a cell."""

    columns: int
    halves: int  # half lines: two cells can share a line


def room_for_cells(width: int, height: int, ramp: Ramp) -> tuple[int, int]:
    """How many rows and columns of the smallest cells there is room for."""
    return max(1, height * 2 if ramp.halves else height), max(1, width)


def cell_size(rows: int, columns: int, width: int, height: int, ramp: Ramp) -> Cell:
    """The largest cell that so many have room as; a square, or up to twice as broad as high."""
    across, smallest = max(1, width // columns), 1 if ramp.halves else 2
    lines = max(1, height * 2 // smallest // rows)
    halves = smallest * max(1, min(lines, across // smallest))
    return Cell(min(across, 2 * halves), halves)


def heatmap_lines(picture: Heatmap, width: int, height: int, ramp: Ramp) -> list[Content]:
    """Draw a matrix from its upper left corner."""
    cell = cell_size(picture.rows, picture.columns, width, height, ramp)
    cells = memoryview(picture.cells).cast("b")
    levels = [ramp.level(value, -FINEST, FINEST) for value in cells]
    rows = [
        levels[start : start + picture.columns] for start in range(0, len(levels), picture.columns)
    ]
    if not ramp.halves:
        lines = [_glyphs(row, cell.columns, ramp) for row in rows]
        return [line for line in lines for _ in range(cell.halves // 2)]
    halves = [row for row in rows for _ in range(cell.halves)]
    return [
        _shades(halves[place], halves[place + 1] if place + 1 < len(halves) else None, cell, ramp)
        for place in range(0, len(halves), 2)
    ]


def heatmap_notes(picture: Heatmap) -> tuple[str, str, str]:
    """The shape; the smallest and the largest weight; and what a cell is where weights share it."""
    (rows, columns), across, down = picture.shape, picture.columns, picture.rows
    ends = f"{figure(picture.low, 2, sign=True)} to {figure(picture.high, 2, sign=True)}"
    shared = ""
    if (down, across) != (rows, columns):
        shared = f"a cell: the farthest from 0 of {-(-rows // down)} × {-(-columns // across)}"
    return f"{rows} × {columns}", ends, shared


def _glyphs(levels: Sequence[int], columns: int, ramp: Ramp) -> Content:
    runs = ((level, len([*same])) for level, same in groupby(levels))
    return Content.assemble(
        *(
            (ramp.glyphs[level] * columns * count, f"{ramp.inks[level]} on {ramp.shades[level]}")
            for level, count in runs
        )
    )


def _shades(upper: Sequence[int], lower: Sequence[int] | None, cell: Cell, ramp: Ramp) -> Content:
    """Two half lines in one, the upper as foreground, the lower as background."""
    pairs = zip(upper, [None] * len(upper) if lower is None else lower, strict=True)
    runs = ((pair, len([*same])) for pair, same in groupby(pairs))
    return Content.assemble(
        *(
            (
                "▀" * cell.columns * count,
                ramp.shades[a] + ("" if b is None else f" on {ramp.shades[b]}"),
            )
            for (a, b), count in runs
        )
    )
