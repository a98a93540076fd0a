"""A run as a checkpoint keeps it, and the same run again.

What its trainer goes on from is kept under the names that the trainer gives: the format knows no
model.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from engine.checkpoints.contents import SavedRun, of_run, of_state
from engine.checkpoints.header import TAKE_ANOTHER
from engine.checkpoints.layout import EVALUATIONS
from engine.checkpoints.losses import (
    BLOCKS,
    KINDS,
    SMOOTHED,
    Arrays,
    arrays_of,
    series_of,
    smoothed_of,
)
from engine.data.corpus import Corpus
from engine.errors import CheckpointError
from engine.lab.run import Run
from engine.settings.values import NO_PACE_LIMIT
from engine.text.printable import printable
from engine.training.history import History
from engine.training.trainer import Evaluation
from engine.wire.values import SettingChange


def pack_run(run: Run) -> tuple[SavedRun, Arrays]:
    """Copy what is to be kept of a run but its marks; raises CheckpointError if it is broken."""
    if len(run.history.train) != run.step:
        raise CheckpointError(
            f"The lab broke in the midst of step {run.step:,} of {run.name}. Take its newest save."
        )
    saved = SavedRun(
        number=run.number,
        name=run.name,
        kind=run.kind.kind,
        settings={key: None if v == NO_PACE_LIMIT else v for key, v in run.settings.items()},
        state=run.state,
        reason=run.reason,
        step=run.step,
        goal=run.goal,
        loss_nll=run.loss_nll,
        is_pinned=run.is_pinned,
        tests=run.tests,
    )
    if run.trainer is None:
        return saved, {}
    train, held_out = (of_run(run.number, kind) for kind in KINDS)
    arrays = arrays_of(train, run.history.train)
    if len(run.history.held_out):
        arrays |= arrays_of(held_out, run.history.held_out)
    if (blocks_4N := run.history.smoothed.blocks_4N).size:
        arrays[of_run(run.number, SMOOTHED) + BLOCKS] = blocks_4N
    if evaluations := run.history.evaluations:
        rows = [
            (e.step, e.train, math.nan if e.held_out is None else e.held_out) for e in evaluations
        ]
        arrays[of_run(run.number, EVALUATIONS)] = np.array(rows, np.float64).T.copy()
    state = run.trainer.state()
    return saved, arrays | {of_state(run.number, key): state[key].numpy() for key in state}


def run_of(
    saved: SavedRun,
    marks: Sequence[SettingChange],
    arrays: Arrays,
    corpus: Corpus,
    device: torch.device,
) -> Run:
    """Make the run that was saved, whose own arrays are among these; it rests.

    Raises CheckpointError for what is not its trainer's, and BadSetting if there is no such model.
    """
    run = Run(saved.number, saved.name, saved.spec, corpus, device)
    run.is_pinned, run.tests = saved.is_pinned, saved.tests
    if run.trainer is None:
        return run
    prefix = of_state(run.number)
    state = {
        key.removeprefix(prefix): torch.from_numpy(array)
        for key, array in arrays.items()
        if key.startswith(prefix)
    }
    train, held_out = (series_of(of_run(run.number, k), saved.step, arrays) for k in KINDS)
    is_measured = run.trainer.measures_each_step and corpus.held_out_VV is not None
    trouble = _trouble_of_state(run.trainer.state(), state)
    if len(held_out) != (saved.step if is_measured else 0):
        trouble = f"losses of {len(held_out):,} steps on the hold-out"
    if trouble:
        raise CheckpointError(f"run {run.name}: {trouble}. {TAKE_ANOTHER}")
    smoothed = None
    if not run.trainer.measures_each_step:
        smoothed = smoothed_of(of_run(run.number, SMOOTHED), train, arrays)
    evaluations = arrays.get(of_run(run.number, EVALUATIONS), np.empty((3, 0)))
    run.resume(
        history=History.of(
            train, held_out, marks, map(_evaluation, evaluations.T.tolist()), smoothed
        ),
        goal=saved.goal,
        state=saved.state,
        reason=saved.reason,
        loss_nll=saved.loss_nll,
        trained=state,
    )
    return run


def _trouble_of_state(expected: dict[str, Tensor], found: dict[str, Tensor]) -> str | None:
    """Whether these are the parts of a trainer's state; floats may be of another size."""
    if expected.keys() != found.keys():
        missing = ", ".join(sorted(expected.keys() - found.keys())) or "none"
        more = ", ".join(sorted(found.keys() - expected.keys()))
        return (
            f"another state than its trainer's (missing: {missing}; more: {printable(more[:100])})"
        )
    for key, tensor in expected.items():
        has, should = found[key], tensor
        if has.shape != should.shape:
            return f"{key}: of shape {list(has.shape)} instead of {list(should.shape)}"
        is_float = has.is_floating_point() and should.is_floating_point()
        if has.dtype != should.dtype and not is_float:
            return f"{key}: numbers of type {has.dtype} instead of {should.dtype}"
    return None


def _evaluation(column: Sequence[float]) -> Evaluation:
    step, train, held_out = column
    return Evaluation(int(step), train, None if math.isnan(held_out) else held_out)
