"""How data is read: said on the command line of every command, kept in checkpoints, told."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from engine.checkpoints.checkpoint import load, save
from engine.checkpoints.header import peek
from engine.checkpoints.opening import already_open, lab_of
from engine.cli.labs.lab_choice import arrive
from engine.data.built_in import built_in_path
from engine.errors import CheckpointError
from engine.lab.snapshots import dataset_opened
from engine.local.lab_summary import resumable
from engine.local.paths import LabPaths
from engine.settings.data_format import DataFormat
from engine.wire.requests import Open, Resume
from engine.wire.statistics import Figure
from tests.engine.checkpoints.crafting import crafted, everything, refused, train
from tests.engine.cli.test_lab_choice import listed
from tui.__main__ import main

NAMES = "name,sex,count\nAna,F,3\nBo,M,1\n"
FOUND = "names.csv is read as csv with a header, words from column 1 (name)"


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("names.csv").write_text(NAMES)
    return tmp_path / "names.csv"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)), prog_name="makemore-tui")


def lines(*arguments: object) -> list[Any]:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_stats_says_both_figures_of_a_weighted_table(table: Path) -> None:
    result = run("stats", "--data", table, "--column", "1", "--weight", "count")
    assert result.stderr.startswith(f"{FOUND}, weights from column 3 (count).")
    assert re.search("^words by weight +4\ndistinct words +2\n", result.stdout, re.MULTILINE)
    (stats,) = lines("stats", "--data", table, "--weight", "3", "--json")
    assert (stats["words"], stats["distinct"], stats["format"]) == (4, 2, "csv")


def test_stats_says_what_was_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("# c\naab\nab\nac\n")
    (tmp_path / "b.txt").write_text("b\nba\n")
    options = ("--comments", "#", "--alphabet", 2, "--hold-out-data", tmp_path / "b.txt")
    result = run("stats", "--data", tmp_path / "a.txt", *options)
    for line in ("words held out +2", "comment lines +1", "words left out, beyond the alphabet +1"):
        assert re.search(f"^{line}$", result.stdout, re.MULTILINE)
    (stats,) = lines("stats", "--data", tmp_path / "a.txt", *options, "--json")
    assert (stats["held_out"], stats["comment_lines"], stats["left_out"]) == (2, 1, 1)


def test_stats_of_a_running_text(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("to be\nor not\n")
    result = run("stats", "--data", tmp_path / "a", "--format", "text")
    assert re.search("^characters +13$", result.stdout, re.MULTILINE)
    assert "words " not in result.stdout


@pytest.mark.parametrize(
    "command",
    [
        ("sample", "-n", "2", "--smoothing", "0", "--temperature", "0"),
        ("score", "Ana", "--steps", "1"),
        ("matrix",),
        ("train", "--steps", "1"),
    ],
)
def test_every_command_reads_a_table_and_says_so(command: tuple[str, ...], table: Path) -> None:
    result = run(*command, "--data", table, "--weight", "3")
    assert result.exit_code == 0, result.output
    assert FOUND in result.stderr
    assert FOUND not in result.stdout
    assert "," not in run(*command, "--data", table, "--weight", "3").stdout or command == (
        "matrix",
    )


def test_the_lab_takes_the_options_too() -> None:
    text = run("lab", "--help").stdout
    for option in ("--format", "--column", "--weight", "--hold-out-data", "--alphabet"):
        assert option in text


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--format", "lines", "--column", "1"), "knows no columns"),
        (("--encoding", "klingon"), "Encoding klingon: give the name of an encoding"),
        (("--encoding", "rot13"), "Encoding rot13"),
        (("--alphabet", "5000"), "5000"),
        (("--format", "xml"), "xml"),
        (("--hold-out", "0.1", "--hold-out-data", "x"), "leave one of them out"),
    ],
)
def test_options_that_make_no_sense_are_wrong_usage(options: tuple[str, ...], why: str) -> None:
    result = run("train", *options)
    assert result.exit_code == 2
    assert why in result.stderr


def test_a_home_of_nobody_is_no_traceback() -> None:
    for command in (("stats",), ("train",), ("score", "a")):
        result = run(*command, "--data", "~nosuch/x")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "~nosuch/x: no such file. Check the path." in result.stderr


def test_a_resumed_training_reads_its_data_the_same_way(table: Path, tmp_path: Path) -> None:
    test = tmp_path / "test.csv"
    test.write_text("count,name,sex\n5,Anno,F\n")
    saved = tmp_path / "saved"
    options = ("--data", table, "--weight", "count", "--lower", "--hold-out-data", test)
    assert run("train", *options, "--steps", 5, "--save", saved).exit_code == 0
    contents = peek(saved)
    assert contents.data_format == DataFormat(
        "csv", column="name", weight="count", header=True, lower=True
    )
    result = run("train", "--resume", saved, "--steps", 5, "--save", saved)
    assert result.exit_code == 0, result.output
    assert "is read as" not in result.stderr, "nothing was left to be found"
    assert run("train", *options, "--steps", 10, "--save", tmp_path / "other").exit_code == 0
    assert everything(load(saved)) | {"settings": 0} == everything(load(tmp_path / "other")) | {
        "settings": 0
    }
    table.rename(tmp_path / "moved.txt")
    assert run("train", "--resume", saved, "--data", tmp_path / "moved.txt").exit_code == 0


@pytest.mark.parametrize("option", [("--weight", "3"), ("--lower",), ("--no-header",)])
def test_what_belongs_to_the_beginning_is_not_said_again(
    option: tuple[str, ...], tmp_path: Path
) -> None:
    result = run("train", "--resume", tmp_path / "a", *option)
    assert result.exit_code == 2
    assert f"{option[0].replace('--no-', '--')} belongs to the beginning" in result.stderr


@pytest.fixture
def held_out(table: Path) -> tuple[Path, Path]:
    """A checkpoint, and the file that it holds out."""
    test = table.with_name("test.csv")
    test.write_text("name,count\nBona,5\n")
    saved = table.with_name("saved")
    run("train", "--data", table, "--hold-out-data", test, "--steps", 2, "--save", saved)
    return saved, test


def test_a_hold_out_that_has_changed_or_gone_is_told(held_out: tuple[Path, Path]) -> None:
    saved, test = held_out
    test.write_text("name,count\nBono,5\n")
    assert f"{saved}: its hold-out {test} has changed since" in refused(saved)
    test.unlink()
    why = refused(saved)
    assert f"{saved}: its hold-out {test} is not there. If the file has moved, give its" in why
    assert "new place with --hold-out-data" in why


@pytest.mark.parametrize(
    "command",
    [("stats",), ("sample", "-n", "3"), ("score", "Ana"), ("matrix",), ("train", "--steps", "0")],
)
def test_a_hold_out_that_has_moved_is_found_with_an_option(
    command: tuple[str, ...], held_out: tuple[Path, Path]
) -> None:
    saved, test = held_out
    before = run(*command, "--resume", saved)
    assert before.exit_code == 0, before.output
    moved = test.rename(test.with_name("moved.csv"))
    assert run(*command, "--resume", saved).exit_code == 1
    found = run(*command, "--resume", saved, "--hold-out-data", moved)
    assert (found.exit_code, found.stdout) == (0, before.stdout)


def test_the_lab_is_told_where_its_hold_out_has_moved(held_out: tuple[Path, Path]) -> None:
    saved, test = held_out
    moved = test.rename(test.with_name("moved.csv"))
    lab = lab_of(Resume(str(saved), hold_out_data=str(moved)), None)
    assert (lab.selected.step, lab.corpus.hold_out_data) == (2, moved)
    lab.selected.train(more=2)
    save(lab, saved)
    assert load(saved).corpus.hold_out_data == moved, "and it is known from then on"


def test_a_hold_out_of_another_content_is_refused(held_out: tuple[Path, Path], table: Path) -> None:
    saved, _ = held_out
    other = table.with_name("other.csv")
    other.write_text("name,count\nBono,5\n")
    with pytest.raises(CheckpointError, match=f"{other} is not its hold-out, or has changed since"):
        load(saved, hold_out_data=other)
    run("train", "--data", table, "--steps", 2, "--save", saved)
    with pytest.raises(CheckpointError, match="without a file that is held out"):
        load(saved, hold_out_data=other)


def test_a_checkpoint_with_a_made_up_format_is_refused(table: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    run("train", "--data", table, "--steps", 2, "--save", saved)
    kept = saved.read_bytes()
    for change, why in (
        ({"format": "xml"}, "Invalid enum value"),
        ({"encoding": "klingon"}, "Encoding klingon"),
        ({"alphabet": -1}, "Alphabet -1"),
        ({"column": "\x1b[2J"}, r"no column \\x1b\[2J\. "),
        ({"unheard": 1}, "unknown field"),
        ({"column": "sex"}, "symbols, where its data has"),
    ):
        saved.write_bytes(kept)
        crafted(saved, lambda contents, *_, change=change: contents["data_format"].update(change))
        assert re.search(why, refused(saved))


def test_a_lab_opens_its_data_again_as_it_was_opened(table: Path, tmp_path: Path) -> None:
    test = tmp_path / "test.csv"
    test.write_text("name,count\nBona,5\n")
    how = DataFormat(weight="count", lower=True)
    lab = lab_of(Open(str(table), device="cpu", data_format=how, hold_out_data=str(test)), None)
    opened = dataset_opened(lab, 1)
    assert FOUND in opened.format_found
    values = {each.name: each.value for each in opened.statistics}
    assert [values[name] for name in ("words", "distinct", "held_out")] == [
        Figure(9), Figure(3), Figure(5),
    ]  # fmt: skip
    assert opened.hold_out_data == str(test)
    assert opened.data_format.column == "name"
    assert opened.opening is not None
    again = lab_of(opened.opening, None)
    assert dataset_opened(again, 1) == opened
    train(lab, 3)
    request = Open(str(table), data_format=DataFormat("lines"))
    assert not already_open(lab, request, None).is_asked
    assert already_open(lab, Open(str(table)), None).is_asked


def test_a_lab_left_on_the_built_in_names_is_not_one_on_names_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("names.txt").write_text("own\n")
    saved = tmp_path / "saved"
    run("train", "--steps", 1, "--save", saved)
    left = resumable(LabPaths("names"), "ended", saved)
    assert left.data == str(built_in_path())
    asked = []

    def confirm(question: str, default: bool) -> bool:
        asked.append((question, default))
        return default

    monkeypatch.setattr("click.confirm", confirm)
    lab = listed("ended", left.data, name="names", saved=str(saved))
    assert arrive(lab, str(tmp_path / "names.txt")) is None
    assert asked[0][1] is False, "enter alone does not resume another's data"
    assert f"instead of opening {tmp_path / 'names.txt'}" in asked[0][0]
