"""The runs of a lab: beside each other, compared, begun again, deleted; none is thrown away."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import BadSetting
from engine.lab.driver import LabDriver
from engine.lab.lab import Lab
from engine.lab.overlays import overlays
from engine.lab.snapshots import snapshot
from engine.models.feed_forward.mlp import Mlp
from engine.settings import limits
from engine.settings.values import Value
from engine.wire.events import Ended
from engine.wire.requests import (
    Adjust,
    BeginRun,
    ChangeRun,
    CompareRun,
    Configure,
    DeleteRun,
    Pause,
    Reset,
    SelectRun,
    StepOnce,
    Train,
    Watch,
)

WORDS = ("emma", "ava", "mia", "anna", "ella", "noah", "liam", "maria", "lea", "leon")
SMALL: dict[str, Value] = {"context": 2, "embedding": 3, "hidden": 8, "batch": 4}


@pytest.fixture
def small(tmp_path: Path) -> Lab:
    path = tmp_path / "words.txt"
    path.write_text("\n".join(WORDS) + "\n")
    return Lab(path, device="cpu")


@pytest.fixture
def driver(small: Lab) -> LabDriver:
    return LabDriver(small, lambda: None, lambda: None, lambda: None, lambda _: None)


def memory_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a step's tensors find no room: torch's own error."""
    monkeypatch.setattr(Mlp, "gradients", lambda *_: torch.empty(1 << 58))


def names(lab: Lab) -> list[str]:
    return [run.name for run in lab.runs]


def draw(lab: Lab, count: int = 5) -> list[tuple[str, str]]:
    lab.sampler.restart()
    lab.wanted = 0
    lab.draw(count)
    while lab.wanted:
        lab.draw_next()
    return [
        (draw.compared.text if draw.compared else "", draw.selected.text if draw.selected else "")
        for draw in lab.sampler.newest(count)
    ]


def test_a_lab_begins_with_the_lectures_two_models(small: Lab) -> None:
    assert names(small) == ["counts", "net"]
    assert (small.compared.name, small.selected.name) == ("counts", "net")
    assert small.selected.settings == {
        "learning_rate": 50.0, "regularisation": 0.01, "pace": 20.0, "seed": 2147483647,
    }  # fmt: skip


def test_to_begin_again_leaves_the_run_beside_the_new_one(small: Lab) -> None:
    net = small.selected
    net.train()
    small.advance(net, 10)
    small.begin_again(net, {})
    small.begin_again(net, {"seed": 7})
    assert names(small) == ["counts", "net", "net 2", "net 3"]
    assert (small.selected.name, small.selected.step) == ("net 3", 0)
    assert (net.step, len(net.history.train)) == (10, 10)
    assert small.selected.settings == net.settings | {"seed": 7}


def test_a_run_without_a_step_makes_room_for_the_one_that_begins_it_again(
    driver: LabDriver,
) -> None:
    lab = driver.lab
    driver.carry_out(Reset(by=1))
    driver.carry_out(Configure({"seed": 99}))
    assert names(lab) == ["counts", "net"]
    assert lab.selected.settings["seed"] == 99
    curve = snapshot(lab, 1, Watch(loss_columns=9), 0.0, 1, "").curve
    assert curve is None
    lab.step_once()
    curve = lab.selected.history.curve(9)
    assert curve is not None
    assert [mark.text for mark in curve.marks] == ["seed 99"]


def test_a_pinned_run_stays_even_where_it_has_no_step(driver: LabDriver) -> None:
    driver.carry_out(ChangeRun(driver.lab.selected.number, is_pinned=True))
    driver.carry_out(Reset())
    assert names(driver.lab) == ["counts", "net", "net 2"]


