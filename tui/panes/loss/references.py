"""What a run's loss is compared with: lines across the plot, and the labels at their ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, inf, isnan, log10, nan
from typing import Final, Literal

from rich.cells import cell_len

from engine.wire.values import ReferenceLosses
from tui.drawing.numbers import figure
from tui.drawing.run_names import short_name

Ink = Literal["floor", "compared", "uniform", "held_out"]
Parts = tuple[tuple[str, Ink], ...]  # texts, each in an ink

# Each line has a sign of its own, so that they are told apart without colours and in ASCII too.
FLOOR: Final = "─"
COMPARED: Final = "+"
UNIFORM: Final = "┈"
COMPARED_HELD_OUT: Final = "×"
LEAST_ACROSS: Final = 8  # columns of a plot that labels leave
LONGEST_NAME: Final = 12  # columns of a run's name, in a label and in the legend


@dataclass(frozen=True)
class Reference:
    """A loss that a run's is compared with: a mean NLL, in nats per character."""

    sign: str
    name: str
    value: float
    ink: Ink


@dataclass(frozen=True)
class Label:
    """The text behind the end of a line, or of several lines that are as high."""

    row: int  # of the plot, 0 on top
    parts: Parts

    @property
    def width(self) -> int:
        """The width in columns."""
        return _width(self.parts)


def references_of(lines: ReferenceLosses, compared: str) -> tuple[Reference, ...]:
    """List the lines of known heights; those that may lie close together are neighbours."""
    held_out = nan if lines.held_out is None else lines.held_out
    references = (
        Reference(FLOOR, "floor", lines.floor, "floor"),
        Reference(COMPARED, short_name(compared, LONGEST_NAME), lines.compared, "compared"),
        Reference(COMPARED_HELD_OUT, "hold-out", held_out, "held_out"),
        Reference(UNIFORM, "ln V", lines.uniform, "uniform"),
    )
    return tuple(each for each in references if not isnan(each.value))


def at(value: float, *, log: bool) -> float:
    """Place a loss on a linear or a logarithmic scale; a logarithm has no place for 0."""
    if log:
        return log10(value) if value > 0 else -inf
    return value


def row_of(height: float, low: float, high: float, rows: int) -> int:
    """Find the row of a plot that shows a height, as plotext does; the rows end at the edges."""
    inside = max(low, min(height, high))
    return rows - 1 - floor(round(0.5 + (rows - 1) * (inside - low) / (high - low), 8))


def labels_of(
    references: Sequence[Reference], low: float, high: float, rows: int, width: int, *, log: bool
) -> tuple[Label, ...]:
    """Make the labels of a plot of so many rows, whose heights run from `low` to `high`.

    Lines of one row share a label, with the number of each; an infinite one is named on top. The
    `width` is that of plot and labels. Without room the names go first, then all but the signs,
    then these.
    """
    together: dict[int, list[Reference]] = defaultdict(list)
    for reference in references:
        height = at(reference.value, log=log)
        together[row_of(height, low, high, rows)].append(reference)
    named = {row: _names(some) for row, some in together.items()}
    wordings = ((_names, width * 2 // 3), (_numbers, LEAST_ACROSS), (_signs, LEAST_ACROSS))
    for wording, least in wordings:
        told = {row: wording(some) for row, some in together.items()}
        most = max(map(_width, told.values()), default=0)
        if width - most >= least:
            # What is no wider than the others can have its name as well.
            told |= {row: parts for row, parts in named.items() if _width(parts) <= most}
            return tuple(Label(row, told[row]) for row in sorted(told))
    return ()


def _width(parts: Parts) -> int:
    return sum(cell_len(text) for text, _ in parts)


def _names(references: list[Reference]) -> Parts:
    told = [(f" {one.name} {figure(one.value, 3)}", one.ink) for one in references]
    return (*_signs(references), *told)


def _numbers(references: list[Reference]) -> Parts:
    told = [(f" {figure(one.value, 3)}", one.ink) for one in references]
    return (*_signs(references), *told)


def _signs(references: list[Reference]) -> Parts:
    return tuple((one.sign, one.ink) for one in references)
