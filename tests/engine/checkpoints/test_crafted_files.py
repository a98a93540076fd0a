"""Checkpoints that somebody made up, with a good checksum: a sentence, and nothing changes."""

import contextlib
import json
import math
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.checkpoints.checkpoint import load, save
from engine.checkpoints.header import CONTENTS
from engine.checkpoints.words import Words
from engine.errors import CheckpointError
from engine.lab.lab import Lab
from engine.wire.values import SettingChange
from tests.engine.checkpoints.crafting import (
    OLDER_DATA,
    crafted,
    older,
    refused,
    resume_at,
)

Change = Callable[[dict[str, Any], Words, dict[str, Any]], object]


def contents(**changes: Any) -> Change:
    return lambda contents, _, __: contents.update(changes)


def setting(**changes: Any) -> Change:
    return lambda contents, _, __: contents["kept_settings"].update(changes)


def run(number: int = 2, /, **changes: Any) -> Change:
    return lambda contents, _, __: contents["runs"][number - 1].update(changes)


def run_setting(number: int = 2, /, **changes: Any) -> Change:
    return lambda contents, _, __: contents["runs"][number - 1]["settings"].update(changes)


def array(name: str, change: Callable[[Any], Any]) -> Change:
    return lambda _, __, arrays: arrays.update({name: change(arrays[name])})


def without(name: str) -> Change:
    def change(_: object, __: object, arrays: dict[str, Any]) -> None:
        del arrays[name]

    return change


def with_runs(*changes: dict[str, Any]) -> Change:
    """More runs, each as the first but for some changes."""

    def change(contents: dict[str, Any], words: Words, _: object) -> Words:
        first = contents["runs"][0]
        contents["runs"] += [first | {"number": 3, "name": "third"} | more for more in changes]
        contents["begun"] = 100
        return Words(words.names, (*words.marks, *([()] * len(changes))))

    return change


def marks(*marks: SettingChange) -> Change:
    return lambda _, words, __: Words(words.names, ((), marks))


def evaluations(*columns: tuple[float, float, float]) -> Change:
    rows = np.array(columns).reshape(-1, 3).T.copy()
    return lambda _, __, arrays: arrays.update({"runs.2.evaluations": rows})


def more(name: str, numbers: Any = np.zeros(3)) -> Change:  # noqa: B008  it stays as it is
    return lambda _, __, arrays: arrays.update({name: numbers})


def names(**changes: Any) -> Change:
    def change(_: object, words: Words, __: object) -> Words:
        first, *others = words.names
        name = msgspec.structs.replace(first.compared, **changes)  # type: ignore[type-var]
        return Words((msgspec.structs.replace(first, compared=name), *others), words.marks)

    return change


