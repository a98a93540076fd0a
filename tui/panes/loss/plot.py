"""What the plot of the loss shows, from the columns that the engine sent."""

from __future__ import annotations

from math import ceil, floor, inf, isfinite, log10
from typing import Final

from engine.wire.events import Snapshot
from tui.drawing.numbers import with_minus
from tui.panes.loss.batches import dots_of, line_of, most_of
from tui.panes.loss.drawing import Grid, Inks, Picture
from tui.panes.loss.others import curves_of
from tui.panes.loss.references import at, labels_of, references_of

Stroke = list[tuple[float, float]]  # step and loss, or its logarithm
Fours = tuple[tuple[float, float, float, float], ...]

# The loss that is drawn, or its negative: beyond, float64 has no room for the plot's edges.
LARGEST: Final = 1e200
LONG: Final = 20  # columns of a curve, from which its beginning does not decide what is seen
STEPS_AT_FIRST: Final = 100  # the goal when the lab opens, and so the width of an empty plot


def picture_of(
    snapshot: Snapshot, width: int, height: int, inks: Inks, *, log: bool
) -> Picture | None:
    """Make a plot of `height` lines and `width` columns; None if that is too small for one.

    Before the first step, the plot has room for the loss as it is now; that of a run without steps
    is a line. Where the goal is near, the plot is wide enough for it from the start: the curve
    grows to the right, and little is redrawn.
    """
    if width < 12 or height < 4:
        return None
    curve, start = snapshot.curve, snapshot.nll
    train, held_out = (curve.train, curve.held_out) if curve else ((), ())
    references = references_of(snapshot.lines, snapshot.compared_run.name)
    noisy = curve if curve is not None and curve.smoothed else None
    seen = tuple((loss,) * 4 for _, loss in line_of(noisy)) if noisy else train
    most = _highest(seen, snapshot.lines.uniform)
    known = [v for four in (*seen, *held_out) for v in four]
    known += most_of(noisy) if noisy else []
    values = [_drawn(v) for v in known if isfinite(v) and v <= most]
    values += [_drawn(start)] if isfinite(start) and start <= most else []
    scaled = log and min(values, default=1.0) > 0
    # A floor of 0, that of a single word, has no place on a logarithmic scale.
    finite = [one for one in references if isfinite(at(one.value, log=scaled))]
    values += [one.value for one in finite]
    low, high = _limits(min(values, default=0), max(values, default=1), log=scaled)
    step = curve.last if curve else 0
    last = _last_step(snapshot)
    ticks = _ticks(low, high, max(4, height // 3), log=scaled)
    labels = _labels(ticks, log=scaled)
    rows, room = height - 1, width - max(map(len, labels), default=0) - 1
    behind = labels_of(references, low, high, rows, room, log=scaled)
    beside = max((label.width for label in behind), default=0)
    grid = Grid(last, low, high, max(1, room - beside), rows)
    steps = curve.steps if curve else ()
    batches = dots_of(noisy, grid, log=scaled) if noisy else ()
    strokes = _strokes(steps, step, train, log=scaled)
    if noisy:
        strokes = [[(x, _at(loss, log=scaled)) for x, loss in line_of(noisy)]]
    if not snapshot.selected_run.is_trained and isfinite(start):
        strokes = [[(0, _at(start, log=scaled)), (last, _at(start, log=scaled))]]
    every = max(1, round(_round_step(last / max(2, (width - beside) // 10))))  # steps
    return Picture(
        width - beside, height, grid, tuple(ticks), tuple(f"{label} " for label in labels),
        tuple(range(0, last + 1, every)),
        tuple((at(one.value, log=scaled), one.sign, one.ink) for one in finite), behind,
        curves_of(snapshot.overlays, grid, log=scaled),
        batches,
        tuple(grid.snapped(strokes)),
        tuple(grid.snapped(_strokes(steps, step, held_out, log=scaled))),
        tuple((mark.step, mark.text) for mark in curve.marks) if curve else (),
        inks,
    )  # fmt: skip


def _highest(train: Fours, uniform: float) -> float:
    """The largest loss that the plot has room for: what is above it is at its upper edge.

    A net whose first weights are large begins at ten times the loss of knowing nothing, and is at
    the others within a tenth of the plot: there is nothing to see where it ends if all fits.
    """
    later = [max(four) for four in train[max(1, len(train) // 10) :] if isfinite(max(four))]
    return max([1.5 * uniform, *later]) if len(train) >= LONG else inf


def _last_step(snapshot: Snapshot) -> int:
    """Tell how far the plot reaches: to the goal, or to a round number on the way to a far one.

    Where the selected run has made no step, it reaches to the end of the others.
    """
    step, goal = snapshot.step, snapshot.goal
    if snapshot.overlays and not step:
        ends = (overlay.steps for overlay in snapshot.overlays)
        return max(2, max(ends, default=STEPS_AT_FIRST))
    least = max(step, STEPS_AT_FIRST)
    power = int(10 ** ceil(log10(least)))
    near = next(n for n in (power // 5, power // 2, power) if n >= least)
    return max(step, min(goal or STEPS_AT_FIRST, near), 2)


def _strokes(steps: tuple[int, ...], last: int, fours: Fours, *, log: bool) -> list[Stroke]:
    """Make two points a column, smallest and largest in their order; a gap if not finite."""
    strokes: list[Stroke] = [[]]
    for step, (before, smallest, largest, after) in zip(steps, fours, strict=False):
        pair = (largest, smallest) if before > after else (smallest, largest)
        if not all(map(isfinite, pair)):
            strokes.append([])
            continue
        for value in pair if pair[0] != pair[1] else pair[:1]:
            strokes[-1].append((step, _at(value, log=log)))
    if strokes[-1] and last > steps[-1]:  # up to now, not only to where its column begins
        strokes[-1].append((last, _at(fours[-1][3], log=log)))
    return [stroke for stroke in strokes if stroke]


def _at(value: float, *, log: bool) -> float:
    return log10(_drawn(value)) if log else _drawn(value)


def _drawn(value: float) -> float:
    return max(-LARGEST, min(value, LARGEST))


def _limits(low: float, high: float, *, log: bool) -> tuple[float, float]:
    """Choose the plot's lower and upper edge: those of the values, with a little air."""
    low, high = _at(low, log=log), _at(high, log=log)
    air = max((high - low) * 0.04, 1e-3)
    return low - air, high + air


def _ticks(low: float, high: float, most: int, *, log: bool) -> list[float]:
    """Choose round numbers between the edges, at most `most`."""
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
        if all(abs(round(value, digits) - value) < 1e-6 * max(1, value) for value in values):
            break
    labels = [f"{value:,.{digits}f}" for value in values]
    short = [t if len(t) < 7 else f"{v:.0e}" for t, v in zip(labels, values, strict=True)]
    return [with_minus(text) for text in short]
