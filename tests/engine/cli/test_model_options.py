"""Any kind of model on the command line: `--model`, `--set` and `--run`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from engine.checkpoints.checkpoint import load, save
from engine.checkpoints.opening import lab_of
from engine.cli.option_groups.value_texts import text_of, value_of
from engine.data.built_in import built_in_path
from engine.lab.lab import Lab
from engine.lab.snapshots import dataset_opened
from engine.models.base.mean_matrix import mean_probs
from engine.settings.model_kinds import KINDS
from engine.settings.recipes import RECIPES
from engine.settings.values import ModelSpec, Value
from engine.training import minibatch
from engine.wire.requests import Open
from tests.golden import FIGURES, WORDS, needs_words
from tests.processes import folder  # noqa: F401  a fixture
from tui.__main__ import main
from tui.config.config import Config

LETTERS = [".", *"abcdefghijklmnopqrstuvwxyz"]
SMALL = ("--set", "hidden=8", "--set", "embedding=2", "--set", "batch=16", "--device", "cpu")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)), prog_name="makemore-tui")


def lines(*arguments: object) -> list[Any]:
    """The JSON lines of a command that succeeds."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def output(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def matrix(*arguments: object) -> list[float]:
    """All values of a matrix, row by row."""
    header, *rows = csv.reader(io.StringIO(output("matrix", *arguments)))
    assert header == ["", *LETTERS]
    return [float(value) for row in rows for value in row[1:]]


@pytest.fixture
def lab() -> Lab:
    return Lab(built_in_path(), device="cpu")


# --- what may be given


def test_a_setting_is_the_same_by_its_own_option_and_by_set() -> None:
    short = lines("train", "--steps", 3, "--lr", 20, "--regularisation", 0.5, "--seed", 7)
    others = ("--set", "learning_rate=20", "--set", "regularisation=0.5", "--set", "seed=7")
    for model in ((), ("--model", "bigram"), ("--model", "net")):
        assert lines("train", "--steps", 3, *model, *others)[:-1] == short[:-1]
    assert output("sample", "--set", "smoothing=9") == output("sample", "--smoothing", 9)


def test_the_net_of_every_lab_is_its_bigram_and_is_called_so_too() -> None:
    net = output("sample", "--model", "net", "--csv")
    assert [row[1] for row in csv.reader(io.StringIO(net))] == ["model", *["net"] * 5]
    assert output("sample", "--model", "bigram", "--csv") == net
    assert output("sample", "--model", "counts") == output("sample")


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("--model gpt", f"'gpt' is not one of {', '.join(map(repr, KINDS))}, 'net'"),
        ("--set order", "--set order: give NAME=VALUE"),
        ("--set lerning_rate=3", "is lerning_rate. The nearest is learning_rate."),
        (
            "--model ngram --set xyzzy=3",
            "There are order, method, smoothing, escape, across_words.",
        ),
        ("--model mlp --set smoothing=3", "no setting of mlp is smoothing."),
        ("--set hidden=3", "no setting of counts or bigram is hidden. It is one of --model mlp, "),
        ("--lr 3 --set learning_rate=4", "--set learning_rate and --learning-rate give the"),
        ("--model mlp --set hidden=0", "Hidden 0: give a whole number from 1 to 16,384."),
        ("--model mlp --set hidden=1.5", "Hidden 1.5: give a whole number from 1 to 16,384."),
        ("--model mlp --set learning_rate=x", "Learning rate x: give a number above 0."),
        ("--model mlp --set learning_rate=nan", "Learning rate nan: give a number above 0."),
        (
            "--model ngram --set method=add",
            "Method add: give one of add-k, witten-bell, kneser-ney.",
        ),
        ("--model ngram --set across_words=1", "Across words 1: give one of no, yes."),
        ("--model ngram --set order=9", "Order 9: give a whole number from 1 to 8."),
        ("--model ngram --learning-rate 3", "--learning-rate: A model of the kind ngram has no"),
        ("--model mlp --regularisation 3", "It has context, embedding, hidden, layers,"),
    ],
)
@pytest.mark.parametrize("command", [("train",), ("sample",), ("score", "a"), ("matrix",)])
def test_what_is_wrong_is_told_with_what_there_is_before_anything_is_read(
    given: str, complaint: str, command: tuple[str, ...]
) -> None:
    result = run(*command, "--data", "/nowhere", *given.split())
    assert result.exit_code == 2
    assert complaint in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    "given",
    [
        *("--model mlp --set hiden=3", "--set smoothing=2", "--set seed"),
        *("--seed 3 --set seed=4", "--model mlp --pace 20 --set pace=40"),
    ],
)
def test_the_lab_itself_tells_it_too(given: str) -> None:
    result = run(*given.split())
    assert result.exit_code == 2
    assert "Error: --set" in result.stderr


