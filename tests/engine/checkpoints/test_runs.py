"""All runs of a lab are saved, and each goes on as if it had never been interrupted."""

import contextlib
import re
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.checkpoints.checkpoint import load, save
from engine.checkpoints.contents import SavedRun
from engine.checkpoints.header import last_loss, peek
from engine.errors import BadSetting, EngineError
from engine.lab.driver import LabDriver
from engine.lab.lab import Lab
from engine.lab.run import Run
from engine.settings.values import Value
from engine.wire.requests import (
    Adjust,
    BeginRun,
    ChangeRun,
    CompareRun,
    Configure,
    DeleteRun,
    Draw,
    Pause,
    Reset,
    SelectRun,
    Train,
)
from tests.engine.checkpoints.crafting import crafted, draw, everything, refused, train

SMALL: dict[str, dict[str, Value]] = {
    "bigram": {"learning_rate": 20.0, "seed": 3},
    "mlp": {"context": 2, "embedding": 3, "hidden": 5, "batch": 8, "seed": 3},
}


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A lab of a few words, some of them held out."""
    (tmp_path / "words.txt").write_text("".join(f"{a}{b}{a}\n" for a in "abcd" for b in "aéfg"))
    return Lab(tmp_path / "words.txt", 0.3, "cpu")


def reopened(lab: Lab, path: Path) -> Lab:
    save(lab, path)
    return load(path, device="cpu")


def begun(lab: Lab, kind: str, name: str, steps: int) -> Run:
    """A run of a kind that has made some steps of the thirty to its goal."""
    run = lab.runs.begin(kind, SMALL[kind], name)
    run.train(more=30)
    lab.advance(run, steps)
    return run


def go_on(lab: Lab, *steps: int) -> None:
    """Train all runs that have begun to their goals, in turn, in bursts of these lengths."""
    training = [run for run in lab.runs if 0 < run.step < run.goal]
    for run in training:
        run.train()
    burst = 0
    while any(run.state == "training" for run in training):
        for run in training:
            if run.state == "training":
                lab.advance(run, steps[burst % len(steps)])
        burst += 1


@pytest.mark.parametrize("kind", SMALL)
def test_two_runs_in_training_and_a_pinned_third_go_on_bit_for_bit(
    kind: str, lab: Lab, tmp_path: Path
) -> None:
    begun(lab, kind, "first", 10)
    begun(lab, kind, "second", 20)
    pinned = begun(lab, kind, "third", 30)
    pinned.is_pinned = True
    lab.configure({"stream": "video", "learning_rate": 10.0})
    draw(lab, 3)
    again = reopened(lab, tmp_path / "a")
    assert [run.state for run in lab.runs] == ["idle", "idle", "training", "training", "done"]
    assert [run.state for run in again.runs] == ["idle", "idle", "paused", "paused", "done"]
    assert [run.is_pinned for run in again.runs] == [False] * 4 + [True]
    go_on(lab, 7)
    go_on(again, 3, 1)
    for each in (lab, again):
        draw(each, 2)
    assert everything(again) == everything(lab)
    assert everything(reopened(again, tmp_path / "b")) == everything(lab)


def test_which_runs_are_shown_their_names_and_their_numbers_survive(
    lab: Lab, tmp_path: Path
) -> None:
    lab.runs.begin("bigram", {"seed": 3}, "of seed 3")
    lab.runs.begin("counts", {"smoothing": 0.5})
    lab.runs.delete(4)
    lab.runs.rename(1, "Zählung")
    lab.runs.compare(2)
    lab.runs.select(1)
    again = reopened(lab, tmp_path / "a")
    assert [(run.number, run.name) for run in again.runs] == [
        (1, "Zählung"), (2, "net"), (3, "of seed 3"),
    ]  # fmt: skip
    assert (again.selected.number, again.compared.number) == (1, 2)
    assert again.runs.begin("counts", {}).number == 5, "no run has the number of another"
    assert everything(reopened(lab, tmp_path / "b")) == everything(lab)


def test_a_look_at_a_file_tells_of_the_selected_run(lab: Lab, tmp_path: Path) -> None:
    train(lab, 5)
    lab.runs.begin("bigram", {}, "another")
    train(lab, 8)
    save(lab, tmp_path / "a")
    run = peek(tmp_path / "a").selected_run
    assert (run.name, run.kind, run.step, run.goal, run.state) == (
        "another",
        "bigram",
        8,
        8,
        "done",
    )
    assert last_loss(tmp_path / "a") == lab.selected.history.last
    lab.runs.select(1)
    save(lab, tmp_path / "a")
    assert peek(tmp_path / "a").selected_run.kind == "counts"
    assert last_loss(tmp_path / "a") is None


def test_what_was_measured_of_an_mlp_is_told_at_once_when_it_is_there_again(
    lab: Lab, tmp_path: Path
) -> None:
    run = begun(lab, "mlp", "mlp", 10)
    run.pause()
    run.measure()
    again = reopened(lab, tmp_path / "a").selected
    assert (again.nll, again.held_out_nll) == (run.nll, run.held_out_nll)
    assert run.nll < 5


def test_an_ngram_is_fitted_again(lab: Lab, tmp_path: Path) -> None:
    lab.runs.begin("ngram", {"order": 3, "method": "witten-bell", "across_words": True})
    draw(lab, 3)
    again = reopened(lab, tmp_path / "a")
    assert again.selected.model.parameters == lab.selected.model.parameters
    assert everything(again) == everything(lab)


def test_an_ngram_saved_before_its_escape_could_be_set_has_that_of_then() -> None:
    settings = {"order": 3, "method": "witten-bell", "smoothing": 0.1, "across_words": False}
    saved = SavedRun(3, "three", "ngram", settings, "idle", "", 0, 0, None, is_pinned=False)
    assert saved.spec.settings == settings | {"escape": 5}


def test_a_model_that_is_too_large_is_refused(lab: Lab) -> None:
    before = lab.selected
    with pytest.raises(BadSetting, match="1,073,897,480 parameters: 67,108,864 are the most"):
        lab.runs.begin("mlp", {"context": 64, "embedding": 1024, "hidden": 16_384})
    assert lab.selected is before
    assert len(lab.runs) == 2


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (np.zeros(5056, np.uint8), "'batches' is no state of a random generator"),
        (np.full(5056, 255, np.uint8), "'batches' is no state of a random generator"),
        (np.random.default_rng(1).bytes(5056), "'batches' is no state of a random generator"),
        (np.zeros(16, np.uint8), r"batches: of shape \[16\] instead of \[5056\]"),
        (np.zeros(5056, np.int64), "batches: numbers of type torch.int64 instead of torch.uint8"),
        (None, "missing: batches"),
    ],
    ids=["zeros", "ones", "random", "short", "numbers", "none"],
)
def test_what_no_generator_returns_is_refused(
    state: Any, sentence: str, lab: Lab, tmp_path: Path
) -> None:
    begun(lab, "mlp", "first", 10)
    save(lab, tmp_path / "a")

    def change(_: object, __: object, arrays: dict[str, Any]) -> None:
        taken = arrays.pop("runs.3.state.batches")
        if state is not None:
            arrays["runs.3.state.batches"] = np.frombuffer(state, getattr(state, "dtype", np.uint8))
        assert taken.dtype == np.uint8

    crafted(tmp_path / "a", change)
    assert re.search(sentence, refused(tmp_path / "a"))


def test_a_file_with_a_model_that_is_too_large_is_refused(lab: Lab, tmp_path: Path) -> None:
    begun(lab, "mlp", "first", 10)
    save(lab, tmp_path / "a")

    def change(contents: dict[str, Any], *_: object) -> None:
        contents["runs"][2]["settings"] |= {"context": 64, "embedding": 1024, "hidden": 16_384}

    crafted(tmp_path / "a", change)
    assert "1,073,897,480 parameters" in refused(tmp_path / "a")


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), hold_out=st.sampled_from([0.0, 0.3]))
def test_whatever_was_done_with_runs_is_there_again(
    data: st.DataObject, hold_out: float, tmp_path: Path
) -> None:
    """Every lab that can be made can be saved, and opened again as it was."""
    (tmp_path / "words.txt").write_text("".join(f"{a}{b}{a}\n" for a in "abcd" for b in "aéfg"))
    lab = Lab(tmp_path / "words.txt", hold_out, "cpu")
    running = LabDriver(lab, *[lambda *_: None] * 4)
    number = st.sampled_from([1, 2, 3, 4, 5])
    request = st.one_of(
        st.builds(BeginRun, st.sampled_from(["bigram", "counts"]), st.just({})),
        st.builds(BeginRun, st.just("mlp"), st.just(SMALL["mlp"]), st.sampled_from(["", "a  2"])),
        st.builds(BeginRun, st.just("ngram"), st.just({"order": 2})),
        st.builds(Configure, st.sampled_from([{"hidden": 7}, {"seed": 2**64 - 1}, {"pace": inf}])),
        st.builds(Configure, st.sampled_from([{"stream": "torch"}, {"source": "selected"}])),
        st.builds(
            Adjust, st.sampled_from(["learning_rate", "smoothing", "temperature"]), st.just(1)
        ),
        st.builds(SelectRun, number),
        st.builds(CompareRun, number),
        st.builds(DeleteRun, number),
        st.builds(ChangeRun, number, st.sampled_from([None, "a", "b 2"]), st.booleans()),
        st.builds(Train, st.integers(1, 5)),
        st.builds(Reset, st.integers(0, 1)),
        st.builds(Draw, st.integers(1, 3)),
        st.just(Pause()),
    )
    for each in data.draw(st.lists(request, max_size=12)):
        with contextlib.suppress(EngineError):  # it cannot be done, and so changes nothing
            running.carry_out(each)
        running.go_on()
    for run in lab.runs:
        run.pause()
    assert everything(reopened(lab, tmp_path / "a")) == everything(lab)
