"""`makemore-tui sample`: many names at once, as JSON, as CSV, into a file."""

import csv
import errno
import io
import json
import os
import sys
import time
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result

from engine.bench.pseudo_terminal import Pty
from engine.cli.commands.sample import _drawn_names
from engine.data.built_in import built_in_path
from engine.devices import one_thread
from engine.lab.lab import Lab
from engine.sampling.batch_scoring import NameScorer, TableScorer
from engine.sampling.names import draw_keyed, has_ended
from engine.sampling.scoring import mean_nll, probabilities_of, symbols_of
from engine.settings.limits import LENGTH_LIMIT
from tui.__main__ import main


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["sample", "--device", "cpu", *map(str, arguments)])


@pytest.mark.parametrize("prefix", ["", "é𝔸"])
@pytest.mark.parametrize("smoothing", [0, 1])
@pytest.mark.parametrize("kind", [NameScorer, TableScorer])
def test_names_scored_together_have_the_digits_of_each_alone(
    kind: type[NameScorer], prefix: str, smoothing: float, tmp_path: Path
) -> None:
    data = tmp_path / "data.txt"
    data.write_text("emma\nolivia\né𝔸ra\nan\u200cna\nzz top\n")
    lab = Lab(data, device="cpu")
    lab.configure({"smoothing": smoothing})
    model, corpus = lab.compared.model, lab.corpus
    names = [*draw_keyed(model, corpus.vocabulary, 1, 0, 300, prefix), "z" * (LENGTH_LIMIT + 2)]
    scorer = kind(corpus, model)
    together = [*scorer.scored(names[:100], LENGTH_LIMIT + len(prefix))]
    together += scorer.scored(names[100:], LENGTH_LIMIT + len(prefix))
    assert [scored.name for scored in together] == names
    for scored in together:
        ended = has_ended(scored.name, prefix)
        symbols = symbols_of(scored.name, corpus.vocabulary)
        alone = probabilities_of(symbols if ended else symbols[:-1], model)
        assert scored.probabilities == alone
        assert scored.nll == mean_nll(alone)
        assert scored.in_data == corpus.has(scored.name)
    assert smoothing or any(scored.in_data for scored in together)
    assert not has_ended(names[-1], prefix)


def test_csv_and_json_tell_the_same_names() -> None:
    objects = [json.loads(line) for line in run("-n", 20, "--json").stdout.splitlines()]
    header, *rows = csv.reader(io.StringIO(run("-n", 20, "--csv").stdout))
    assert header == ["index", "model", "name", "nll", "in_data"]
    assert [row[:2] for row in rows] == [[str(index), "counts"] for index in range(20)]
    assert [(row[2], float(row[3]), json.loads(row[4])) for row in rows] == [
        (name["name"], name["nll"], name["in_data"]) for name in objects
    ]
    assert [name["name"] for name in objects] == run("-n", 20).stdout.splitlines()


@pytest.mark.slow
def test_many_names_with_all_that_is_known_of_each_take_five_times_as_long_at_the_most() -> None:
    lab = Lab(built_in_path(), device="cpu")

    def seconds(form: str) -> float:
        started = time.thread_time()
        for _ in _drawn_names(lab, lab.compared, form, 20_000):  # type: ignore[arg-type]
            pass
        return time.thread_time() - started

    with one_thread():
        plain, of_json, of_csv = (
            min(seconds(form) for _ in range(3)) for form in ("plain", "json", "csv")
        )
    # Here some tens of times would come of a name at a time; the command itself is in `bench`.
    assert of_json < 10 * plain
    assert of_csv < 10 * plain


@pytest.mark.parametrize(
    ("name", "option"), [("a.csv", "--csv"), ("a.json", "--json"), ("a.JSONL", "--json"), ("a", "")]
)
def test_the_ending_of_a_file_decides_what_is_written(
    name: str, option: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    result = run("-n", 30, "--out", path)
    assert (result.exit_code, result.stdout) == (0, "")
    assert path.read_text() == run("-n", 30, *filter(None, [option])).stdout
    assert os.listdir(tmp_path) == [name]


def test_an_option_counts_more_than_the_ending(tmp_path: Path) -> None:
    run("-n", 3, "--csv", "--out", tmp_path / "a.json")
    assert (tmp_path / "a.json").read_text() == run("-n", 3, "--csv").stdout


def test_a_file_that_is_there_is_replaced_only_where_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("mine\n")
    result = run("--out", path)
    assert result.exit_code == 1
    assert "names.txt exists. --overwrite replaces it, or give another name." in result.stderr
    assert path.read_text() == "mine\n"
    assert run("--out", path, "--overwrite").exit_code == 0
    assert path.read_text() == run().stdout


@pytest.mark.parametrize(
    ("name", "complaint"),
    [(".", "is a folder"), ("none/a", "There is no folder"), ("pipe", "no regular file")],
)
def test_where_no_file_can_be_is_said_before_anything_is_drawn(
    name: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.cli.labs.existing_lab.ExistingLab.lab", None)
    os.mkfifo(tmp_path / "pipe")
    result = run("--out", tmp_path / name, "--overwrite")
    assert result.exit_code == 1
    assert complaint in result.stderr


def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "a").write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    result = run("--out", tmp_path / "a", "--overwrite")
    assert result.exit_code == 1
    assert "was not written: the disk is full" in result.stderr
    assert (tmp_path / "a").read_text() == "old"
    assert os.listdir(tmp_path) == ["a"]


def test_a_model_that_cannot_end_is_cut_off_and_scored_without_an_end() -> None:
    (name,) = map(json.loads, run("-n", 1, "--temperature", 0, "--json").stdout.splitlines())
    assert len(name["probabilities"]) == len(name["name"]) + (len(name["name"]) < LENGTH_LIMIT)
    assert torch.tensor(name["probabilities"]).gt(0).all()


@pytest.mark.slow
def test_a_person_sees_how_far_the_drawing_of_many_names_is(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "tui", "sample", "-n", "30000", "--device", "cpu")
    with Pty((*command, "--out", str(tmp_path / "a")), 80, 24, {}) as terminal:
        assert terminal.wait_for_exit() == 0
        assert b"drawing  [####" in terminal.raw
    with Pty(command, 80, 24, {}) as terminal:
        assert terminal.wait_for_exit() == 0
        assert b"drawing" not in terminal.raw, "it would be drawn among the names"