def test_help_explains_every_kind_all_its_settings_and_every_recipe() -> None:
    text = " ".join(output("help", "models").split())
    for kind in KINDS.values():
        _, _, section = text.partition(f"## {kind.kind} {kind.meaning}")
        section, _, _ = section.partition("## ")
        for setting in kind.settings:
            shown = text_of(setting.default)
            assert value_of(shown, setting) == setting.default
            assert f"`{setting.name}={shown}`" in section, kind.kind
            assert setting.meaning in text
    assert all(f"`{recipe.name}`: {recipe.meaning}" in text for recipe in RECIPES.values())


# --- the lab itself


@pytest.fixture
def opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Open]:  # noqa: F811
    """What the lab asks its engine to open, for a command line."""
    asked: list[Open] = []
    monkeypatch.setattr("tui.__main__._ready", lambda _: Config())
    monkeypatch.setattr("tui.__main__._show", lambda *given: asked.append(given[2]))

    def opened(*arguments: object) -> Open:
        result = run("lab", "--device", "cpu", *arguments)
        assert result.exit_code == 0, result.stderr
        return asked[-1]

    return opened


def test_the_lab_begins_with_the_model_that_is_asked_for(opened: Callable[..., Open]) -> None:
    assert opened().model is None
    assert opened("--seed", 3).seed == 3
    model = opened("--model", "mlp", "--set", "hidden=9", "--pace", 40, "--seed", 3).model
    assert model == ModelSpec("mlp", {"hidden": 9, "pace": 40.0, "seed": 3})
    assert opened("--set", "learning_rate=7").model == ModelSpec("bigram", {"learning_rate": 7.0})
    assert opened("--model", "ngram", "--pace", 40).model == ModelSpec("ngram", {})


@pytest.mark.parametrize("kind", KINDS)
def test_a_lab_that_is_opened_again_begins_as_it_did(
    kind: str, opened: Callable[..., Open]
) -> None:
    of_kinds: dict[str, dict[str, Value]] = {
        "counts": {}, "bigram": {"learning_rate": 7.0}, "ngram": {"order": 2}, "mlp": {"hidden": 9}
    }  # fmt: skip
    settings: dict[str, Value] = of_kinds.get(kind, {"learning_rate": 7.0})
    given = (each for name, v in settings.items() for each in ("--set", f"{name}={v}"))
    first = lab_of(opened("--model", kind, *given), None)
    assert not first.has_trained
    opening = dataset_opened(first, 1).opening
    assert opening is not None
    again = lab_of(opening, None)
    for lab in (first, again):
        kinds = [run.spec.kind for run in lab.runs]
        assert kinds == list(dict.fromkeys(["counts", "bigram", kind]))
        assert lab.selected.spec == KINDS[kind].spec(settings)
    assert dataset_opened(again, 1) == dataset_opened(first, 1)


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_opens_the_lab_with_its_split_its_model_and_its_steps(
    name: str, opened: Callable[..., Open]
) -> None:
    recipe, opening = RECIPES[name], opened("--recipe", name)
    assert opening.model is not None
    assert KINDS[opening.model.kind].spec(opening.model.settings) == recipe.spec
    assert (opening.data_format.split, opening.steps) == (recipe.split, recipe.steps)


