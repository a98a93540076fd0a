"""The losses of the runs that are not selected: faint curves of letters, a letter for each run."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Final

from engine.wire.values import Overlay
from tui.panes.loss.drawing import Grid, Points
from tui.panes.loss.references import at

SIGNS: Final = "abcdefghijklmnpqrstuwyz"  # o, v and x are signs of other things in ASCII
LEAST_APART: Final = 3  # columns from one letter of a curve to the next: it is to be faint


def signs_of(overlays: Sequence[Overlay]) -> list[str]:
    """Choose a letter for each run, which it keeps as long as no older one has the same.

    >>> signs_of([Overlay(run, "", 1, 1, b"") for run in (1, 3, 24)])
    ['a', 'c', 'b']
    """
    signs: list[str] = []
    for overlay in overlays:
        begin = (overlay.run - 1) % len(SIGNS)
        letters = SIGNS[begin:] + SIGNS[:begin]
        signs.append(next((sign for sign in letters if sign not in signs), letters[0]))
    return signs


def curves_of(
    overlays: Sequence[Overlay], grid: Grid, *, log: bool
) -> tuple[tuple[str, Points], ...]:
    """Choose the points of each curve that lie within the plot, in columns of its own."""
    apart = max(LEAST_APART, len(overlays))
    curves = []
    for phase, (sign, overlay) in enumerate(zip(signs_of(overlays), overlays, strict=True)):
        points = _points(overlay, grid, range(phase, grid.columns, apart), log=log)
        if points:
            curves.append((sign, points))
    return tuple(curves)


def _points(overlay: Overlay, grid: Grid, columns: range, *, log: bool) -> Points:
    losses = memoryview(overlay.losses).cast("f")
    points = []
    for column in columns:
        step = grid.last * (column + 0.5) / grid.columns
        place = int(max(0, step - 1)) // overlay.width
        if place >= len(losses) or step >= overlay.steps + 1:
            break
        height = at(losses[place], log=log)
        if isfinite(height) and grid.low <= height <= grid.high:
            points.append((step, grid.in_row(height)))
    return tuple(points)