def poked(value: float) -> Callable[[Any], Any]:
    def change(numbers: Any) -> Any:
        numbers = numbers.copy()
        numbers.flat[3] = value
        return numbers

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (contents(version=5), "was written by makemore-tui .* in format 5; .* reads format 4"),
        (contents(version=5, written_by="\x1b[2J", new=[]), r"by \\x1b\[2J in format 5"),
        (contents(version=0), "never been"),
        (contents(version="1"), "Expected `int`, got `str`"),
        (run(step=-1), "step -1"),
        (run(step=19), "train: of shape"),
        (run(step=2**60), "step"),
        (run(step=True), "Expected `int`"),
        (run(goal=-5), "goal -5"),
        (contents(drawn=-1), "drawn -1"),
        (contents(drawn=3), "5 names, of 3 drawn"),
        (contents(drawn=0), "more: stream_compared, stream_selected"),
        (contents(wanted=1001), "1001 names"),
        (run(state="asleep"), "Invalid enum"),
        (run(state="idle"), "not begun"),
        (run(reason="\x1b[2J"), "control characters"),
        (contents(symbols=10), "10 symbols, where its data has 8"),
        (contents(symbols=10**30), "symbols"),
        (contents(more=1), "unknown field"),
        (contents(data="http://example.org/a"), "no file of this machine"),
        (contents(data="file://host/a"), "no file of this machine"),
        (contents(data="file://[/a"), "no file of this machine"),
        (contents(data="file:///a%00b"), "not there"),
        (contents(data="file:///nowhere/a.txt"), "/nowhere/a.txt is not there. .* --data"),
        (contents(data="file:///"), "/ is a folder"),
        (contents(data_sha256="0" * 64), "has changed since"),
        (contents(data=None), "has changed since"),
        (run_setting(learning_rate=0), "Learning rate 0"),
        (run_setting(learning_rate="50"), "Learning rate 50: give a number above 0"),
        (run_setting(learning_rate=True), "Learning rate True: give a number above 0"),
        (run_setting(learning_rate=None), "Learning rate inf: give a number above 0"),
        (run_setting(learning_rate=[50]), "Expected"),
        (run_setting(more=1), "kind bigram has no more"),
        (run_setting(1, seed=1), "kind counts has no seed"),
        (run_setting(regularisation=-1), "Regularisation -1"),
        (run_setting(1, smoothing=1e300), "Smoothing 1e"),
        (run_setting(pace=-1), "Pace -1"),
        (run_setting(seed=-1), "Seed -1"),
        (run_setting(seed=2**64), "Seed"),
        (run_setting(seed=10**30), "Seed"),
        (setting(hold_out=1.0), "fraction"),
        (setting(hold_out=0.0), "more: runs.2.held_out"),
        (setting(temperature=-1), "Temperature -1"),
        (setting(top_k=100), "there are 8 symbols"),
        (setting(top_k=1.5), "Expected `int`"),
        (setting(prefix="9"), "'9' .* does not occur"),
        (setting(stream="dice"), "Invalid enum"),
        (setting(stream="keyed"), "more: stream_compared"),
        (setting(source="selected"), "more: stream_compared"),
        (setting(unheard=1), "settings"),
        (contents(selected=3), "the two runs that it shows are not among its runs"),
        (contents(compared=2), "the two runs that it shows are not among its runs"),
        (contents(runs=[]), "the two runs that it shows are not among its runs"),
        (contents(begun=1), "numbers of runs that are not among the 1 that were begun"),
        (contents(begun=2**60), "numbers of runs"),
        (run(number=3, name="counts"), "the two runs that it shows"),
        (run(1, number=2), "not in the order of their numbers"),
        (run(1, number=True), "Expected `int`"),
        (run(name="counts"), "two runs of one name"),
        (run(name=" net"), "a run called  net, as none can be"),
        (run(name="x" * 25), "a run called x{25}, as none can be"),
        (run(name="\x1b[2J"), r"a run called \\x1b\[2J, as none can be"),
        (run(kind="gpt"), "Model gpt: there are counts, bigram"),
        (run(kind="ngram"), "kind ngram has no learning_rate"),
        (run(is_pinned=1), "Expected `bool`"),
        (run(more=1), "unknown field"),
        (run(loss_nll=-1.0), "a loss without λ"),
        (run(1, step=5), "run counts: step 5"),
        (run(1, goal=5), "run counts: goal 5"),
        (run(1, state="training"), "run counts: training, though it is not trained"),
        (run(1, loss_nll=2.0), "a loss without λ"),
        (with_runs(*({"number": n, "name": f"run {n}"} for n in range(3, 26))), "25 runs"),
        (with_runs({"number": 101}), "numbers of runs that are not among the 100"),
        (with_runs({"number": 2**70}), "numbers of runs"),
        (with_runs({}, {}), "not in the order"),
        (with_runs({"kind": "bigram", "settings": {}}), "missing: runs.3.train"),
        (
            with_runs({"kind": "mlp", "settings": {"hidden": 16_385}}),
            "Hidden 16385: give a whole number from 1 to 16,384",
        ),
        (more("runs.1.train"), "more: runs.1.train"),
        (more("runs.1.state.weights"), "more: runs.1.state.weights"),
        (more("runs.3.state.weights"), "more: runs.3.state.weights"),
        (
            more("runs.2.state.more"),
            "run net: another state than its trainer's .missing: none; more: more",
        ),
        (more("runs.2.state.\x1b"), r"run net: another state .* more: \\x1b"),
        (more("runs.2.state.x", np.zeros([1] * 9)), r"runs.2.state.x: of shape \[1, 1, "),
        (more("runs.2.evaluations", np.zeros((2, 3))), r"instead of \[3, any\]"),
        (more("runs.2.evaluations", np.zeros((3, 10_001))), "10,001 evaluations, of which 10,000"),
        (evaluations((0, 2.0, 2.0)), "runs.2.evaluations: such as no training has"),
        (evaluations((21, 2.0, 2.0)), "runs.2.evaluations: such as no training has"),
        (evaluations((1.5, 2.0, 2.0)), "runs.2.evaluations: such as no training has"),
        (evaluations((math.nan, 2.0, 2.0)), "runs.2.evaluations: such as no training has"),
        (evaluations((3, 2.0, 2.0), (3, 2.0, 2.0)), "runs.2.evaluations: such as no training"),
        (evaluations((3, -1.0, 2.0)), "runs.2.evaluations: such as no training has"),
        (
            without("runs.2.state.weights"),
            "run net: another state than its trainer's .missing: weights",
        ),
        (without("runs.2.held_out"), "run net: losses of 0 steps on the hold-out"),
        (without("stream_selected"), "missing: stream_selected"),
        (more("more"), "more: more"),
        (more("\x1b"), r"more: \\x1b"),
        (
            array("runs.2.state.weights", lambda w: w.astype(np.int64)),
            "weights: numbers of type torch.int64 instead of torch.float64",
        ),
        (array("runs.2.state.weights", lambda w: w.astype(np.float16)), "numbers of type F16"),
        (array("runs.2.state.weights", lambda w: w[:-1]), "weights: of shape"),
        (array("runs.2.state.weights", lambda w: w.ravel()), "weights: of shape"),
        (array("runs.2.state.weights", poked(math.nan)), "weights: a number that is not finite"),
        (array("runs.2.state.weights", poked(-math.inf)), "weights: a number that is not finite"),
        (array("runs.2.train", poked(math.nan)), "train: a number that is not finite"),
        (array("runs.2.held_out", poked(math.inf)), "held_out: a number that is not finite"),
        (array("runs.2.held_out", lambda h: h[:-1]), "held_out: of shape"),
        (array("runs.2.train", poked(-1.0)), "train: a loss below 0"),
        (array("runs.2.held_out", poked(-1.7e308)), "held_out: a loss below 0"),
        (array("runs.2.state.weights", poked(1.7e308)), "weights have no finite loss"),
        (array("stream_selected", lambda s: s[:-1]), "stream_selected: of shape"),
        (array("stream_selected", lambda s: s | 2**31), "no state of its generator"),
        (array("stream_selected", lambda s: s * 0), "no state of its generator"),
        (names(nll=math.nan), "name 0 is none that a model draws"),
        (names(step=-1), "name 0 is none that a model draws"),
        (names(step=2**60), "name 0 is none that a model draws"),
        (names(text="a" * 20_001), "name 0 is none that a model draws"),
        (names(text="a" * (48 << 20)), "its texts are too long"),
        (setting(prefix="a" * 1001), "Prefix a{23}…: give at most 1,000 characters"),
        (lambda _, words, __: Words(words.names[::-1], words.marks), "name 0 is not of the draw"),
        (lambda _, words, __: Words(words.names * 2, words.marks), "10 names, of 5 drawn"),
        (marks(SettingChange(21, "lr 1")), "mark at step 21"),
        (marks(SettingChange(1, "lr \x9b")), "mark at step 1"),
        (marks(SettingChange(1, "x" * 101)), "mark at step 1"),
        (marks(SettingChange(1, "what 7")), "mark at step 1"),
        (
            marks(*[SettingChange(1, "lr 7")] * 10_001),
            "Expected `array` of length <= 10000",
        ),
        (lambda _, words, __: Words((1, 2), ()), "damaged"),
        (names(text="a" * (1 << 20)), "damaged .a name of 1,0.* bytes, where none has 88,400"),
        (
            marks(SettingChange(1, "x" * 501)),
            "a mark of 5.. bytes",
        ),
    ],
)
def test_a_crafted_file_is_refused(change: Change, sentence: str, file: Path) -> None:
    crafted(file, change)
    assert re.search(sentence, refused(file))