def test_runs_that_train_share_the_time_and_none_knows_of_another(driver: LabDriver) -> None:
    lab = driver.lab
    first = lab.selected
    alone = [Lab(lab.corpus.path, device="cpu").selected for _ in range(2)]
    driver.carry_out(Configure({"pace": math.inf}))
    driver.carry_out(Train(500))
    driver.carry_out(BeginRun("bigram", {"learning_rate": 5.0, "pace": math.inf}, "slow"))
    driver.carry_out(Train(500))
    while driver.is_training:
        driver.go_on()
    assert (first.step, lab.selected.step) == (500, 500)
    alone[1].configure({"learning_rate": 5.0})
    for run, by_itself in zip((first, lab.selected), alone, strict=True):
        by_itself.train(500)
        by_itself.advance(500)
        assert np.array_equal(run.history.train.newest(), by_itself.history.train.newest())


def test_two_runs_of_one_seed_draw_with_the_same_numbers_whichever_are_compared(
    driver: LabDriver,
) -> None:
    lab = driver.lab
    driver.carry_out(BeginRun("bigram", {"learning_rate": 10.0}))
    driver.carry_out(BeginRun("counts", {"smoothing": 5.0}, "smoothed"))
    driver.carry_out(CompareRun(3))
    by_models = {run.name: run.number for run in lab.runs}
    both = draw(lab)
    driver.carry_out(SelectRun(by_models["bigram"]))
    assert (lab.selected.name, lab.compared.name) == ("bigram", "smoothed")
    assert draw(lab) == [(selected, compared) for compared, selected in both]


def test_names_are_drawn_again_when_another_run_is_shown(driver: LabDriver) -> None:
    lab = driver.lab
    draw(lab, 3)
    driver.carry_out(BeginRun("counts", {"smoothing": 100.0}))
    assert (lab.sampler.drawn, lab.wanted) == (0, 3)


def test_the_difference_is_that_of_the_two_runs_that_are_shown(driver: LabDriver) -> None:
    lab = driver.lab
    driver.carry_out(BeginRun("counts", {"smoothing": 0.0}, "raw"))
    expected = lab.corpus.counts_VV.double() / lab.corpus.counts_VV.sum(1, keepdim=True)
    smoothed = lab.corpus.counts_VV.double() + 1
    smoothed /= smoothed.sum(1, keepdim=True)
    assert torch.allclose(lab.matrix("difference"), expected - smoothed)
    with pytest.raises(BadSetting, match="raw has counts, compared, selected, difference"):
        lab.matrix("weights")


def test_the_matrix_of_a_model_of_more_symbols_is_its_mean_over_the_data(small: Lab) -> None:
    small.runs.begin("ngram", {"order": 3, "smoothing": 0.5})
    model, vocabulary = small.selected.model, small.corpus.vocabulary
    sums, places = torch.zeros((len(vocabulary),) * 2).double(), [0] * len(vocabulary)
    for word in WORDS:
        symbols = [0, *vocabulary.encode(word)]
        for place, symbol in enumerate(symbols):
            sums[symbol] += model.probs(torch.tensor([symbols[: place + 1]]))[0, -1]
            places[symbol] += 1
    means = sums / torch.tensor(places)[:, None]
    assert torch.allclose(small.matrix("selected"), means)
    assert torch.allclose(small.matrix("selected").sum(1), torch.ones(len(vocabulary)).double())


