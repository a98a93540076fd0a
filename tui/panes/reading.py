"""The read-out below the matrix: all that is known of the pair under the cursor, and the legend."""

from __future__ import annotations

from math import inf, log
from typing import Final

from textual.content import Content

from engine.protocol import Reading, View
from tui.figures import figure
from tui.panes.matrix_cells import short_count
from tui.ramps import Ramp

LINES: Final = 5  # in a narrow pane: a table of four lines, and the legend
LOW: Final = 20  # lines of a pane, below which the matrix needs them more than the table
BRIEF: Final = 2  # in a low pane: the pair, and its probabilities
BRIEF_LINE: Final = 56  # columns from which these two stand in one line
ONE_LINE: Final = 128  # columns from which all of it stands in one line

EMPTY: Final = Content("")
_QUIET: Final = "$foreground-muted"
_PAIR: Final = "bold $accent"


def height_in(width: int, height: int) -> int:
    """Lines that the read-out takes in a pane of that size."""
    if width >= ONE_LINE:
        return 1
    if height < LOW:
        return 1 if width >= BRIEF_LINE else BRIEF
    return LINES


def legend_width(width: int) -> int:
    """Columns that the legend takes in a pane of that width."""
    return 26 if width >= ONE_LINE else min(width, 40)


def nll(probability: float) -> float:
    """-ln P, in nats; infinite where P is 0.

    >>> nll(1.0), nll(0.0)
    (0.0, inf)
    """
    return -log(probability) + 0.0 if probability > 0 else inf


def readout(
    pair: str, reading: Reading | None, width: int, height: int, legend: Content = EMPTY
) -> list[Content]:
    """The lines below the matrix.

    Args:
        pair: the labels of the two characters.
        reading: what is known of them; None while it is on its way.
        width: columns of the pane.
        height: lines, as `height_in` has it, or fewer.
        legend: of the shades.
    """
    if reading is None:
        lines = [Content.assemble((pair, _PAIR))]
        return [*lines, *[EMPTY] * (height - 2), legend] if height > BRIEF else lines
    of_counts, of_net = _probability(reading.p_counts), _probability(reading.p_net)
    nll_counts, nll_net = figure(nll(reading.p_counts), 3), figure(nll(reading.p_net), 3)
    weight = figure(reading.weight, 3, sign=True)
    count, total = f"{reading.count:,}", f"{reading.row_total:,}"
    if width >= ONE_LINE:
        line = Content.assemble(
            (pair, _PAIR), "  ", count, (" of ", _QUIET), total, *_fact("rank", str(reading.rank)),
            *_fact("P counts", of_counts), *_fact("P net", of_net), *_fact("weight", weight),
            *_fact("−ln P counts", nll_counts), *_fact("net", nll_net),
        )  # fmt: skip
        gap = width - line.cell_length - legend.cell_length
        return [Content.assemble(line, " " * gap, legend) if gap > 1 else line]
    if len(count) + len(total) > 14:
        count, total = short_count(reading.count), short_count(reading.row_total)
    first = Content.assemble(
        (pair, _PAIR), "  ", count, (" of ", _QUIET), total, *_fact("rank", str(reading.rank))
    )
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
        legend,
    ]


def legend(
    ramp: Ramp, low: float, high: float, view: View, width: int, *, root: str = "√"
) -> Content:
    """The shades from the smallest to the largest value, in at most `width` columns."""
    if ramp.kind == "diverging":
        high = max(-low, high)
        ends = f"{figure(-high, 2)} ", f" {figure(high, 2, sign=True)}"
    else:
        count = int(high)
        most = f"{count:,}" if count < 100_000 else short_count(count)
        ends = "0 ", f" {most}" if view == "counts" else f" {high:.2f}"
    note = (f" {root} scale" if width > 30 else f" {root}") if ramp.rooted else ""
    room = min(24, width - sum(map(len, ends)) - len(note))
    if room < 4:
        return Content("")
    top = len(ramp.shades) - 1
    if not ramp.halves:
        levels = [round(i * top / (room - 1)) for i in range(room)]
        cells = [(ramp.glyphs[n], f"{ramp.inks[n]} on {ramp.shades[n]}") for n in levels]
        return Content.assemble((ends[0], _QUIET), *cells, (ends[1] + note, _QUIET))
    # Two shades a column, the left half as foreground: the band is as smooth as it can be.
    shades = [ramp.shades[round(i * top / (2 * room - 1))] for i in range(2 * room)]
    band = [("▌", f"{a} on {b}") for a, b in zip(shades[::2], shades[1::2], strict=True)]
    return Content.assemble((ends[0], _QUIET), *band, (ends[1] + note, _QUIET))


def _probability(p: float) -> str:
    return f"{p:.4f}" if p >= 0.001 or p == 0 else f"{p:.1e}"


def _fact(name: str, value: str) -> tuple[tuple[str, str], str]:
    return (f"  {name} ", _QUIET), value
