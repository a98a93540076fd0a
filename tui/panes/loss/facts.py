"""The figures of the selected run, as the border of the loss pane tells them."""

from __future__ import annotations

from math import isfinite

from engine.wire.events import Snapshot
from tui.drawing.ascii import spelled
from tui.drawing.numbers import figure
from tui.panes.loss.batches import smoothed_of


def loss_facts(snapshot: Snapshot, *, unicode: bool) -> list[str]:
    """Tell the figures of the selected run, the most telling first.

    They are of the last step. Only the nll of a run on minibatches may be of an earlier one while
    it trains: it is measured now and then, and where the run rests. Without λ is what the figures
    of other models compare with; the loss that is trained has λ in it, or is that of a batch alone,
    and then the smoothed one says more.
    """
    run, loss, nll = snapshot.selected_run, snapshot.loss, snapshot.loss_nll
    held_out = held_out_of(snapshot)
    hold_out = [] if held_out is None else [f"hold-out {figure(held_out)}"]
    if not run.is_trained:
        return [f"nll {figure(run.nll)}", *hold_out, "fitted at once"]
    if loss is None:
        return ["before training"]
    step = f"step {snapshot.step:,}"
    if nll is None:
        measured = [f"nll {figure(run.nll)}"] if isfinite(run.nll) else []
        smoothed = [f"smoothed {figure(last)}" for last in smoothed_of(snapshot.curve)[-1:]]
        return [*measured, *hold_out, *smoothed, f"loss {figure(loss)}", step]
    with_decay = [] if loss == nll else [spelled(f"with λ {figure(loss)}", unicode=unicode)]
    return [f"nll {figure(nll)}", *hold_out, *with_decay, step]


def held_out_of(snapshot: Snapshot) -> float | None:
    """The selected run's NLL of the hold-out: that of the last step, or what was measured last."""
    curve = snapshot.curve
    if curve is not None and curve.held_out and isfinite(last := curve.held_out[-1][3]):
        return last
    return snapshot.selected_run.held_out_nll
