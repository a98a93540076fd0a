"""The loss as a plot in text: built by plotext from the columns that the engine sent."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Any, Final

from rich.text import Text
from textual.content import Content

from engine.protocol import Curve, Lines

RGB = tuple[int, int, int]
Fours = tuple[tuple[float, float, float, float], ...]

# Each line has a sign of its own, so that they are told apart without colours and in ASCII too.
FLOOR: Final = "─"
COUNTS: Final = "+"
UNIFORM: Final = "┈"
HELD_OUT: Final = "◦"

STEPS_AT_FIRST: Final = 100  # the goal when the lab opens, and so the width of an empty plot


@dataclass(frozen=True)
class Inks:
    """The colours of a plot."""

    train: RGB
    held_out: RGB
    floor: RGB
    counts: RGB
    uniform: RGB
    quiet: RGB  # axes and marks


def plot(
    curve: Curve | None,
    lines: Lines,
    start: float,
    goal: int,
    width: int,
    height: int,
    inks: Inks,
    *,
    log: bool,
) -> list[Content]:
    """The plot as `height` lines of `width` columns.

    Args:
        curve: the history so far; None before the first step.
        lines: what the loss is compared with.
        start: the loss as it is now: before the first step, the plot has room for it already.
        goal: the step at which the training rests; where it is near, the plot is wide enough for
            it from the start, so that the curve grows to the right and little is redrawn.
        width: columns.
        height: lines.
        inks: colours.
        log: whether the loss is shown on a logarithmic scale.
    """
    if width < 12 or height < 4:
        return []
    # Imported late: it takes 80 ms, which the first paint has better uses for.
    import plotext

    train, held_out = (curve.train, curve.held_out) if curve else ((), ())
    steps = curve.steps if curve else ()
    references = [(lines.floor, FLOOR, inks.floor), (lines.counts, COUNTS, inks.counts),
                  (lines.uniform, UNIFORM, inks.uniform)]  # fmt: skip
    values = [v for four in (*train, *held_out) for v in four if isfinite(v)]
    values += [start] if isfinite(start) else []
    scaled = log and min(values, default=1.0) > 0
    # A floor of 0, that of a single word, has no place on a logarithmic scale.
    references = [line for line in references if isfinite(line[0]) and (line[0] > 0 or not scaled)]
    values += [value for value, _, _ in references]
    low, high = _limits(min(values, default=0), max(values, default=1), log=scaled)
    first = 0
    last = _last_step(goal, curve.last if curve else 0)

    plotext.clear_figure()
    plotext.theme("clear")
    plotext.limit_size(False, False)  # the size is the pane's, whatever the terminal's is
    plotext.plotsize(width, height)
    plotext.frame(False)
    plotext.ticks_color(inks.quiet)
    plotext.xlim(first, last)
    plotext.ylim(low, high)
    ticks = _ticks(low, high, max(4, height // 3), log=scaled)
    labels = _labels(ticks, log=scaled)
    plotext.yticks(ticks, [f"{label} " for label in labels])
    across = max(1, width - max(map(len, labels), default=0) - 1)
    marks = _step_ticks(first, last, max(2, width // 10))
    plotext.xticks(marks, [f"{step:,}" for step in marks])

    for mark in curve.marks if curve else ():
        plotext.vline(max(first, mark.step), inks.quiet)
    for phase, (value, sign, ink) in enumerate(references):
        # Each line in columns of its own: two lines at one height both stay visible.
        columns = range(phase, across, len(references))
        x = [first + (last - first) * (c + 0.5) / across for c in columns]
        plotext.scatter(x, [_at(value, log=scaled)] * len(x), marker=sign, color=ink)
    for x, y in _strokes(steps, train, log=scaled):
        plotext.plot(x, y, marker="braille", color=inks.train)
    for x, y in _strokes(steps, held_out, log=scaled):
        # Upon the curve, from which it hardly differs: where it stands alone, that is news.
        apart = max(1, len(x) * 4 // across)
        plotext.scatter(x[::apart], y[::apart], marker=HELD_OUT, color=inks.held_out)
    _mark_texts(plotext, curve, first, last, high, across, inks.quiet)
    drawn = plotext.build().splitlines()
    return [Content.from_rich_text(Text.from_ansi(line)) for line in drawn]


def _last_step(goal: int, step: int) -> int:
    """How far the plot reaches: to the goal, or to a round number on the way to a far one."""
    near = int(10 ** ceil(log10(max(step, STEPS_AT_FIRST))))
    return max(step, min(goal or STEPS_AT_FIRST, near // 2 if step <= near // 2 else near), 2)


def _strokes(
    steps: tuple[int, ...], fours: Fours, *, log: bool
) -> list[tuple[list[float], list[float]]]:
    """Two points a column, smallest and largest in the order they came; a gap where not finite."""
    strokes: list[tuple[list[float], list[float]]] = [([], [])]
    for step, (before, smallest, largest, after) in zip(steps, fours, strict=False):
        pair = (largest, smallest) if before > after else (smallest, largest)
        if not all(map(isfinite, pair)):
            strokes.append(([], []))
            continue
        xs, ys = strokes[-1]
        for value in pair if pair[0] != pair[1] else pair[:1]:
            xs.append(step)
            ys.append(_at(value, log=log))
    return [stroke for stroke in strokes if stroke[0]]


def _mark_texts(
    plotext: Any, curve: Curve | None, first: int, last: int, top: float, across: int, ink: RGB
) -> None:
    """What was changed, beside its line, where it does not run into the one before."""
    free = 0.0
    for mark in curve.marks if curve else ():
        column = (max(mark.step, first) - first) / (last - first) * (across - 1)
        text = f" {mark.text}"
        if column >= free and column + len(text) < across:
            x = first + (column + 1) * (last - first) / max(1, across - 1)
            plotext.text(text.strip(), x, top, color=ink, alignment="left")
            free = column + len(text) + 1


def _at(value: float, *, log: bool) -> float:
    return log10(value) if log else value


def _limits(low: float, high: float, *, log: bool) -> tuple[float, float]:
    """The plot's lower and upper edge: the values' own, with a little air."""
    low, high = _at(low, log=log), _at(high, log=log)
    air = max((high - low) * 0.04, 1e-3)
    return low - air, high + air


def _ticks(low: float, high: float, most: int, *, log: bool) -> list[float]:
    """Round numbers between the edges, at most `most`."""
    if log and high - low >= 2:  # whole powers of ten
        every = ceil((floor(high) - ceil(low) + 1) / most)
        return [float(power) for power in range(ceil(low), floor(high) + 1, every)]
    if log:
        return [log10(value) for value in _ticks(10**low, 10**high, most, log=False) if value > 0]
    step = _round_step((high - low) / most)
    return [n * step for n in range(ceil(low / step), floor(high / step) + 1)]


def _round_step(least: float) -> float:
    power = 10.0 ** floor(log10(least)) if least > 0 else 1.0
    return next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= least * 0.999)


def _labels(ticks: list[float], *, log: bool) -> list[str]:
    values = [10**tick if log else tick for tick in ticks]
    for digits in range(4):
        labels = [f"{value:.{digits}f}" for value in values]
        if all(abs(float(text) - v) < 1e-6 * max(1, v) for text, v in zip(labels, values)):  # noqa: B905
            break
    return [t if len(t) < 7 else f"{v:.0e}" for t, v in zip(labels, values, strict=True)]


def _step_ticks(first: int, last: int, most: int) -> list[int]:
    step = max(1, round(_round_step((last - first) / most)))
    return [n for n in range(0, last + 1, step) if n >= first]