def test_a_recipe_in_the_lab_is_selected_and_aims_at_its_last_step(
    opened: Callable[..., Open],
) -> None:
    opening = opened("--recipe", "microgpt", "--set", "layers=2", "--seed", 7)
    assert opening.model == ModelSpec("microgpt", {"seed": 7, "layers": 2})
    lab = lab_of(replace(opening, steps=1234), None)
    assert (lab.selected.kind.kind, lab.selected.goal) == ("microgpt", 1234)
    again = dataset_opened(lab, 1).opening
    assert again is not None
    assert lab_of(again, None).selected.goal == 1234


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--recipe lecture9", "'lecture9' is not one of 'lecture2', "),
        ("--recipe lecture2 --model bow", "--recipe lecture2 is of the model mlp: leave out"),
        ("--recipe lecture2 --resume a", "--recipe belongs to the beginning of a lab"),
    ],
)
def test_a_recipe_that_makes_no_sense_is_refused_before_the_screen(
    arguments: str, sentence: str, opened: Callable[..., Open]
) -> None:
    result = run("lab", *arguments.split())
    assert result.exit_code == 2
    assert sentence in " ".join(result.stderr.split())


def test_a_lab_that_is_resumed_has_its_models(opened: Callable[..., Open]) -> None:
    result = run("lab", "--resume", "a", "--model", "mlp")
    assert result.exit_code == 2
    assert "--model belongs to the beginning of a lab" in result.stderr


# --- models without steps


def test_a_model_without_steps_is_told_of_by_its_losses_and_saved(tmp_path: Path) -> None:
    file = tmp_path / "a"
    given = ("--model", "ngram", "--set", "order=3", "--hold-out", 0.1, "--save", file)
    (facts,) = lines("train", *given)
    assert (facts["done"], facts["steps"], facts["loss"]) == (True, 0, None)
    told = run("train", *given).stderr
    assert told == (
        f"ngram has no steps, it is fitted to the data at once: mean NLL now {facts['nll']:.6f}"
        f" nats per character, {facts['held_out_nll']:.6f} on the hold-out\nsaved to {file}\n"
    )
    selected = load(file, device="cpu").selected
    assert (selected.name, selected.settings["order"]) == ("ngram", 3)
    assert selected.nll == facts["nll"]


@pytest.mark.parametrize(
    "given",
    [
        *("train --model counts", "train --model ngram", "sample --model ngram", "sample"),
        *("score emma --model ngram", "matrix --model ngram --view difference"),
    ],
)
def test_steps_of_a_model_without_steps_are_wrong_usage(given: str) -> None:
    result = run(*given.split(), "--steps", 3)
    assert result.exit_code == 2
    assert f"--steps: {'ngram' if 'ngram' in given else 'counts'} has none" in result.stderr
    assert result.stdout == ""


@needs_words
def test_an_n_gram_of_two_characters_is_the_count_model() -> None:
    same = ("--model", "ngram", "--set", "order=2", "--set", "smoothing=1", "--data", WORDS)
    for stream in ("video", "notebook", "torch"):
        names = [f"{name}." for name in output("sample", *same, "--stream", stream).splitlines()]
        assert names == FIGURES["samples"]["counts"][stream]
    counts = matrix("--view", "probabilities", "--data", WORDS)
    assert matrix(*same) == pytest.approx(counts, abs=1e-12)


# --- models that are trained


def test_an_mlp_is_trained_and_the_lines_tell_a_loss_without_an_nll() -> None:
    given = ("train", "--model", "mlp", *SMALL, "--hold-out", 0.1, "--steps")
    *steps, done = lines(*given, 300)
    assert [step["step"] for step in steps] == list(range(1, 301))
    assert all(step.keys() == {"step", "loss"} for step in steps)
    assert (done["done"], done["steps"], done["loss"]) == (True, 300, steps[-1]["loss"])
    *_, first = lines(*given, 1)
    for name in ("nll", "held_out_nll"):
        assert 2 < done[name] < first[name]