@pytest.mark.parametrize(
    ("version", "change", "sentence"),
    [
        (2, contents(goal=-5), "goal -5"),
        (2, contents(runs=[]), "unknown field `runs`"),
        (2, setting(learning_rate=-1), "Learning rate -1"),
        (2, setting(smoothing=-1), "Smoothing -1"),
        (2, setting(more=1), "other settings than those of this version"),
        (2, setting(source="selected"), "Invalid enum"),
        (2, setting(source=[1]), "Expected"),
        (2, without("weights"), "missing: weights"),
        (2, without("held_out"), "losses of 0 steps on the hold-out"),
        (2, without("stream_net"), "missing: stream_selected"),
        (2, more("runs.2.train"), "more: unknown runs.2.train"),
        (2, more("train_blocks", np.zeros((4, 1))), "more: runs.2.train_blocks"),
        (1, array("train", lambda losses: losses[1:]), r"runs.2.train: of shape \[11\]"),
        (1, array("weights", lambda weights: weights[1:]), r"weights: of shape \[7, 8\]"),
        (1, contents(data_sha256="0" * 64), "is not its data, or has changed"),
    ],
)
def test_a_crafted_file_of_an_older_version_is_refused(
    version: int, change: Change, sentence: str, tmp_path: Path
) -> None:
    file = older(version, tmp_path)
    crafted(file, change)
    assert re.search(sentence, refused(file, data=OLDER_DATA))


