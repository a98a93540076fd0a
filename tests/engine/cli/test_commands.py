"""The command line without a screen."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.golden import FIGURES, WORDS, needs_words
from tui.__main__ import main
from tui.doctor import screen_facts


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, prog_name="makemore-tui")


def lines(*arguments: str) -> list[Any]:
    """The JSON lines of a command that succeeds."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_stats_of_the_built_in_names() -> None:
    (stats,) = lines("stats")
    assert stats["words"] == stats["distinct"] == 10_120
    assert (stats["shortest"], stats["longest"]) == (2, 14)
    assert stats["bigrams"] == 71_474
    assert stats["characters"] == "abcdefghijklmnopqrstuvwxyz"
    assert stats["top_bigrams"][0] == ["a", ".", 2651]
    assert stats["first_words"][:2] == ["anthony", "karen"]
    assert stats["distinct_bigrams"] + stats["empty_cells"] == 27 * 27


@needs_words
def test_stats_of_the_lectures_names() -> None:
    (stats,) = lines("stats", "--data", str(WORDS))
    for name in ("words", "distinct", "bigrams", "distinct_bigrams", "characters", "first_words"):
        assert stats[name] == FIGURES[name]
    assert stats["top_bigrams"][:3] == FIGURES["top_bigrams"]


@needs_words
def test_training_prints_the_lectures_losses() -> None:
    *steps, done = lines("train", "--data", str(WORDS))
    assert [step["step"] for step in steps] == list(range(1, 101))
    losses = [step["loss"] for step in steps]
    assert losses == pytest.approx(FIGURES["exact_losses_float64"], abs=1e-8)
    assert (done["done"], done["steps"], done["loss"]) == (True, 100, losses[-1])
    assert done["nll"] == pytest.approx(FIGURES["net_nll_after_100_updates"], abs=1e-9)
    assert done["seconds"] > 0


@needs_words
@pytest.mark.parametrize("model", ["counts", "net"])
@pytest.mark.parametrize("stream", ["video", "notebook", "torch"])
def test_sampling_prints_the_lectures_names(model: str, stream: str) -> None:
    result = run("sample", "--data", str(WORDS), "--model", model, "--stream", stream)
    names = [name + "." for name in result.stdout.splitlines()]
    assert names == FIGURES["samples"][model][stream]


def test_sampled_names_carry_their_score() -> None:
    names = lines("sample", "-n", "50", "--prefix", "an")
    assert len(names) == 50
    assert all(name["name"].startswith("an") and name["nll"] > 0 for name in names)
    (scored,) = lines("score", names[0]["name"])
    assert scored["nll_counts"] == pytest.approx(names[0]["nll"])
    assert scored["in_data"] == names[0]["in_data"]
    assert names[0]["probabilities"] == [step["p_counts"] for step in scored["characters"]]


def test_options_change_what_is_trained() -> None:
    *_, plain = lines("train", "--steps", "5")
    *_, other = lines("train", "--steps", "5", "--seed", "1")
    *_, held = lines("train", "--steps", "5", "--hold-out", "0.2")
    assert plain["loss"] != other["loss"]
    assert held["held_out_nll"] > 0
    assert "held_out_nll" not in plain
    (untrained,) = lines("train", "--steps", "0")
    assert (untrained["steps"], untrained["loss"]) == (0, None)


def test_a_score_is_a_table_for_a_person() -> None:
    result = run("score", "andrejq", "jq")
    assert result.exit_code == 0
    first, header, *rows = result.stdout.splitlines()
    assert first == "andrejq (new)"
    assert header.split() == ["pair", "P", "counts", "NLL", "P", "net", "NLL"]
    pairs = [row[:2] for row in rows[:8]]
    assert pairs == [".a", "an", "nd", "dr", "re", "ej", "jq", "q."]


def test_a_word_that_is_given_twice_is_scored_twice() -> None:
    scores = lines("score", "emma", "ava", "emma", "--steps", "1")
    assert [score["word"] for score in scores] == ["emma", "ava", "emma"]
    assert scores[0] == scores[2]


