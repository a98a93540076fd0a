"""The embeddings of the characters as points in the plane, each drawn as its character."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from engine.wire.inside import FINEST, Points
from tui.drawing.numbers import figure
from tui.panes.matrix.labels import axis_labels

_NEAR: Final = 3  # columns or lines by which a label makes room for another


def points_lines(
    picture: Points, labels: tuple[str, ...], often: Sequence[int], width: int, height: int
) -> list[Content]:
    """Draw each character at its place, or right beside it where another is there.

    The most frequent keep their places; where there is no room nearby, the rarest are left out.
    """
    places = memoryview(picture.places).cast("b")
    labels = axis_labels(labels)
    taken: list[list[str]] = [[""] * width for _ in range(height)]
    for symbol in sorted(range(len(labels)), key=lambda symbol: -often[symbol]):
        label = labels[symbol].strip()
        x = _scaled(places[2 * symbol], width - cell_len(label) + 1)
        y = _scaled(-places[2 * symbol + 1], height)
        for line, column in _around(y, x):
            row = taken[line] if 0 <= line < height else []
            end = column + cell_len(label)
            # A space on both sides: two letters side by side would be a word.
            if column >= 0 and end <= len(row) and not any(row[max(0, column - 1) : end + 1]):
                row[column:end] = [label, *["\0"] * (cell_len(label) - 1)]
                break
    return [Content("".join(cell or " " for cell in row if cell != "\0").rstrip()) for row in taken]


def points_notes(picture: Points) -> tuple[str, str]:
    """How much of the embedding is seen, for the title; and what the two dimensions are."""
    if picture.explained is None:
        return "2 numbers", f"across {_ends(picture.across)} · up {_ends(picture.up)}"
    first, second = picture.explained
    components = f"principal components of {picture.numbers}: {first:.0%} across, {second:.0%} up"
    return f"{first + second:.0%} of variance", components


def _ends(ends: tuple[float, float]) -> str:
    return f"{figure(ends[0], 2)} to {figure(ends[1], 2)}"


def _scaled(part: int, cells: int) -> int:
    return round((part + FINEST) / (2 * FINEST) * max(0, cells - 1))


def _around(line: int, column: int) -> Iterator[tuple[int, int]]:
    """A place, and those near it, the nearest first; a line is as far as two columns."""
    near = range(-_NEAR, _NEAR + 1)
    offsets = [(down, across) for down in near for across in near]
    for down, across in sorted(offsets, key=lambda offset: 4 * offset[0] ** 2 + offset[1] ** 2):
        yield line + down, column + across
