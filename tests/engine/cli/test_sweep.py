"""`makemore-tui sweep`: a run for each combination, sorted, stopped and resumed."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from engine.checkpoints.checkpoint import load, save
from engine.cli.train_saves import TrainSaves
from engine.data.built_in import built_in_path
from engine.lab.lab import Lab
from engine.training import minibatch
from tests.engine.checkpoints.crafting import everything
from tui.__main__ import main

SMALL = ("--model", "mlp", "--set", "embedding=2", "--set", "batch=8", "--set", "context=2")
SWEPT = ("--set", "hidden=4,6", "--set", "learning_rate=0.1,0.5", "--steps", 120)
DIVERGES = "3e36"  # a rate by which few steps of float32 are finite


@pytest.fixture(autouse=True)
def few_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Learn from a tenth of the built-in names, where no data is given."""
    names = built_in_path().read_text().split()[::10]
    (tmp_path / "names.txt").write_text("\n".join(names))
    monkeypatch.setattr(
        "engine.cli.option_groups.common.built_in_path", lambda: tmp_path / "names.txt"
    )


def run(*arguments: object) -> Result:
    given = ["sweep", *map(str, arguments)]
    return CliRunner().invoke(main, given, prog_name="makemore-tui")


def lines(*arguments: object) -> list[Any]:
    """The JSON lines of a sweep that succeeds."""
    result = run(*arguments, "--device", "cpu", "--json")
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def trained(*arguments: object) -> Any:
    """The last line that `train` prints, as JSON."""
    given = ["train", "--device", "cpu", "--json", *map(str, arguments)]
    result = CliRunner().invoke(main, given)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def stop_after(bursts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have SIGINT come after so many bursts of training."""
    left = iter(range(bursts))

    def interrupt(*_: object) -> None:
        if next(left, None) is None:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(TrainSaves, "now_and_then", interrupt)


def test_every_combination_is_trained_as_train_does_and_the_best_comes_first() -> None:
    found = lines(*SMALL, *SWEPT, "--hold-out", 0.1)
    swept = sorted(tuple(each["settings"].values()) for each in found)
    assert swept == [(4, 0.1), (4, 0.5), (6, 0.1), (6, 0.5)]
    nlls = [each["held_out_nll"] for each in found]
    assert nlls == sorted(nlls)
    for each in found:
        settings = [f"--set={name}={value}" for name, value in each["settings"].items()]
        alone = trained(*SMALL, *settings, "--steps", 120, "--hold-out", 0.1)
        assert (each["nll"], each["held_out_nll"]) == (alone["nll"], alone["held_out_nll"])
        assert (each["done"], each["steps"]) == (True, 120)
        assert each["seconds"] > 0
    assert {each["parameters"] for each in found} == {
        27 * 2 + 4 * hidden + hidden + 27 * hidden + 27 for hidden in (4, 6)
    }


def test_without_a_hold_out_the_training_words_decide() -> None:
    found = lines("--set", "learning_rate=1,50,10", "--steps", 20)
    assert [each["settings"] for each in found] == [{"learning_rate": rate} for rate in (50, 10, 1)]
    assert found[0]["nll"] == trained("--steps", 20)["nll"]
    assert "held_out_nll" not in found[0]


def test_the_table_has_what_differs_and_what_came_of_it() -> None:
    given = (*SMALL, "--set", f"learning_rate=0.1,{DIVERGES},0.5", "--steps", 100)
    found = lines(*given, "--hold-out", 0.1)
    result = run(*given, "--hold-out", 0.1)
    head, *rows = result.stdout.splitlines()
    assert head.split() == ["learning_rate", "parameters", "steps", "seconds", "train", "hold-out"]
    for row, each in zip(rows[:2], found, strict=False):
        rate, _, steps, _, train, held_out = row.split()
        assert (float(rate), steps) == (each["settings"]["learning_rate"], "100")
        assert (train, held_out) == (f"{each['nll']:.4f}", f"{each['held_out_nll']:.4f}")
    assert rows[2].split()[0] == "3e+36"
    assert rows[2].endswith(f"–  {found[2]['trouble']}")
    assert result.stderr.count(" of 3, lr=") == 3
    assert "3 of 3, lr=0.5: train " in result.stderr


def test_a_run_that_diverges_comes_last_and_ends_nothing() -> None:
    *_, last = found = lines(*SMALL, "--set", f"learning_rate={DIVERGES},0.1", "--steps", 50)
    assert [each["done"] for each in found] == [True, False]
    given = ("train", *SMALL, "--set", f"learning_rate={DIVERGES}", "--device", "cpu")
    alone = CliRunner().invoke(main, given)
    (step,) = re.findall(r"no longer finite after step (\d+):", alone.stderr)
    assert (last["nll"], last["trouble"]) == (None, f"diverged after step {step}")


def test_a_run_without_memory_is_told_of_in_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minibatch, "memory", lambda: 8 * (2 + 9 + 27) * 12 - 1)
    found = lines(*SMALL, "--set", "hidden=9,8", "--steps", 5)
    assert [each["settings"]["hidden"] for each in found] == [8, 9]
    assert found[1]["trouble"] == "out of memory in step 1"


def test_a_sweep_that_is_stopped_goes_on_bit_for_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    expected = lines(*SMALL, *SWEPT, "--hold-out", 0.1, "--save", whole)
    with monkeypatch.context() as patched:
        stop_after(3, patched)
        given = (*SMALL, *SWEPT, "--hold-out", 0.1, "--device", "cpu", "--save", stopped)
        result = run(*given)
    assert result.exit_code == 128 + signal.SIGINT
    assert "stopped at step 100 of 120" in result.stdout
    assert result.stdout.count("not begun") == 2
    goes_on = f"makemore-tui sweep --resume {stopped} --save {stopped} goes on"
    assert f"saved to {stopped}. {goes_on}" in result.stderr
    resumed = lines("--resume", stopped, "--save", stopped)
    for before, after in zip(expected, resumed, strict=True):
        assert before | {"seconds": 0} == after | {"seconds": 0}
    assert [each["seconds"] is None for each in resumed].count(True) == 1
    assert everything(load(stopped, device="cpu")) == everything(load(whole, device="cpu"))


def test_the_lab_has_the_runs_pinned_and_the_best_selected(tmp_path: Path) -> None:
    file = tmp_path / "a"
    best, *_ = lines(
        "--set", "learning_rate=10,50", "--set", "seed=7", "--steps", 5, "--save", file
    )
    lab = load(file, device="cpu")
    assert [(each.name, each.is_pinned) for each in lab.runs] == [
        ("counts", False), ("net", False), ("lr=10", True), ("lr=50", True)
    ]  # fmt: skip
    assert (lab.selected.name, lab.compared.name) == (best["run"], "counts")
    assert lab.selected.settings["seed"] == 7


@pytest.mark.parametrize(
    ("swept", "names"),
    [
        (["hidden=4,6"], ["hidden=4", "hidden=6"]),
        (["hidden=4,6", "learning_rate=0.1,0.2"], ["4/0.1", "4/0.2", "6/0.1", "6/0.2"]),
        (["learning_rate=0.12345678901234,1", "weight_decay=0.001234567,0"], ["mlp", "mlp 2"]),
        (["hidden=4"], ["mlp"]),
    ],
)
def test_runs_are_called_by_what_differs_as_far_as_a_legend_has_room(
    swept: list[str], names: list[str]
) -> None:
    found = lines(*SMALL, *(f"--set={each}" for each in swept), "--steps", 1)
    assert sorted(each["run"] for each in found)[: len(names)] == names


def test_models_without_steps_are_compared_too() -> None:
    found = lines("--model", "ngram", "--set", "order=1,2", "--hold-out", 0.1)
    assert [each["settings"] for each in found] == [{"order": 2}, {"order": 1}]
    result = run("--model", "ngram", "--set", "order=1,2", "--steps", 3)
    assert result.exit_code == 2
    assert "--steps: n=2 has none, it is fitted to the data at once." in result.stderr


def test_a_recipe_is_what_the_runs_have_in_common(tmp_path: Path) -> None:
    file = tmp_path / "a"
    rates = ("--set", "learning_rate=0.1,0.2")
    lines("--recipe", "lecture2", *rates, "--steps", 2, "--save", file)
    lab = load(file, device="cpu")
    assert lab.corpus.data_format.split == "lecture"
    assert {each.settings["learning_rate"] for each in lab.runs if each.is_pinned} == {0.1, 0.2}


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("--set seed=" + ",".join(map(str, range(23))), "gives 23 combinations. At most 22 may be"),
        ("--model mlp --set hidden=4,0", "--set hidden=0: Hidden 0: give a whole number from 1"),
        ("--model mlp --set hidden=4,", "--set hidden=: Hidden : give a whole number"),
        ("--model mlp --set smoothing=1,2", "no setting of mlp is smoothing."),
        ("--set seed", "--set seed: give NAME=VALUE"),
        ("--steps 0", "0 is not in the range x>=1"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_read(given: str, complaint: str) -> None:
    result = run("--data", "/nowhere", *given.split())
    assert result.exit_code == 2
    assert complaint in " ".join(result.stderr.split())


@pytest.mark.parametrize("option", ["--set=seed=3", "--model=mlp", "--steps=3", "--hold-out=0.1"])
def test_what_belongs_to_the_beginning_is_wrong_usage_later(option: str) -> None:
    result = run("--resume", "a", option)
    assert result.exit_code == 2
    assert f"{option.split('=')[0]} belongs to the beginning of a sweep" in result.stderr


def test_a_lab_of_no_sweep_is_none_to_go_on_with(tmp_path: Path) -> None:
    file = tmp_path / "a"
    save(Lab(built_in_path(), device="cpu"), file)
    result = run("--resume", file)
    assert result.exit_code == 1
    assert f"{file} has no pinned run: it was saved by no sweep." in result.stderr


def test_the_same_value_twice_is_one_run() -> None:
    assert len(lines("--set", "seed=1,2", "--set", "seed=2,01", "--steps", 1)) == 2