def test_every_word_that_can_be_scored_is_and_of_the_others_it_is_said_why() -> None:
    result = run("score", "emma", "Zoe", "ava", "a9", "--json")
    emma, zoe, ava, other = map(json.loads, result.stdout.splitlines())
    assert [emma["nll_net"], ava["nll_net"]] == [
        score["nll_net"] for score in lines("score", "emma", "ava")
    ]
    assert (zoe["word"], zoe["nll_counts"], zoe["nll_net"]) == ("Zoe", None, None)
    assert "'Z' (character 1) does not occur in the data" in zoe["reason"]
    assert "'9' (character 2)" in other["reason"]
    assert result.exit_code == 1
    assert "2 of 4 words have no score. 'Zoe'" in result.stderr
    told = run("score", "emma", "Zoe", "ava").stdout.split("\n\n")
    assert [table.split()[0] for table in told] == ["emma", "Zoe", "ava"]
    assert "(not scored)" in told[1]


def test_where_no_word_can_be_scored_nothing_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.cli.option_groups.training_options.Training.finish", None)
    result = run("score", "em9a")
    assert result.exit_code == 1
    assert "'9' (character 3)" in result.stderr


def test_words_come_from_standard_input_too_a_line_each() -> None:
    arguments = ("score", "ava", "-", "mia", "--json", "--steps", "1")
    result = CliRunner().invoke(main, arguments, input="  emma \n\nolivia\n")
    words = [json.loads(line)["word"] for line in result.stdout.splitlines()]
    assert words == ["ava", "emma", "olivia", "mia"]
    nothing = CliRunner().invoke(main, ("score", "-"), input="\n")
    assert (nothing.exit_code, nothing.stdout) == (0, "")


def test_bigrams_are_listed_as_many_as_asked_for() -> None:
    (every,) = lines("stats", "--bigrams", "all")
    assert len(every["top_bigrams"]) == every["distinct_bigrams"] == 538
    assert sum(count for *_, count in every["top_bigrams"]) == every["bigrams"]
    counts = [count for *_, count in every["top_bigrams"]]
    assert counts == sorted(counts, reverse=True)
    (three,) = lines("stats", "--bigrams", "3")
    assert three["top_bigrams"] == every["top_bigrams"][:3]
    assert run("stats", "--bigrams", "2").stdout.endswith(
        " z 26\na.                  2,651\nan                  1,692\n"
    )
    for wrong in ("0", "-1", "some", "²"):
        assert "give a number from 1 up, or all" in run("stats", "--bigrams", wrong).stderr


def test_stats_tells_the_number_of_each_symbol() -> None:
    (facts,) = lines("stats")
    assert facts["symbols"] == {".": 0, **{chr(96 + i): i for i in range(1, 27)}}
    assert ". 0  a 1  b 2" in run("stats").stdout


@pytest.mark.parametrize("view", ["counts", "probabilities", "net", "weights", "difference"])
def test_a_matrix_is_csv_with_the_characters_as_header(view: str) -> None:
    result = run("matrix", "--view", view)
    header, *rows = csv.reader(io.StringIO(result.stdout))
    assert header == ["", ".", *"abcdefghijklmnopqrstuvwxyz"]
    assert [row[0] for row in rows] == header[1:]
    values = [[float(value) for value in row[1:]] for row in rows]
    if view == "counts":
        assert sum(map(sum, values)) == 71_474
    elif view in ("probabilities", "net"):
        assert [sum(row) for row in values] == pytest.approx([1] * 27)
    elif view == "difference":
        assert [sum(row) for row in values] == pytest.approx([0] * 27, abs=1e-9)


def test_what_is_impossible_has_no_number_in_json() -> None:
    (score,) = lines("score", "jq", "--smoothing", "0")
    assert score["nll_counts"] is None
    assert score["characters"][1]["nll_counts"] is None
    assert score["nll_net"] > 0


def test_doctor_knows_the_machine() -> None:
    (facts,) = lines("doctor")
    assert facts["device cpu"]
    assert facts["python"].startswith(".".join(map(str, sys.version_info[:3])))
    assert Path(facts["built-in data"]).exists()


