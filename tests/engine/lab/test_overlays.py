"""What a snapshot tells of the runs that are not selected, and of views that go with a run."""

from __future__ import annotations

from array import array

import numpy as np
import pytest

from engine.data.built_in import built_in_path
from engine.lab.lab import Lab
from engine.lab.snapshots import snapshot
from engine.wire.events import Snapshot
from engine.wire.requests import Watch


@pytest.fixture(scope="module")
def lab() -> Lab:
    """Two trained runs beside the counts: net of 300 steps, and net 2 of 40, which is selected."""
    lab = Lab(built_in_path(), device="cpu")
    for steps in (300, 40):
        lab.selected.train(steps)
        lab.advance(lab.selected, steps)
        if steps == 300:
            lab.begin_again(lab.selected, {})
    return lab


def told(lab: Lab, view: str = "counts") -> Snapshot:
    return snapshot(
        lab, 1, Watch(view=view, rows=(0, 1), columns=(0, 1), loss_columns=30), 0, 1, ""
    )


def test_the_losses_of_another_run_have_the_columns_of_the_selected_ones(lab: Lab):
    lab.runs.select(3)
    curve, (overlay,) = told(lab).curve, told(lab).overlays
    assert curve is not None
    assert (overlay.run, overlay.name, overlay.steps) == (2, "net", 300)
    assert overlay.width == curve.steps[1] - curve.steps[0]
    losses = lab.runs.of(2).history.train.newest(300)
    wanted = [losses[min(299, (n + 1) * overlay.width - 1)] for n in range(30)]
    assert list(array("f", overlay.losses)) == pytest.approx(wanted, rel=1e-6)


def test_a_run_on_minibatches_is_told_by_its_smoothed_losses():
    lab = Lab(built_in_path(), device="cpu")
    batches = lab.runs.begin("mlp", {"hidden": 4, "embedding": 2, "context": 2})
    batches.train(more=40)
    while batches.step < 40:
        lab.advance(batches, 40)
    curve = told(lab).curve
    assert curve is not None
    lab.runs.select(2)
    (overlay,) = told(lab).overlays
    smoothed = [*array("f", overlay.losses)]
    assert smoothed[-1] == pytest.approx(batches.history.smoothed.last)
    assert smoothed[-1] == pytest.approx(array("f", curve.smoothed)[-1])
    spread = np.diff(batches.history.train.newest()).std()
    assert np.diff(smoothed)[10:].std() < spread / 5, "a line, without noise"


def test_beside_a_run_without_steps_the_others_are_told_to_their_ends(lab: Lab):
    lab.runs.select(1)
    overlays = told(lab).overlays
    assert [overlay.run for overlay in overlays] == [2, 3]
    for overlay in overlays:
        assert len(array("f", overlay.losses)) * overlay.width >= overlay.steps


def test_a_view_that_the_selected_run_does_not_have_gives_way_to_its_p(lab: Lab):
    lab.runs.select(2)
    weights = told(lab, "weights").cells
    assert weights is not None
    assert weights.view == "weights"
    lab.runs.select(1)
    cells = told(lab, "weights").cells
    assert cells is not None
    assert (cells.view, cells.places) == ("selected", None)
    assert (
        list(memoryview(cells.values).cast("d"))
        == lab.probs_VV(lab.selected)[:2, :2].ravel().tolist()
    )
