"""Checks that the parts of a checkpoint make sense, each alone and all together.

Each raises ValueError, which says what is wrong as the middle of a sentence.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec
import numpy as np

from engine.checkpoints.contents import Contents, SavedRun, of_run, of_state, of_stream
from engine.checkpoints.layout import EVALUATIONS, sides_of
from engine.checkpoints.losses import KINDS, LEAST_LOSS, SMOOTHED, Arrays, check_losses
from engine.checkpoints.words import LONGEST_MARK, Words
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


def check_contents(contents: Contents) -> None:
    """Refuse contents of which some are of another type, or do not go together."""
    try:
        contents.settings  # noqa: B018 - whether they are of the right types
    except (msgspec.ValidationError, ValueError, OverflowError) as error:
        raise ValueError(f"its settings are damaged ({printable(str(error))[:200]})") from error
    if not 2 <= contents.symbols <= LARGEST_VOCABULARY + 1:
        raise ValueError(f"{contents.symbols} symbols, which no data has")
    if not _is_count(contents.drawn):
        raise ValueError(f"drawn {contents.drawn}, which makes no sense")
    if not 0 <= contents.wanted <= KEPT_NAMES:
        raise ValueError(f"{contents.wanted} names still to be drawn, which makes no sense")
    runs = contents.runs
    if len(runs) > MOST_RUNS:
        raise ValueError(f"{len(runs):,} runs, where a lab has at most {MOST_RUNS}")
    if runs[0].number < 1 or not runs[-1].number <= contents.begun < LARGEST_COUNT:
        raise ValueError(f"numbers of runs that are not among the {contents.begun} that were begun")
    if len({run.name for run in runs}) < len(runs):
        raise ValueError("two runs of one name")
    for run in runs:
        _check_run(run)


def _check_run(run: SavedRun) -> None:
    if not is_run_name(run.name):
        raise ValueError(f"a run called {printable(run.name[:100])}, as none can be")
    try:
        run.spec  # noqa: B018 - whether its values make sense
    except BadSetting as error:
        sentence = printable(str(error)[:200]).rstrip(".")
        raise ValueError(f"run {run.name}: {sentence}") from error
    for what, number in (("step", run.step), ("goal", run.goal)):
        if not _is_count(number) or (number and not run.is_trained):
            raise ValueError(f"run {run.name}: {what} {number}, which makes no sense")
    nll = run.loss_nll
    if nll is not None and not (run.step and LEAST_LOSS <= nll < math.inf):
        raise ValueError(f"run {run.name}: a loss without λ that no training has")
    if run.state == "idle" and run.step:
        raise ValueError(f"run {run.name}: a training that has not begun, at step {run.step:,}")
    if run.state != "idle" and not run.is_trained:
        raise ValueError(f"run {run.name}: {run.state}, though it is not trained")
    if is_obeyed(run.reason):
        raise ValueError(f"run {run.name}: control characters in its texts")


def check_arrays(contents: Contents, arrays: Arrays) -> None:
    """Refuse numbers that cannot be those of a lab."""
    for run in contents.runs:
        _check_numbers(run, contents, arrays)
    for side in SIDES:
        state = arrays.get(of_stream(side))
        if state is not None and not STREAMS[contents.settings.stream].is_state(state):
            raise ValueError(f"{of_stream(side)}: no state of its generator")


def _check_numbers(run: SavedRun, contents: Contents, arrays: Arrays) -> None:
    for key, numbers in arrays.items():
        is_float = numbers.dtype.kind == "f"
        if key.startswith(of_state(run.number)) and is_float and not np.isfinite(numbers).all():
            raise ValueError(f"{printable(key[:100])}: a number that is not finite")
    for kind in (*KINDS, SMOOTHED):
        check_losses(of_run(run.number, kind), arrays)
    evaluations = arrays.get(of_run(run.number, EVALUATIONS))
    if evaluations is None:
        return
    steps_N, nlls_2N = evaluations[0], evaluations[1:]
    in_order = (np.diff(steps_N) > 0).all() and (steps_N == np.floor(steps_N)).all()
    in_range = ((steps_N >= 1) & (steps_N <= run.step)).all()
    has_hold_out = contents.has_hold_out or np.isnan(nlls_2N[1]).all()
    # What overflowed where the training went on is no finite number.
    if not (in_order and in_range and has_hold_out) or (nlls_2N < LEAST_LOSS).any():
        raise ValueError(f"{of_run(run.number, EVALUATIONS)}: such as no training has")


def check_words(contents: Contents, words: Words) -> None:
    """Refuse names and marks that no lab makes, or more than the contents say."""
    first = contents.drawn - len(words.names)
    sides = sides_of(contents.settings.source)
    longest = LONGEST_DRAWN_TEXT if contents.data_format.format == "text" else LONGEST_NAME
    if first < 0:
        raise ValueError(f"{len(words.names):,} names, of {contents.drawn:,} drawn")
    for index, draw in enumerate(words.names, start=first):
        names = {side: getattr(draw, side) for side in SIDES}
        if draw.index != index or any((names[s] is not None) != (s in sides) for s in SIDES):
            raise ValueError(f"name {index:,} is not of the draw that it should be of")
        for name in filter(None, names.values()):
            step = name.step or 0
            if len(name.text) > longest or math.isnan(name.nll) or not _is_count(step):
                raise ValueError(f"name {index:,} is none that a model draws")
    for run, marks in zip(contents.runs, words.marks, strict=True):
        for mark in marks:
            if not 0 <= mark.step <= run.step or len(mark.text) > LONGEST_MARK:
                raise ValueError(f"a mark at step {mark.step}, which makes no sense")
            sign, _, value = mark.text.partition(" ")
            if sign not in SIGNS or is_obeyed(value):
                raise ValueError(f"a mark at step {mark.step} that no setting makes")


def _is_count(number: int) -> bool:
    return 0 <= number < LARGEST_COUNT