def test_a_batch_that_no_memory_holds_is_told_and_what_was_trained_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, given = tmp_path / "a", ("train", "--model", "mlp", *SMALL, "--steps", 5)
    monkeypatch.setattr(minibatch, "memory", lambda: 16 * (2 + 8 + 27) * 12 - 1)
    result = run(*given, "--save", file)
    assert result.exit_code == 1
    assert result.stderr.startswith("makemore-tui: Step 1 of mlp with a batch of 16 takes more mem")
    assert load(file, device="cpu").selected.name == "mlp"
    assert lines(*given, "--set", "batch=8")[-1]["done"]


def test_an_mlp_goes_on_from_a_file_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    file = tmp_path / "a"
    *whole, end = lines("train", "--model", "mlp", *SMALL, "--steps", 50)
    *first, _ = lines("train", "--model", "mlp", *SMALL, "--steps", 20, "--save", file)
    *second, resumed_end = lines("train", "--resume", file, "--steps", 30, "--save", file)
    assert first + second == whole
    assert (resumed_end["steps"], resumed_end["nll"]) == (50, end["nll"])
    trained = ("--model", "mlp", *SMALL, "--steps", 50)
    assert output("sample", "--resume", file) == output("sample", *trained)


@pytest.mark.parametrize("stream", ["keyed", "video", "notebook", "torch"])
@pytest.mark.parametrize("kind", ["ngram", "mlp"])
def test_names_of_any_model_come_from_any_stream_in_any_form(stream: str, kind: str) -> None:
    steps = (*SMALL, "--steps", 5) if kind == "mlp" else ()
    given = ("sample", "--model", kind, *steps, "--stream", stream, "--prefix", "an", "-n", 4)
    names = output(*given).splitlines()
    assert len(names) == 4
    assert all(name.startswith("an") for name in names)
    scored = lines(*given)
    assert [each["name"] for each in scored] == names
    _, *rows = csv.reader(io.StringIO(output(*given, "--csv")))
    assert [row[1:4] for row in rows] == [
        [kind, each["name"], repr(each["nll"])] for each in scored
    ]
    word, *score = (names[0], *lines("score", names[0], "--model", kind, *steps))
    assert score[0]["word"] == word
    assert score[0][f"nll_{kind}"] == pytest.approx(scored[0]["nll"], abs=1e-12)


