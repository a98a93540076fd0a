"""The read-out below the matrix: all that is known of the pair under the cursor."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, log
from typing import Final

from textual.content import Content

from engine.wire.values import Reading
from tui.drawing.numbers import figure, short_count

LINES: Final = 5  # in a narrow pane: a table of four lines, and the legend
LOW: Final = 20  # lines of a pane, below which the matrix needs them more than the table
BRIEF: Final = 2  # in a low pane: the pair, and its probabilities
BRIEF_LINE: Final = 56  # columns from which these two stand in one line
ONE_LINE: Final = 128  # columns from which all of it stands in one line
LEGEND: Final = 42  # columns that the legend takes at the most

Legend = Callable[[int], Content]

EMPTY: Final = Content("")
_QUIET: Final = "$foreground-muted"
_PAIR: Final = "bold $accent"


def height_in(width: int, height: int) -> int:
    """Tell how many lines the read-out takes in a pane of some size."""
    if width >= ONE_LINE:
        return 1
    if height < LOW:
        return 1 if width >= BRIEF_LINE else BRIEF
    return LINES


def nll(probability: float) -> float:
    """Compute -ln P, in nats; it is infinite where P is 0.

    >>> nll(1.0), nll(0.0)
    (0.0, inf)
    """
    return -log(probability) + 0.0 if probability > 0 else inf


def readout(
    pair: str, reading: Reading | None, width: int, height: int, legend: Legend
) -> list[Content]:
    """Write the lines below the matrix.

    Args:
        pair: the labels of the two characters.
        reading: what is known of them; None while it is on its way.
        width: columns of the pane.
        height: lines, as `height_in` has it, or fewer.
        legend: the shades, in at most so many columns.
    """
    if reading is None:
        lines = [Content.assemble((pair, _PAIR))]
        below = legend(min(width, LEGEND))
        return [*lines, *[EMPTY] * (height - 2), below] if height > BRIEF else lines
    of_counts, of_net = figure(reading.p_counts), figure(reading.p_net)
    nll_counts, nll_net = figure(nll(reading.p_counts), 3), figure(nll(reading.p_net), 3)
    weight = figure(reading.weight, 3, sign=True)
    count, total = f"{reading.count:,}", f"{reading.row_total:,}"
    rank = _fact("rank", f"{reading.rank:,}")
    if width >= ONE_LINE:
        line = Content.assemble(
            (pair, _PAIR), "  ", count, (" of ", _QUIET), total, *rank,
            *_fact("P counts", of_counts), *_fact("P net", of_net), *_fact("weight", weight),
            *_fact("−ln P counts", nll_counts), *_fact("net", nll_net),
        )  # fmt: skip
        beside = legend(min(width - line.cell_length - 2, LEGEND))
        return [Content.assemble(line, " " * (width - line.cell_length - len(beside)), beside)]
    if len(count) + len(total) > 14:
        count, total = short_count(reading.count), short_count(reading.row_total)
    first = Content.assemble((pair, _PAIR), "  ", count, (" of ", _QUIET), total, *rank)
    if height <= BRIEF:
        second = Content.assemble(("P ", _QUIET), of_counts, *_fact("net", of_net))
        if height == BRIEF:
            return [first, second]
        return [Content.assemble(first, "  ", second) if width >= BRIEF_LINE else first]
    return [
        first,
        Content.assemble((f"{'counts':>14}{'net':>9}{'weight':>9}", _QUIET)),
        Content.assemble(("P     ", _QUIET), f"{of_counts:>8} {of_net:>8} {weight:>8}"),
        Content.assemble(("−ln P ", _QUIET), f"{nll_counts:>8} {nll_net:>8}"),
        legend(min(width, LEGEND)),
    ]


def _fact(name: str, value: str) -> tuple[tuple[str, str], str]:
    return (f"  {name} ", _QUIET), value
