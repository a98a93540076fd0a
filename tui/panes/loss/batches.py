"""The losses of minibatches: a faint dot each, and the smoothed ones as a line through them."""

from __future__ import annotations

from math import isfinite

from engine.wire.values import Curve
from tui.panes.loss.drawing import Grid, Points
from tui.panes.loss.references import at


def smoothed_of(curve: Curve | None) -> tuple[float, ...]:
    """Read the smoothed loss at the end of each column; none where the losses have no noise."""
    return () if curve is None else tuple(memoryview(curve.smoothed).cast("f"))


def line_of(curve: Curve) -> list[tuple[float, float]]:
    """List the points of the smoothed losses: that of the first step, then each column's last."""
    ends = [*(step - 1 for step in curve.steps[1:]), curve.last]
    return [(1, curve.train[0][0]), *zip(ends, smoothed_of(curve), strict=True)]


def most_of(curve: Curve) -> list[float]:
    """Tell between which losses most of them are: a few spikes would leave the line no room.

    Where they have noise, the extremes of a tenth of the columns are beyond.
    """
    few = len(curve.train) // 10
    smallest, largest = (sorted(four[place] for four in curve.train) for place in (1, 2))
    return [smallest[few], largest[-1 - few]]


def dots_of(curve: Curve, grid: Grid, *, log: bool) -> Points:
    """Choose the places of signs that the losses stand at, as far as the plot reaches.

    Of each column of the history its first, smallest, largest and last one are known.
    """
    across = grid.columns / grid.last
    places: dict[tuple[float, float], None] = {}
    for step, losses in zip(curve.steps, curve.train, strict=True):
        column = min(grid.columns - 1, int(step * across))
        for height in (at(loss, log=log) for loss in losses):
            if isfinite(height) and grid.low <= height <= grid.high:
                places[(column + 0.5) / across, grid.in_row(height)] = None
    return tuple(places)
