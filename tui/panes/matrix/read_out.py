"""The read-out below the matrix: all that is known of the pair under the cursor."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, log
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from engine.wire.values import Reading
from tui.drawing.numbers import figure, short_count
from tui.drawing.run_names import short_name

LINES: Final = 5  # in a narrow pane: a table of four lines, and the legend
LOW: Final = 20  # lines of a pane, below which the matrix needs them more than the table
BRIEF: Final = 2  # in a low pane: the pair, and its probabilities
BRIEF_LINE: Final = 56  # columns from which these two stand in one line
ONE_LINE: Final = 128  # columns from which all of it stands in one line
LEGEND: Final = 42  # columns that the legend takes at the most

_MARGIN: Final = 6  # columns of the table before its figures
_COLUMN: Final = 8  # of a figure
_NAMES: Final = (48, 12, 6)  # columns of a run's name, the most first

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
    pair: str,
    names: tuple[str, str],
    reading: Reading | None,
    width: int,
    height: int,
    legend: Legend,
) -> list[Content]:
    """Write the lines below the matrix, as many as `height_in` has, or fewer.

    The `names` are of the compared run and of the selected one. What is known of the pair, the
    `reading`, is None while it is on its way.
    """
    if reading is None:
        lines = [Content.assemble((pair, _PAIR))]
        below = legend(min(width, LEGEND))
        return [*lines, *[EMPTY] * (height - 2), below] if height > BRIEF else lines
    if width >= ONE_LINE:
        return [_one_line(pair, names, reading, width, legend)]
    count, total = f"{reading.count:,}", f"{reading.row_total:,}"
    if len(count) + len(total) > 14:
        count, total = short_count(reading.count), short_count(reading.row_total)
    first = Content.assemble(
        (pair, _PAIR), "  ", count, (" of ", _QUIET), total, *_fact("rank", f"{reading.rank:,}")
    )
    if height > BRIEF:
        return [first, *_table(names, reading, width), legend(min(width, LEGEND))]
    if height == 1 and width < BRIEF_LINE:
        return [first]
    room = width if height == BRIEF else width - first.cell_length - 2
    second = _probabilities(names, reading, room)
    return [first, second] if height == BRIEF else [Content.assemble(first, "  ", second)]


def _one_line(
    pair: str, names: tuple[str, str], reading: Reading, width: int, legend: Legend
) -> Content:
    """Write all that is known, with names as long as there is room for."""
    probs = (reading.p_compared, reading.p_selected)
    weight = () if reading.weight is None else _fact("weight", figure(reading.weight, 3, sign=True))
    for longest in _NAMES:
        compared, selected = (short_name(name, longest) for name in names)
        line = Content.assemble(
            (pair, _PAIR), "  ", f"{reading.count:,}", (" of ", _QUIET), f"{reading.row_total:,}",
            *_fact("rank", f"{reading.rank:,}"),
            *_fact(f"P {compared}", figure(probs[0])), *_fact(f"P {selected}", figure(probs[1])),
            *weight,
            *_fact(f"−ln P {compared}", figure(nll(probs[0]), 3)),
            *_fact(selected, figure(nll(probs[1]), 3)),
        )  # fmt: skip
        if line.cell_length <= width:
            break
    beside = legend(min(width - line.cell_length - 2, LEGEND))
    gap = " " * (width - line.cell_length - beside.cell_length)
    return Content.assemble(line, gap, beside)


def _probabilities(names: tuple[str, str], reading: Reading, room: int) -> Content:
    """Write both probabilities, with the names of their runs as far as there is room."""
    for longest in _NAMES:
        compared, selected = (short_name(name, longest) for name in names)
        line = Content.assemble(
            (f"P {compared} ", _QUIET), figure(reading.p_compared),
            *_fact(selected, figure(reading.p_selected)),
        )  # fmt: skip
        if line.cell_length <= room:
            return line
    return Content.assemble(
        ("P ", _QUIET), figure(reading.p_compared), *_fact(selected, figure(reading.p_selected))
    )


def _table(names: tuple[str, str], reading: Reading, width: int) -> list[Content]:
    """Write P and its logarithm of both runs below their names, and the weight if there is one."""
    probs = (reading.p_compared, reading.p_selected)
    columns = [[name, figure(p), figure(nll(p), 3)] for name, p in zip(names, probs, strict=True)]
    if reading.weight is not None:
        columns.append(["weight", figure(reading.weight, 3, sign=True), ""])
    room = (width - _MARGIN) // len(columns) - 1
    lines = [Content.styled(text, _QUIET) for text in (" " * _MARGIN, "P     ", "−ln P ")]
    for number, (name, *values) in enumerate(columns):
        head = short_name(name, room)
        wide = max(_COLUMN, cell_len(head))
        gap = " " * bool(number)
        texts = [(head, _QUIET), *((value, "") for value in values)]
        lines = [
            Content.assemble(line, gap + " " * (wide - cell_len(text)), (text, style))
            for line, (text, style) in zip(lines, texts, strict=True)
        ]
    return [line.rstrip() for line in lines]


def _fact(name: str, value: str) -> tuple[tuple[str, str], str]:
    return (f"  {name} ", _QUIET), value