@pytest.mark.parametrize(
    ("environ", "config", "colour", "characters"),
    [
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, "", "256 colours", "Unicode"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "", "none", "Unicode"),
        ({"TERM": "linux"}, "", "8 colours", "ASCII"),
        ({"TERM": "xterm-kitty"}, "", "truecolour", "Unicode"),
        ({"TERM": "vt220", "COLORTERM": "truecolor"}, "", "16 colours", "Unicode"),
        ({"TERM": "xterm-kitty"}, "slow_link = true", "256 colours", "Unicode"),
        ({"TERM": "xterm-kitty"}, 'colour = "16"\nascii = true', "16 colours", "ASCII"),
        ({"TERM": "xterm-kitty"}, "colour = 16", "truecolour", "Unicode"),
    ],
)
def test_doctor_tells_the_colours_and_characters_that_the_lab_uses(
    environ: dict[str, str], config: str, colour: str, characters: str, tmp_path: Path
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(config)
    facts = screen_facts(environ, path)
    assert (facts["colour"], facts["characters"]) == (colour, characters)
    assert facts["configuration"].startswith(str(path))
    assert ("colour is 16. Give one of" in facts["configuration"]) == (config == "colour = 16")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["stats", "--data", "/nowhere\x1b[31m"], "/nowhere\\x1b[31m: no such file"),
        (["stats", "--data", "/"], "/ is a folder"),
        (["sample", "--prefix", "a9"], "'9' (character 2) does not occur in the data"),
        (["sample", "--top-k", "28"], "there are 27 symbols"),
        (["train", "--learning-rate", "1e9"], "no longer finite"),
        (["train", "--device", "cuda:77"], "--device cuda:77: torch does not see it. It sees cpu"),
        (["score", "an\x1b"], "'\\x1b' (character 3)"),
    ],
)
def test_an_error_is_one_sentence_and_exit_code_1(arguments: list[str], complaint: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("makemore-tui: ")
    assert complaint in result.stderr
    assert result.stderr.strip().isprintable()
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["sample", "--model", "gpt"], ["train", "--steps", "x"], ["score"], ["--data"]],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["sample", "--seed", "-1"], "give a whole number from 0 to 4,294,967,295"),
        (["sample", "--temperature", "-1"], "give a number from 0 up"),
        (["sample", "--temperature", "nan"], "give a number from 0 up"),
        (["sample", "--top-k", "-1"], "x>=0"),
        (["train", "--learning-rate", "nan"], "give a number above 0"),
        (["train", "--regularisation", "-1"], "give a number from 0 up"),
        (["train", "--hold-out", "1"], "give a fraction"),
        (["train", "--save-every", "nan"], "give a number of seconds from 0 up"),
        (["lab", "--hold-out", "nan"], "give a fraction"),
        (["train", "--seed", "-1"], "give a whole number from 0 to 18,446,744,073,709,551,615"),
        (["sample", "--csv", "--json"], "Results are CSV or JSON"),
        (["matrix", "--smoothing", "inf"], "give a number from 0 to"),
        (["sampel"], "There is no command 'sampel'. The nearest is sample."),
        (["Train"], "The nearest is train."),
        (["x\x1b[31m"], "There is no command 'x\\x1b[31m'. --help lists them all."),
    ],
)
def test_a_value_that_makes_no_sense_is_wrong_usage_and_which_would_is_said(
    arguments: list[str], complaint: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr


def test_a_file_that_is_given_in_place_of_a_command_comes_with_the_option_that_opens_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my names.txt").write_text("emma\nava\n")
    for file, option in (("my names.txt", "--data 'my names.txt'"), ("a.lab", "--resume a.lab")):
        if not Path(file).exists():
            assert run("train", "--steps", "1", "--save", file).exit_code == 0
        told = run(file).stderr
        assert f"There is no command '{file}'. makemore-tui {option} opens the file." in told


def test_without_a_terminal_the_lab_says_what_to_do_instead() -> None:
    result = run()
    assert result.exit_code == 2
    assert "needs a terminal" in result.stderr
    assert "stats, train, sample" in result.stderr


@pytest.mark.slow
def test_results_can_be_cut_short_by_a_pipe() -> None:
    done = subprocess.run(
        f"{sys.executable} -m tui sample -n 200000 | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        check=False,
    )
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_what_the_system_refuses_is_told_of_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(24, "Too many open files")

    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/a\x1bb")

    for refusal, said in ((refused, "Too many"), (forbidden, "/a\\x1bb: Permission denied")):
        monkeypatch.setattr("engine.cli.commands.ls.labs", refusal)
        result = run("ls")
        assert result.exit_code == 1
        assert result.stderr.startswith(f"makemore-tui: {said}")


@pytest.mark.parametrize("redirected", ["</dev/null", "<{file}", "<&-", ">{file}"])
def test_an_engine_that_is_to_speak_through_what_is_no_pipe_says_so(
    redirected: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    command = f"{sys.executable} -m tui engine --stdio --name x"
    command = f"true | {command} {redirected.format(file=tmp_path / 'file')}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("makemore-tui: engine --stdio speaks through two pipes")
    assert len(done.stderr.splitlines()) == 1
