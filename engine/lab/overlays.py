"""The losses of the runs that are not selected, as far as they can be drawn beside the other's."""

from __future__ import annotations

from functools import partial

from engine.lab.lab import Lab
from engine.lab.run import Run
from engine.training.history import column_size, last_of_each
from engine.wire.values import Overlay


def overlays(lab: Lab, columns: int) -> tuple[Overlay, ...]:
    """The losses of the other runs, in columns as wide as those of the selected run's curve.

    Args:
        lab: whose runs.
        columns: of the plot; so many of each are told at the most.
    """
    others = [run for run in lab.runs if run is not lab.selected and run.history.last is not None]
    if not (others and columns > 0):
        return ()
    step, goal = lab.selected.step, lab.selected.goal
    # A plot reaches to the goal where that is near, or to a round number above the step; that of
    # a run that has made no step shows all of the others.
    near = min(goal, 10 * max(step, 10))
    span = max(step, near) if step else max(run.step for run in others)
    wanted = column_size(span, columns)
    told = []
    for run in others:
        size = max(wanted, run.history.train.narrowest)
        # Most runs rest, and look as they did a moment ago.
        losses = run.overlay.of((run.step, size, columns), partial(_losses, run, size, columns))
        told.append(Overlay(run.number, run.name, run.step, size, losses))
    return tuple(told)


def _losses(run: Run, size: int, columns: int) -> bytes:
    return last_of_each(run.history.line, size, columns)