def test_the_more_symbols_there_are_the_fewer_places_the_mean_is_over(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("".join(f"{chr(0x4E00 + n)}{chr(0x4E00 + n // 2)}\n" for n in range(1023)))
    lab = Lab(path, device="cpu")
    lab.runs.begin("mlp", SMALL)
    assert lab.places("selected") == 2**21 // 1024 == 2048
    probs_VV = lab.matrix("selected")
    assert torch.allclose(probs_VV.sum(1), torch.ones(1024).double(), atol=1e-5)
    last = probs_VV[-1]  # which stands at the first place of its word, or at none
    first = lab.selected.model.probs(torch.tensor([[0, 1023]]))[0, -1]
    assert torch.allclose(last, first, atol=1e-5)


def test_a_model_without_a_trainer_is_refitted_when_a_setting_changes(driver: LabDriver) -> None:
    lab = driver.lab
    driver.carry_out(BeginRun("ngram", {"order": 2, "smoothing": 1.0}))
    assert lab.selected.nll == pytest.approx(lab.compared.nll, abs=1e-12), "it is the count model"
    draw(lab)
    driver.carry_out(Adjust("order", 2))
    assert lab.selected.settings["order"] == 4
    driver.carry_out(Configure({"smoothing": 0.01}))
    assert lab.selected.nll < lab.compared.nll
    assert not any(draw.selected.current for draw in lab.sampler.newest(5) if draw.selected)
    with pytest.raises(BadSetting, match="ngram is not trained"):
        driver.carry_out(Train())


def test_a_setting_is_that_of_the_selected_run_or_else_of_the_compared_one(
    driver: LabDriver,
) -> None:
    lab = driver.lab
    driver.carry_out(Configure({"smoothing": 3.0, "learning_rate": 20.0}))
    assert (lab.compared.settings["smoothing"], lab.selected.settings["learning_rate"]) == (3, 20)
    driver.carry_out(BeginRun("ngram", {}))
    driver.carry_out(Configure({"smoothing": 7.0}))
    assert (lab.compared.settings["smoothing"], lab.selected.settings["smoothing"]) == (3, 7)
    with pytest.raises(BadSetting, match="Neither ngram nor counts has a learning rate"):
        driver.carry_out(Adjust("learning_rate", 1))


def test_the_rate_of_a_schedule_is_told_where_it_is_not_the_one_that_is_set(small: Lab) -> None:
    assert snapshot(small, 1, Watch(), 0, 1, "").rate is None, "the net has no schedule"
    run = small.runs.begin("mlp", SMALL | {"schedule": "linear", "decay_at": 10, "decay_to": 0.0})
    assert snapshot(small, 1, Watch(), 0, 1, "").rate is None, "at first it is as set"
    run.train(more=4)
    while run.state == "training":
        small.advance(run, 4)
    assert snapshot(small, 1, Watch(), 0, 1, "").rate == pytest.approx(0.1 * (1 - 4 / 10))


def test_a_run_is_begun_with_a_goal_of_its_own(driver: LabDriver) -> None:
    driver.carry_out(BeginRun("mlp", SMALL, "short", 50))
    assert (driver.lab.selected.name, driver.lab.selected.goal) == ("short", 50)
    for kind, steps in (("mlp", limits.LARGEST_GOAL + 1), ("mlp", -5), ("ngram", 5)):
        with pytest.raises(BadSetting, match=f"{steps:,} steps of a model of the kind {kind}: "):
            driver.carry_out(BeginRun(kind, {}, "", steps))
    assert driver.lab.selected.name == "short", "nothing has begun"


def test_all_settings_change_or_none(small: Lab) -> None:
    before = small.selected.spec, small.settings
    changes: dict[str, Value] = {"learning_rate": 20.0, "temperature": -1.0}
    with pytest.raises(BadSetting, match="Temperature -1"):
        small.configure(changes)
    with pytest.raises(BadSetting, match="Prefix"):
        small.configure({"learning_rate": 20.0, "prefix": "a" * 10_000})
    assert (small.selected.spec, small.settings) == before


def test_what_belongs_to_a_model_from_its_beginning_begins_another(driver: LabDriver) -> None:
    lab = driver.lab
    driver.carry_out(BeginRun("mlp", SMALL))
    lab.selected.train()
    lab.advance(lab.selected, 1)
    driver.carry_out(Configure({"hidden": 16, "learning_rate": 0.05}))
    assert names(lab) == ["counts", "net", "mlp", "mlp 2"]
    assert lab.selected.settings == lab.runs.of(3).settings | {"hidden": 16, "learning_rate": 0.05}
    assert lab.selected.model.parameters > lab.runs.of(3).model.parameters


def test_where_a_run_cannot_begin_again_nothing_changes(driver: LabDriver) -> None:
    lab = driver.lab
    driver.carry_out(BeginRun("mlp", SMALL))
    before = lab.selected, lab.settings, lab.run_settings
    huge = {"context": 64, "embedding": 1024, "hidden": 16_384}
    with pytest.raises(BadSetting, match="parameters: 67,108,864 are the most"):
        driver.carry_out(Configure({"temperature": 0.5, "smoothing": 5.0, **huge}))
    assert (lab.selected, lab.settings, lab.run_settings) == before
    assert lab.runs.of(3) is lab.selected, "it has no step, and would have made room"


def test_a_run_is_deleted_with_all_that_it_has_learned_but_two_stay(driver: LabDriver) -> None:
    lab = driver.lab
    with pytest.raises(BadSetting, match="Two runs are left"):
        driver.carry_out(DeleteRun(1))
    driver.carry_out(BeginRun("bigram", {}))
    driver.carry_out(DeleteRun(3))
    assert (names(lab), lab.selected.name) == (["counts", "net"], "net")
    with pytest.raises(BadSetting, match="no run 3"):
        driver.carry_out(SelectRun(3))
    driver.carry_out(BeginRun("bigram", {}))
    assert lab.selected.number == 4, "a number is never given twice"


def test_names_of_runs_are_unique_and_safe_to_print(driver: LabDriver) -> None:
    driver.carry_out(ChangeRun(2, name=" my net "))
    assert names(driver.lab) == ["counts", "my net"]
    for name in ("counts", "", "a" * 25, "a\x1b[2J", "a\nb"):
        with pytest.raises(BadSetting):
            driver.carry_out(ChangeRun(2, name=name))
    driver.carry_out(ChangeRun(2, name="a  2"))
    driver.lab.step_once()
    driver.carry_out(Reset())
    assert names(driver.lab) == ["counts", "a  2", "a"]


def test_the_oldest_run_that_nobody_needs_makes_room(
    driver: LabDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = driver.lab
    monkeypatch.setattr("engine.lab.runs.MOST_RUNS", 4)
    driver.carry_out(ChangeRun(2, is_pinned=True))
    for _ in range(3):
        driver.carry_out(BeginRun("bigram", {}))
    assert [run.number for run in lab.runs] == [1, 2, 4, 5], "1 is compared, and 2 is pinned"
    driver.carry_out(ChangeRun(4, is_pinned=True))
    driver.carry_out(ChangeRun(5, is_pinned=True))
    with pytest.raises(BadSetting, match="4 runs, pinned or in training"):
        driver.carry_out(BeginRun("bigram", {}))
    assert limits.MOST_RUNS > 4


def test_a_run_that_makes_room_is_told_and_no_other_that_goes(
    small: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Ended] = []
    driver = LabDriver(small, lambda: None, lambda: None, lambda: None, told.append)
    monkeypatch.setattr("engine.lab.runs.MOST_RUNS", 3)
    driver.carry_out(BeginRun("bigram", {}, "first"))
    driver.carry_out(StepOnce())
    loss = small.selected.history.last
    driver.carry_out(BeginRun("bigram", {}, "second"))
    driver.carry_out(Reset())  # it has no step: the new one stands for it
    driver.carry_out(CompareRun(small.runs.of(3).number))
    driver.carry_out(DeleteRun(small.runs.of(3).number))
    assert [ended.run for ended in told] == ["net"]
    driver.carry_out(Reset())
    driver.carry_out(StepOnce())
    driver.carry_out(BeginRun("bigram", {}, "third"))
    driver.carry_out(StepOnce())
    driver.carry_out(BeginRun("bigram", {}, "fourth"))
    assert told[1] == Ended("second", "made room", 1, loss, "")
    assert len(told) == 2


def test_large_models_make_room_sooner(driver: LabDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = len(driver.lab.corpus.vocabulary) ** 2
    monkeypatch.setattr("engine.lab.runs.MOST_IN_RUNS", 3 * cells)
    for _ in range(3):
        driver.carry_out(BeginRun("bigram", {}))
    assert [run.number for run in driver.lab.runs] == [1, 4, 5]


def test_the_losses_of_the_others_are_told_in_columns_as_wide_as_those_of_the_selected_run(
    small: Lab,
) -> None:
    net = small.selected
    net.train(1000)
    small.advance(net, 1000)
    small.begin_again(net, {"seed": 1})
    small.selected.train(200)
    small.advance(small.selected, 200)
    (other,) = overlays(small, 50)
    curve = small.selected.history.curve(50)
    assert curve is not None
    assert (other.run, other.width) == (net.number, curve.steps[1] - curve.steps[0])
    losses = np.frombuffer(other.losses, np.float32)
    all_losses = net.history.train.newest()
    assert losses == pytest.approx(all_losses[other.width - 1 :: other.width][: len(losses)])
    assert other.width * len(losses) >= 200


@pytest.mark.parametrize(("kind", "lower"), [("bigram", "the rate or λ"), ("mlp", "the rate")])
def test_a_run_that_diverges_says_what_of_its_own_settings_is_to_be_lowered(
    small: Lab, kind: str, lower: str
) -> None:
    run = small.runs.begin(kind, {"learning_rate": 1e38} | (SMALL if kind == "mlp" else {}))
    run.train()
    while run.state == "training":
        small.advance(run, 10)
    assert f"are kept. Lower {lower}, and start again." in run.reason


def test_a_run_that_rests_is_measured_at_the_step_where_it_is(driver: LabDriver) -> None:
    lab = driver.lab
    driver.carry_out(BeginRun("mlp", SMALL))
    run = lab.selected
    while driver.due is not None:
        driver.go_on()
    first = run.nll
    assert math.isfinite(first)
    assert not run.history.evaluations, "it has made no step"
    driver.carry_out(Train())
    lab.advance(run, 30)
    assert run.nll == first, "as it was measured last"
    driver.carry_out(Pause())
    while driver.due is not None:
        driver.go_on()
    assert [at.step for at in run.history.evaluations] == [30]
    assert run.nll == run.history.evaluations[-1].train != first
    run.measure()
    assert len(run.history.evaluations) == 1


def test_the_noise_of_batches_is_not_taken_for_a_loss_that_grows(small: Lab) -> None:
    small.runs.begin("mlp", SMALL)
    run = small.selected
    noise = np.random.default_rng(1).normal(scale=5, size=64)
    run.history.train.extend(np.linspace(90, 60, 64) + noise)
    assert run.history.last is not None
    assert run.history.last > 10 * math.log(len(small.corpus.vocabulary))
    assert not run.is_diverging
    run.history.train.extend(np.linspace(60, 90, 64) + noise)
    assert run.is_diverging


# --- memory


def test_a_step_that_takes_more_memory_than_there_is_fails_with_a_sentence_and_the_lab_lives_on(
    driver: LabDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = driver.lab
    driver.carry_out(BeginRun("mlp", SMALL))
    run = lab.selected
    lab.step_once()
    weights = [weight.detach().clone() for weight in run.model.weights.values()]
    memory_runs_out(monkeypatch)
    for request in (Train(), StepOnce()):
        driver.carry_out(request)
        driver.go_on()
        assert run.state == "failed"
        assert run.reason == (
            "Step 2 of mlp with a batch of 4 takes more memory than there is. The weights of step 1"
            " are kept. Lower the batch, or begin a run with smaller layers."
        )
        assert all(map(torch.equal, weights, run.model.weights.values()))
    lab.runs.of(2).train()
    driver.go_on()
    assert lab.runs.of(2).step
    monkeypatch.undo()
    driver.carry_out(StepOnce())
    assert (run.step, run.state, run.reason) == (2, "paused", "")


def test_another_error_of_a_step_is_not_taken_for_one_of_memory(
    driver: LabDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.carry_out(BeginRun("mlp", SMALL))
    monkeypatch.setattr(Mlp, "gradients", lambda *_: torch.ones(2) @ torch.ones(3))
    with pytest.raises(RuntimeError, match="size"):
        driver.carry_out(StepOnce())
