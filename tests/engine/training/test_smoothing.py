"""The smoothed losses of minibatches: from all of them, without bias, whatever they are kept in."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.training import series
from engine.training.history import History
from engine.training.series import in_blocks
from engine.training.smoothing import smoothed, smoothed_series
from tests.engine.training.test_history import CUTS, LOSSES, SMALL


@pytest.fixture(scope="module", autouse=True)
def miniature() -> Iterator[None]:
    with patch.multiple(series, **SMALL):
        yield


def adams(losses: list[float], beta: float = 0.99) -> list[float]:
    """The first moment as Adam's paper has it, corrected for its bias, behind each step."""
    moment, corrected = 0.0, []
    for number, loss in enumerate(losses, 1):
        moment = beta * moment + (1 - beta) * loss
        corrected.append(moment / (1 - beta**number))
    return corrected


def grown(losses: list[float], cuts: list[int]) -> History:
    """A history that these losses of batches came to in parts."""
    history, start = History(), 0
    for cut in [*cuts, len(losses)]:
        part = losses[start : start + cut]
        history.train.extend(part)
        history.smooth(part)
        start += len(part)
    return history


def test_the_first_means_are_those_of_all_losses_nearly() -> None:
    assert [*smoothed([3.0, 2.0, 4.0])] == pytest.approx([3.0, 2.4975, 3.0033], abs=1e-4)
    assert [*smoothed([2.5] * 500)] == pytest.approx([2.5] * 500), "no bias to 0, nor to the first"


@given(losses=LOSSES, cuts=CUTS, width=st.integers(1, 100))
def test_each_column_ends_with_the_mean_of_all_losses_so_far_whatever_its_width(
    losses: list[float], cuts: list[int], width: int
) -> None:
    curve = grown(losses, cuts).curve(width)
    assert curve is not None
    ends = [*(step - 1 for step in curve.steps[1:]), len(losses)]
    wanted = adams(losses)
    found = np.frombuffer(curve.smoothed, np.float32)
    assert found.tolist() == pytest.approx([wanted[end - 1] for end in ends], rel=1e-5, abs=1e-5)


@given(losses=LOSSES, cuts=CUTS, more=LOSSES)
def test_what_was_smoothed_goes_on_from_the_losses_and_its_own_blocks_alone(
    losses: list[float], cuts: list[int], more: list[float]
) -> None:
    history = grown(losses, cuts)
    kept = history.smoothed
    again = smoothed_series(history.train, kept.blocks_4N)
    assert np.array_equal(again.newest(), kept.newest())
    assert len(kept.newest()) == len(losses) - in_blocks(len(losses)), "bounded as the losses are"
    resumed = History.of(history.train, history.held_out, (), (), again)
    kept.extend([*smoothed(more, kept.last or 0.0, len(kept))])
    resumed.smooth(more)
    assert np.array_equal(resumed.smoothed.newest(), kept.newest())
    assert np.array_equal(resumed.smoothed.blocks_4N, kept.blocks_4N)


def test_losses_that_have_no_noise_are_told_as_they_are() -> None:
    history = History()
    history.train.extend([3.0, 2.0])
    curve = history.curve(80)
    assert curve is not None
    assert curve.smoothed == b""
    assert history.line is history.train