def test_a_text_is_drawn_from_a_model_that_sees_more_than_one_character(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("To be, or not to be:\nthat is the question.\n" * 40)
    given = ("--data", path, "--format", "text", "--model", "ngram", "--set", "smoothing=0")
    text = output("sample", *given, "--length", 300)
    assert len(text) == 300 + 1
    assert all(text[place : place + 4] in path.read_text() for place in range(297))
    (drawn,) = lines("sample", *given, "--length", 300)
    assert drawn["text"] + "\n" == text


# --- two models side by side


def test_a_score_is_told_under_the_names_of_both_runs() -> None:
    given = ("--model", "ngram", "--set", "order=3")
    (score,) = lines("score", "emma", *given)
    assert {"nll_counts", "nll_ngram"} < score.keys()
    assert score["nll_counts"] == lines("score", "emma", "--steps", 0)[0]["nll_counts"]
    assert score["nll_ngram"] < score["nll_counts"]
    head, *_, mean = output("score", "emma", *given).splitlines()[1:]
    assert head.split() == ["pair", "P", "counts", "NLL", "P", "ngram", "NLL"]
    assert mean.split()[1:] == [f"{score['nll_counts']:.4f}", f"{score['nll_ngram']:.4f}"]


def test_both_models_of_a_score_are_trained_that_can_be() -> None:
    (usual,), (counts,) = (lines("score", "emma", *model) for model in ((), ("--model", "counts")))
    assert counts == usual


def test_a_matrix_is_of_the_model_that_is_named_and_of_what_it_is_compared_with(lab: Lab) -> None:
    ngram = lab.runs.begin("ngram", {"order": 3})
    given = ("--model", "ngram", "--set", "order=3")
    own, compared = matrix(*given), matrix(*given, "--view", "compared")
    assert own == mean_probs(ngram.model, lab.corpus).ravel().tolist()
    assert own == matrix(*given, "--view", "selected")
    no_net = run("matrix", *given, "--view", "net")
    assert no_net.exit_code == 2
    assert "ngram is selected, not the net: --view selected is its P." in no_net.stderr
    assert compared == matrix("--view", "probabilities")
    assert compared == lab.probs_VV(lab.compared).ravel().tolist()
    difference = matrix(*given, "--view", "difference")
    assert difference == [a - b for a, b in zip(own, compared, strict=True)]
    lacks = run("matrix", *given, "--view", "weights")
    assert lacks.exit_code == 1
    assert "View weights: ngram has counts, compared, selected, difference." in lacks.stderr


# --- a lab as it is


@pytest.fixture
def file(lab: Lab, tmp_path: Path) -> Path:
    """A lab of four runs: an n-gram is selected, and compared with the counts."""
    lab.selected.train(more=10)
    lab.selected.advance(10)
    lab.runs.begin("ngram", {"order": 5}, "five")
    lab.runs.begin("ngram", {"order": 3}, "three")
    return save(lab, tmp_path / "a")


def test_a_run_of_a_lab_is_picked_by_its_name_or_its_kind(file: Path) -> None:
    taken = ("sample", "--resume", file)
    of_order = {
        order: output("sample", "--model", "ngram", "--set", f"order={order}") for order in (3, 5)
    }
    assert output(*taken) == output(*taken, "--model", "ngram") == of_order[3]
    assert output(*taken, "--run", "five") == of_order[5]
    trained = output("sample", "--model", "net", "--steps", 10, "--device", "cpu")
    assert output(*taken, "--run", "net") == output(*taken, "--model", "net") == trained
    assert output(*taken, "--model", "counts") == output("sample")
    score = lines("score", "emma", "--resume", file, "--run", "five")[0]
    assert {"nll_counts", "nll_five"} < score.keys()
    assert matrix("--resume", file, "--run", "five") == matrix(
        "--model", "ngram", "--set", "order=5"
    )


def test_a_run_that_there_is_none_of_is_told_with_those_there_are(file: Path) -> None:
    for picked, what in (("--run", "no run called six"), ("--model", "no model of the kind mlp")):
        given = (picked, "six" if picked == "--run" else "mlp")
        result = run("sample", "--resume", file, *given)
        assert result.exit_code == 1
        assert f"The lab has {what}. Its runs are counts, net, five, three." in result.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("sample --run net", "--run is of a lab: name that with --resume or --lab."),
        ("train --run net", "--run is of a lab that is resumed: name its file with --resume."),
        ("score a --resume a --run net --model net", "--run and --model name a model each"),
        ("sample --resume a --set smoothing=3", "--set belongs to the beginning of a lab"),
        ("sample --resume a --set hidden=3", "--set belongs to the beginning of a lab"),
        ("train --resume a --set seed=3", "--set belongs to the beginning of a training"),
        ("train --resume a --set hidden=3", "--set belongs to the beginning of a training"),
        ("train --resume a --model mlp", "--model belongs to the beginning of a training"),
    ],
)
def test_a_beginning_and_a_lab_as_it_is_are_not_mixed(arguments: str, complaint: str) -> None:
    result = run(*arguments.split())
    assert result.exit_code == 2
    assert complaint in result.stderr


def test_a_training_goes_on_with_the_run_that_is_named(file: Path) -> None:
    told = run("train", "--resume", file).stderr
    assert told.startswith("three has no steps, it is fitted to the data at once")
    *steps, done = lines("train", "--resume", file, "--run", "net", "--steps", 5, "--save", file)
    assert [step["step"] for step in steps] == list(range(11, 16))
    assert done["steps"] == 15
    resumed = load(file, device="cpu")
    assert (resumed.selected.name, resumed.selected.step) == ("net", 15)
    assert [each.name for each in resumed.runs] == ["counts", "net", "five", "three"]
