"""Checks that the parts of a checkpoint make sense, each alone and all together.

Each check returns what is wrong, as the middle of a sentence, or None.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec
import numpy as np

from engine.checkpoints.contents import Contents, SavedRun, of_run, of_state, of_stream
from engine.checkpoints.layout import EVALUATIONS, sides_of
from engine.checkpoints.losses import KINDS, LEAST_LOSS, Arrays, trouble_of_losses
from engine.checkpoints.names_and_marks import LONGEST_MARK, Words
from engine.errors import BadSetting
from engine.lab.runs import is_run_name
from engine.sampling.names import STREAMS
from engine.sampling.sampler import SIDES
from engine.settings.limits import (
    KEPT_NAMES,
    LARGEST_VOCABULARY,
    LENGTH_LIMIT,
    LONGEST_PREFIX,
    LONGEST_TEXT,
    MOST_RUNS,
)
from engine.settings.model_kinds import KINDS as MODEL_KINDS
from engine.text.printable import is_obeyed, printable

LONGEST_NAME: Final = 10 * (LONGEST_PREFIX + LENGTH_LIMIT)  # version 1 wrote \U00000000
LONGEST_DRAWN_TEXT: Final = LONGEST_PREFIX + LONGEST_TEXT  # characters
LARGEST_COUNT: Final = 2**53  # of steps or names; JSON's numbers are exact up to here
SIGNS: Final = {each.sign for kind in MODEL_KINDS.values() for each in kind.settings if each.sign}


def trouble_of_contents(contents: Contents) -> str | None:
    """Whether the contents are of the right types, and go together."""
    try:
        contents.settings  # noqa: B018 - whether they are of the right types
    except (msgspec.ValidationError, ValueError, OverflowError) as error:
        return f"its settings are damaged ({printable(str(error))[:200]})"
    if not 2 <= contents.symbols <= LARGEST_VOCABULARY + 1:
        return f"{contents.symbols} symbols, which no data has"
    if not _is_count(contents.drawn):
        return f"drawn {contents.drawn}, which makes no sense"
    if not 0 <= contents.wanted <= KEPT_NAMES:
        return f"{contents.wanted} names still to be drawn, which makes no sense"
    runs = contents.runs
    if len(runs) > MOST_RUNS:
        return f"{len(runs):,} runs, where a lab has at most {MOST_RUNS}"
    if runs[0].number < 1 or not runs[-1].number <= contents.begun < LARGEST_COUNT:
        return f"numbers of runs that are not among the {contents.begun} that were begun"
    if len({run.name for run in runs}) < len(runs):
        return "two runs of one name"
    return next(filter(None, map(_trouble_of_run, runs)), None)


def _trouble_of_run(run: SavedRun) -> str | None:
    if not is_run_name(run.name):
        return f"a run called {printable(run.name[:100])}, as none can be"
    try:
        run.spec  # noqa: B018 - whether its values make sense
    except BadSetting as error:
        return f"run {run.name}: {printable(str(error)[:200]).rstrip('.')}"
    for what, number in (("step", run.step), ("goal", run.goal)):
        if not _is_count(number) or (number and not run.is_trained):
            return f"run {run.name}: {what} {number}, which makes no sense"
    nll = run.loss_nll
    if nll is not None and not (run.step and LEAST_LOSS <= nll < math.inf):
        return f"run {run.name}: a loss without λ that no training has"
    if run.state == "idle" and run.step:
        return f"run {run.name}: a training that has not begun, at step {run.step:,}"
    if run.state != "idle" and not run.is_trained:
        return f"run {run.name}: {run.state}, though it is not trained"
    return f"run {run.name}: control characters in its texts" if is_obeyed(run.reason) else None


def trouble_of_arrays(contents: Contents, arrays: Arrays) -> str | None:
    """Whether the numbers can be those of a lab."""
    for run in contents.runs:
        if trouble := _trouble_of_numbers(run, contents, arrays):
            return trouble
    for side in SIDES:
        state = arrays.get(of_stream(side))
        if state is not None and not STREAMS[contents.settings.stream].is_state(state):
            return f"{of_stream(side)}: no state of its generator"
    return None


def _trouble_of_numbers(run: SavedRun, contents: Contents, arrays: Arrays) -> str | None:
    """Whether the numbers can be those of a training."""
    for key, numbers in arrays.items():
        is_float = numbers.dtype.kind == "f"
        if key.startswith(of_state(run.number)) and is_float and not np.isfinite(numbers).all():
            return f"{printable(key[:100])}: a number that is not finite"
    for key in (of_run(run.number, kind) for kind in KINDS):
        if trouble := trouble_of_losses(key, arrays):
            return f"{key}: {trouble}"
    evaluations = arrays.get(of_run(run.number, EVALUATIONS))
    if evaluations is None:
        return None
    steps_N, nlls_2N = evaluations[0], evaluations[1:]
    in_order = (np.diff(steps_N) > 0).all() and (steps_N == np.floor(steps_N)).all()
    in_range = ((steps_N >= 1) & (steps_N <= run.step)).all()
    has_hold_out = contents.has_hold_out or np.isnan(nlls_2N[1]).all()
    # What overflowed where the training went on is no finite number.
    if not (in_order and in_range and has_hold_out) or (nlls_2N < LEAST_LOSS).any():
        return f"{of_run(run.number, EVALUATIONS)}: such as no training has"
    return None


def trouble_of_words(contents: Contents, words: Words) -> str | None:
    """Whether the names and marks are such as a lab makes, and as many as the contents say."""
    first = contents.drawn - len(words.names)
    sides = sides_of(contents.settings.source)
    longest = LONGEST_DRAWN_TEXT if contents.data_format.format == "text" else LONGEST_NAME
    if first < 0:
        return f"{len(words.names):,} names, of {contents.drawn:,} drawn"
    for index, draw in enumerate(words.names, start=first):
        names = {side: getattr(draw, side) for side in SIDES}
        if draw.index != index or any((names[s] is not None) != (s in sides) for s in SIDES):
            return f"name {index:,} is not of the draw that it should be of"
        for name in filter(None, names.values()):
            step = name.step or 0
            if len(name.text) > longest or math.isnan(name.nll) or not _is_count(step):
                return f"name {index:,} is none that a model draws"
    for run, marks in zip(contents.runs, words.marks, strict=True):
        for mark in marks:
            if not 0 <= mark.step <= run.step or len(mark.text) > LONGEST_MARK:
                return f"a mark at step {mark.step}, which makes no sense"
            sign, _, value = mark.text.partition(" ")
            if sign not in SIGNS or is_obeyed(value):
                return f"a mark at step {mark.step} that no setting makes"
    return None


def _is_count(number: int) -> bool:
    return 0 <= number < LARGEST_COUNT
