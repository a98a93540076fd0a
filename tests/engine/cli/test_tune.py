"""`makemore-tui tune`: what is fitted is chosen on the hold-out."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from engine.cli.option_groups.value_texts import text_of
from engine.data.built_in import built_in_path
from engine.data.corpus import Corpus
from engine.settings.model_kinds import KINDS
from tests.golden import WORDS, needs_words
from tui.__main__ import main

FEW = ("--hold-out", 0.1, "--set", "order=2,3", "--set", "smoothing=0,0.1,1", "--set", "escape=5")


@pytest.fixture(autouse=True)
def few_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Learn from a tenth of the built-in names, where no data is given."""
    names = built_in_path().read_text().split()[::10]
    (tmp_path / "names.txt").write_text("\n".join(names))
    monkeypatch.setattr(
        "engine.cli.option_groups.common.built_in_path", lambda: tmp_path / "names.txt"
    )


def run(*arguments: object, command: str = "tune") -> Result:
    return CliRunner().invoke(main, [command, *map(str, arguments)], prog_name="makemore-tui")


def lines(*arguments: object, command: str = "tune") -> list[Any]:
    """The JSON lines of a command that succeeds."""
    result = run(*arguments, "--json", command=command)
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def nll(tried: Any) -> float:
    """A figure of the hold-out; what JSON has no number for is infinite."""
    return math.inf if tried["held_out_nll"] is None else tried["held_out_nll"]


def test_each_that_is_tried_has_the_figure_of_train_and_the_best_comes_first() -> None:
    *tried, end = lines(*FEW)
    assert len(tried) == 2 * (3 + 1 + 1)
    assert [nll(each) for each in tried] == sorted(map(nll, tried))
    assert end["best"] == tried[0]
    for each in tried:
        settings = [f"--set={name}={text_of(v)}" for name, v in each["settings"].items()]
        (alone,) = lines("--model", "ngram", "--hold-out", 0.1, *settings, command="train")
        assert each["held_out_nll"] == alone["held_out_nll"]


def test_without_values_those_are_tried_that_keys_move_a_setting_to() -> None:
    *tried, _ = lines("--model", "counts", "--hold-out", 0.1)
    rungs = KINDS["counts"].setting("smoothing").rungs
    assert sorted(each["settings"]["smoothing"] for each in tried) == [*rungs]
    *tried, _ = lines("--hold-out", 0.1, "--set", "order=3")
    ngram = KINDS["ngram"]
    for method, name in (("add-k", "smoothing"), ("witten-bell", "escape"), ("kneser-ney", None)):
        own = [each["settings"] for each in tried if each["settings"]["method"] == method]
        rungs = (None,) if name is None else ngram.setting(name).rungs
        assert sorted(each.get(name) for each in own) == [*rungs]


def test_the_table_has_twenty_lines_and_the_command_that_opens_the_best() -> None:
    given = ("--hold-out", 0.1, "--set", "order=1,2,3", "--set", "method=add-k")
    *tried, end = lines(*given)
    result = run(*given)
    head, *rows, command = result.stdout.splitlines()
    assert head.split() == ["order", "smoothing", "parameters", "hold-out"]
    assert len(rows) == 20
    for row, each in zip(rows, tried, strict=False):
        assert row.split()[-1] == f"{each['held_out_nll']:.4f}"
    assert (
        command
        == end["command"]
        == ("makemore-tui --hold-out 0.1 --model ngram --set order=3 --set smoothing=0.2")
    )
    assert f"{len(tried)} were tried" in result.stderr


@needs_words
def test_the_best_add_k_is_that_of_eurekalabs_grid() -> None:
    given = ("--data", WORDS, "--split", "ngram", "--set", "across_words=yes")
    grid = ("--set", "method=add-k", "--set", "order=3,4,5", "--set", "smoothing=0.03,0.1,0.3,1")
    *tried, end = lines(*given, *grid, "--test")
    # Theirs leave out the first characters of each side.
    published = {(3, 0.03): 2.244292, (3, 1.0): 2.252144, (4, 0.1): 2.111846, (4, 1.0): 2.211435}
    figures = {(e["settings"]["order"], e["settings"]["smoothing"]): nll(e) for e in tried}
    assert len(figures) == 12
    for setting, figure in published.items():
        assert figures[setting] == pytest.approx(figure, abs=1e-4)
    assert end["best"]["settings"] == {
        "order": 4, "method": "add-k", "smoothing": 0.1, "across_words": True
    }  # fmt: skip
    assert end["best"]["test_nll"] == pytest.approx(2.106372, abs=6e-4)


def test_the_test_is_looked_at_once_and_for_the_best_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Corpus] = []
    tokens = Corpus.test_tokens.fget  # type: ignore[attr-defined]
    monkeypatch.setattr(Corpus, "test_tokens", property(lambda c: (looks.append(c), tokens(c))[1]))
    given = ("--split", "lecture", "--set", "order=2,3", "--set", "method=kneser-ney")
    *_, end = lines(*given)
    assert looks == []
    assert "test_nll" not in end["best"]
    *_, end = lines(*given, "--test")
    assert len(looks) == 1
    best = [
        f"--set={name}={value}"
        for name, value in end["best"]["settings"].items()
        if name in ("order", "method")
    ]
    (alone,) = lines("--split", "lecture", "--model", "ngram", *best, "--test", command="train")
    assert end["best"]["test_nll"] == alone["test_nll"]
    told = run(*given, "--test").stderr
    assert "words kept for a test, evaluated once" in told


@pytest.mark.parametrize(
    ("given", "code", "complaint"),
    [
        ("", 2, "there is none: give --hold-out, --hold-out-data, or --split lecture or ngram."),
        ("--split makemore", 2, "The hold-out decides what is best, and there is none"),
        ("--model mlp --hold-out 0.1", 2, "--model mlp is trained, not fitted at once"),
        ("--hold-out 0.1 --set order=9", 2, "Order 9: give a whole number from 1 to 8."),
        ("--hold-out 0.1 --test", 1, "There are no words for a test"),
    ],
)
def test_what_is_wrong_is_told(given: str, code: int, complaint: str) -> None:
    result = run(*given.split())
    assert (result.exit_code, result.stdout) == (code, "")
    assert complaint in " ".join(result.stderr.split())
