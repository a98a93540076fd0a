"""A long history in bounded memory: what is kept of it is as if all of it were looked at."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.lab.exports import loss_csv
from engine.training import series
from engine.training.history import History
from engine.training.series import Series, block_count, block_size, in_blocks

# A history in miniature, so that all of its life fits into a test: 16 to 24 numbers are kept one by
# one, the others in at most 8 blocks.
SMALL = {"FINEST": 2, "CHUNK": 8, "KEPT_CHUNKS": 2, "MOST_BLOCKS": 8}


@pytest.fixture(scope="module", autouse=True)
def miniature() -> Iterator[None]:
    with patch.multiple(series, **SMALL), patch("engine.lab.exports.CHUNK", SMALL["CHUNK"]):
        yield


def grown(losses: list[float], cuts: list[int]) -> Series:
    """A series that these numbers came to in parts."""
    grown, start = Series(), 0
    for cut in [*cuts, len(losses)]:
        grown.extend(losses[start : start + cut])
        start += len(losses[start : start + cut])
    return grown


def summed_up(part: list[float]) -> tuple[float, float, float, float]:
    return part[0], min(part), max(part), part[-1]


LOSSES = st.lists(st.floats(-10, 10), min_size=1, max_size=2000)
CUTS = st.lists(st.integers(1, 700), max_size=9)


@given(losses=LOSSES, cuts=CUTS)
def test_the_newest_numbers_are_all_there_and_the_others_in_whole_blocks(
    losses: list[float], cuts: list[int]
) -> None:
    kept, steps = grown(losses, cuts), len(losses)
    before, size = in_blocks(steps), block_size(steps)
    assert len(kept) == steps
    assert kept.last == losses[-1]
    assert min(steps, 16) <= steps - before < 24 or before == 0
    assert kept.newest().tolist() == losses[before:]
    blocks = [losses[start : min(start + size, before)] for start in range(0, before, size)]
    assert [tuple(block) for block in kept.blocks_4N.T] == list(map(summed_up, blocks))
    assert len(blocks) == block_count(steps) <= 8


@given(losses=LOSSES, cuts=CUTS, doublings=st.integers(0, 11))
def test_a_column_is_that_of_all_the_numbers_though_they_are_not_all_kept(
    losses: list[float], cuts: list[int], doublings: int
) -> None:
    kept = grown(losses, cuts)
    size = kept.narrowest << doublings
    parts = [losses[start : start + size] for start in range(0, len(losses), size)]
    assert kept.columns(size) == tuple(map(summed_up, parts))


@given(losses=LOSSES, cuts=CUTS, more=LOSSES)
def test_what_was_kept_goes_on_as_if_there_had_been_no_end(
    losses: list[float], cuts: list[int], more: list[float]
) -> None:
    kept = grown(losses, cuts)
    again = Series.of(len(kept), kept.blocks_4N, kept.newest())
    kept.extend(more)
    again.extend(more)
    assert len(again) == len(kept)
    assert np.array_equal(again.newest(), kept.newest())
    assert np.array_equal(again.blocks_4N, kept.blocks_4N)
    assert again.columns(1024) == kept.columns(1024)


@given(losses=LOSSES, more=LOSSES)
def test_what_was_taken_of_a_series_stays_as_it_is_while_it_grows(
    losses: list[float], more: list[float]
) -> None:
    kept = grown(losses, [])
    newest, blocks_4N = kept.newest(), kept.blocks_4N
    before = newest.tolist(), blocks_4N.tolist()
    kept.extend(more)
    assert (newest.tolist(), blocks_4N.tolist()) == before


@settings(max_examples=30)
@given(losses=LOSSES, width=st.integers(1, 100), with_hold_out=st.booleans())
def test_a_curve_and_a_table_have_every_extreme(
    losses: list[float], width: int, with_hold_out: bool
) -> None:
    history = History()
    history.train.extend(losses)
    if with_hold_out:
        history.held_out.extend([loss + 1 for loss in losses])
    curve = history.curve(width)
    assert curve is not None
    assert (curve.first, curve.last) == (1, len(losses))
    assert len(curve.steps) <= max(width, len(losses) // history.train.narrowest + 1)
    assert min(column[1] for column in curve.train) == min(losses)
    assert max(column[2] for column in curve.train) == max(losses)
    rows = list(csv.DictReader(io.StringIO(loss_csv(history))))
    assert [int(row["step"]) for row in rows][-1] == len(losses)
    assert None not in rows[0].values()
    told = {"loss": losses}
    if with_hold_out:
        told["held_out_nll"] = [loss + 1 for loss in losses]
    for name, numbers in told.items():
        for row in rows:
            start, steps = int(row["step"]) - 1, int(row.get("steps", 1))
            first, *others = summed_up(numbers[start : start + steps])
            assert float(row[name]) == first
            if steps > 1 or start < in_blocks(len(losses)):
                extremes = [float(row[f"{name}_{of}"]) for of in ("smallest", "largest", "last")]
                assert extremes == others
    covered = [int(row["step"]) - 1 for row in rows]
    ends = [int(row["step"]) - 1 + int(row.get("steps", 1)) for row in rows]
    assert covered == [0, *ends[:-1]]
    assert ends[-1] == len(losses)


def test_the_columns_of_a_table_are_the_same_for_every_training_that_fits() -> None:
    history = History()
    assert loss_csv(history) == "step,loss\n"
    history.train.extend([2.5, 2.25])
    assert loss_csv(history) == "step,loss\n1,2.5\n2,2.25\n"
    history.train.extend([0.5] * 30)
    history.held_out.extend([3.0] * 32)
    lines = loss_csv(history).splitlines()
    kinds = ("loss", "held_out_nll")
    assert lines[0] == "step,steps," + ",".join(
        f"{kind},{kind}_smallest,{kind}_largest,{kind}_last" for kind in kinds
    )
    assert lines[1] == "1,2,2.5,2.25,2.5,2.25,3.0,3.0,3.0,3.0"
    assert lines[-1] == "32,1,0.5,,,,3.0,,,"