BLOCKS = {
    "finite": lambda blocks: np.where(blocks == blocks[1, 5], np.nan, blocks),
    "below 0": lambda blocks: blocks - 5.0,
    "its own extremes": lambda blocks: blocks[::-1],
}


@pytest.mark.parametrize("sentence", ["of shape", "missing: runs.2.train_blocks", *BLOCKS])
def test_blocks_that_no_losses_make_are_refused(sentence: str, lab: Lab, tmp_path: Path) -> None:
    lab.selected.history.train.extend(2.5 + np.random.default_rng(1).random(1_200_000))
    resume_at(lab, 1_200_000)
    lab.selected.state = "paused"
    save(lab, tmp_path / "saved")

    def change(_: object, __: object, arrays: dict[str, Any]) -> None:
        if sentence in BLOCKS:
            arrays["runs.2.train_blocks"] = np.ascontiguousarray(
                BLOCKS[sentence](arrays["runs.2.train_blocks"])
            )
        elif sentence == "of shape":
            arrays["runs.2.train_blocks"] = arrays["runs.2.train_blocks"][:, 1:].copy()
        else:
            del arrays["runs.2.train_blocks"]

    crafted(tmp_path / "saved", change)
    assert sentence in refused(tmp_path / "saved")


def test_blocks_of_smoothed_losses_that_no_training_makes_are_refused(
    lab: Lab, tmp_path: Path
) -> None:
    save(lab, tmp_path / "saved")

    def change(_: object, __: object, arrays: dict[str, Any]) -> None:
        arrays["runs.2.smoothed_blocks"] = np.ones((4, 7))

    crafted(tmp_path / "saved", change)
    assert "runs.2.smoothed_blocks: of shape [4, 7]" in refused(tmp_path / "saved")


@pytest.mark.slow
def test_any_json_in_place_of_the_contents_is_refused(file: Path) -> None:
    anything = st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=5,
    )
    whole = file.read_bytes()
    (length,) = struct.unpack("<Q", whole[:8])
    fields = list(json.loads(json.loads(whole[8 : 8 + length])["__metadata__"][CONTENTS]))

    @settings(deadline=None, max_examples=50)
    @given(field=st.sampled_from(fields), value=anything)
    def check(field: str, value: Any) -> None:
        file.write_bytes(whole)
        with contextlib.suppress(UnicodeEncodeError, OverflowError):  # no forger could write it
            crafted(file, contents(**{field: value}))
        with contextlib.suppress(CheckpointError):  # another goal, say, makes as good a lab
            load(file, device="cpu")

    check()
