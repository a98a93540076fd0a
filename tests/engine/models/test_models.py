"""Laws of both models, of scoring and of the history."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.data.vocabulary import Vocabulary
from engine.errors import OutsideVocabulary
from engine.lab.lab import Lab
from engine.lab.snapshots import scored
from engine.models import bigram, counts
from engine.models.base.evaluation import nll_of_counts
from engine.sampling.scoring import mean_nll, probabilities_of, symbols_of
from engine.settings.lab_settings import SAMPLING
from engine.settings.limits import MOST_COLUMNS
from engine.settings.model_kinds import KINDS
from engine.settings.setting import Setting
from engine.training.history import History
from engine.training.series import MOST_BLOCKS, block_count, block_size, in_blocks
from engine.wire.values import SettingChange

CELLS = st.lists(st.integers(0, 10**12), min_size=16, max_size=16).filter(any)


@given(cells=CELLS, smoothing=st.floats(0, 1e6))
def test_rows_of_probabilities_sum_to_one(cells: list[int], smoothing: float) -> None:
    probs = counts.probabilities(torch.tensor(cells).reshape(4, 4), smoothing)
    assert torch.allclose(probs.sum(1), torch.ones(4).double())


@given(cells=CELLS, smoothing=st.floats(1e-6, 1e6))
def test_no_smoothing_goes_below_the_floor(cells: list[int], smoothing: float) -> None:
    table = torch.tensor(cells).reshape(4, 4)
    mean = nll_of_counts(table, counts.probabilities(table, smoothing))
    assert mean >= counts.floor(table) - 1e-9


def test_infinite_smoothing_knows_nothing(lab: Lab) -> None:
    lab.configure({"smoothing": 1e15})
    assert lab.reference_losses.compared == pytest.approx(lab.reference_losses.uniform, abs=1e-6)


def test_without_smoothing_a_pair_never_seen_is_infinitely_surprising(lab: Lab) -> None:
    lab.configure({"smoothing": 0.0})
    jq = probabilities_of(symbols_of("jq", lab.corpus.vocabulary), lab.compared.model)
    assert mean_nll(jq) == math.inf


def test_the_net_arrives_at_the_counts(lab: Lab) -> None:
    lab.configure({"regularisation": 0.0, "smoothing": 0.0})
    lab.selected.train(more=5000)
    while lab.selected.state == "training":
        lab.advance(lab.selected, 1000)
    assert lab.selected.nll == pytest.approx(lab.reference_losses.floor, abs=2e-3)
    shares = lab.corpus.counts_VV.sum(1) / lab.corpus.counts_VV.sum()
    differences = lab.matrix("difference").abs().amax(1)
    assert (shares * differences).max() < 1e-3, "rare characters are learnt last"


def test_the_nll_of_the_words_is_the_nll_of_the_corpus(lab: Lab) -> None:
    assert lab.corpus.known is not None
    vocabulary, model = lab.corpus.vocabulary, lab.compared.model
    words = sorted(lab.corpus.known)
    drawn = [p for word in words for p in probabilities_of(symbols_of(word, vocabulary), model)]
    assert mean_nll(drawn) == pytest.approx(lab.reference_losses.compared, abs=1e-9)


def test_a_word_is_scored_a_character_at_a_time(lab: Lab) -> None:
    score = scored(lab, "andrejq")
    pairs = [step.previous + step.symbol for step in score.characters]
    assert pairs == [".a", "an", "nd", "dr", "re", "ej", "jq", "q."]
    i, j = lab.corpus.vocabulary.encode("jq")
    assert score.characters[6].p_compared == float(lab.probs_VV(lab.compared)[i, j])
    assert score.characters[6].p_selected == float(lab.probs_VV(lab.selected)[i, j])
    assert score.in_data is False
    assert scored(lab, "anthony").in_data is True


def test_an_unknown_character_is_named_with_its_place(lab: Lab) -> None:
    with pytest.raises(OutsideVocabulary) as caught:
        scored(lab, "an\x1bn")
    assert "'\\x1b' (character 3)" in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_the_probabilities_of_the_net_are_the_softmax_of_its_weights() -> None:
    weights = bigram.initial_weights(5, 1)
    expected = weights.double().exp() / weights.double().exp().sum(1, keepdim=True)
    assert torch.allclose(bigram.probabilities(weights), expected)


@given(losses=st.lists(st.floats(-10, 10), min_size=1, max_size=300), width=st.integers(1, 80))
def test_a_column_of_the_history_keeps_every_spike(losses: list[float], width: int) -> None:
    history = History()
    history.train.extend(losses)
    curve = history.curve(width)
    assert curve is not None
    assert min(len(losses), width / 2) <= len(curve.steps) <= width
    bounds = [*(step - 1 for step in curve.steps), len(losses)]
    for column, start, end in zip(curve.train, bounds, bounds[1:], strict=False):
        part = losses[start:end]
        assert column == (part[0], min(part), max(part), part[-1])


@given(
    parts=st.lists(st.integers(1, 5000), min_size=1, max_size=20),
    width=st.integers(1, 9),
    seed=st.integers(0, 99),
)
def test_a_long_history_is_summed_up_as_if_it_were_looked_at_whole(
    parts: list[int], width: int, seed: int
) -> None:
    losses = np.random.default_rng(seed).normal(size=sum(parts))
    history, start = History(), 0
    for part in parts:
        history.train.extend(losses[start : start + part].tolist())
        start += part
    curve = history.curve(width)
    assert curve is not None
    bounds = [*(step - 1 for step in curve.steps), len(losses)]
    for column, begin, end in zip(curve.train, bounds, bounds[1:], strict=False):
        part_of = losses[begin:end]
        assert column == (part_of[0], part_of.min(), part_of.max(), part_of[-1])


def test_thousands_of_changes_are_told_as_far_as_a_plot_has_room() -> None:
    history = History()
    history.train.extend([2.5] * 5000)
    for step in range(5000):
        history.mark(step, "lr", "50")
        history.mark(step, "λ", "0.01")
    history.mark(4096, "lr", "100")
    curve = history.curve(100)
    assert curve is not None
    assert len(curve.marks) == 2 * len(curve.steps) <= 200
    assert SettingChange(4096, "lr 100") in curve.marks


def test_columns_of_a_history_stay_as_they_are_while_it_grows() -> None:
    history = History()
    history.train.extend(np.arange(1000.0).tolist())
    before = history.curve(80)
    history.train.extend([0.0] * 20)
    after = history.curve(80)
    assert before is not None
    assert after is not None
    assert after.steps[: len(before.steps)] == before.steps
    assert after.train[: len(before.train) - 1] == before.train[:-1]


@given(steps=st.integers(1, 2**60), width=st.integers(1, MOST_COLUMNS))
def test_a_column_of_any_plot_is_whole_blocks_of_a_history_of_any_length(
    steps: int, width: int
) -> None:
    assert block_count(steps) <= MOST_BLOCKS
    assert steps - in_blocks(steps) >= min(steps, 1_000_000)
    column = 1 << (-(-steps // width) - 1).bit_length()
    assert column >= block_size(steps) or in_blocks(steps) == 0


def test_a_history_grows_without_losing_anything() -> None:
    history = History()
    for start in range(0, 5000, 7):
        history.train.extend(list(map(float, range(start, start + 7))))
    assert np.array_equal(history.train.newest(), np.arange(5005.0))


ALL_SETTINGS = [*SAMPLING, *(each for kind in KINDS.values() for each in kind.settings)]


@pytest.mark.parametrize("setting", [each for each in ALL_SETTINGS if each.rungs], ids=str)
def test_up_and_down_the_rungs_leads_back(setting: Setting) -> None:
    rungs = setting.rungs
    assert list(rungs) == sorted(rungs)
    for value in rungs[1:-1]:
        up = setting.moved(value, 1)
        assert up > value  # type: ignore[operator]
        assert setting.moved(up, -1) == value
    assert setting.moved(rungs[-1], 1) == rungs[-1]


def test_a_value_between_two_rungs_moves_to_its_neighbours() -> None:
    rate = KINDS["bigram"].setting("learning_rate")
    assert (rate.moved(60, 1), rate.moved(60, -1)) == (100, 50)


@pytest.mark.parametrize("setting", ALL_SETTINGS, ids=str)
def test_a_default_makes_sense_and_each_rung_too(setting: Setting) -> None:
    setting.check(setting.default)
    for rung in setting.rungs:
        setting.check(int(rung) if setting.kind == "whole" else rung)
    assert setting.values
    assert setting.meaning.endswith(".")


def test_a_vocabulary_needs_no_particular_script() -> None:
    vocabulary = Vocabulary("漢é.\x1b")
    assert vocabulary.characters == ("·", "\x1b", ".", "é", "漢")
    assert vocabulary.decode(vocabulary.encode("漢.é")) == "漢.é"
