"""`makemore-tui rate`: a learning rate, as lecture 2 finds it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from tests.golden import WORDS, needs_words
from tui.__main__ import main


def run(*arguments: object) -> Result:
    given = ["rate", *map(str, arguments)]
    return CliRunner().invoke(main, given, prog_name="makemore-tui")


def test_the_rate_of_the_lectures_first_net_is_between_what_is_read_off() -> None:
    result = run("--device", "cpu", "--json")
    *steps, end = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["step"] for each in steps] == list(range(1, 1001))
    assert (steps[0]["learning_rate"], steps[-1]["learning_rate"]) == pytest.approx((0.5, 500))
    assert end["steepest"] < end["take"] < end["least"]
    assert end["steepest"] < 50 < end["least"]  # the lecture's
    assert end["least"] in [each["learning_rate"] for each in steps]
    assert end["command"] == f"makemore-tui --model bigram --set learning_rate={end['take']:g}"


def test_the_table_has_twenty_rows_and_the_command_that_opens_the_lab_with_that_rate() -> None:
    given = ("--device", "cpu", "--steps", 200, "--set", "seed=3")
    head, *rows, read_off, command = run(*given).stdout.splitlines()
    assert head.split() == ["rate", "loss"]
    assert len(rows) == 20
    assert read_off.startswith("steepest fall at ")
    rate = read_off.rpartition("take ")[2]
    assert command == f"makemore-tui --model bigram --set seed=3 --set learning_rate={rate}"


@needs_words
@pytest.mark.slow
def test_the_rate_of_lecture_2_comes_out() -> None:
    given = ("--model", "mlp", "--data", WORDS, "--split", "lecture", "--device", "cpu", "--json")
    end = json.loads(run(*given).stdout.splitlines()[-1])
    assert 0.05 <= end["take"] <= 0.2  # the lecture reads off 0.1


def test_it_is_told_where_the_losses_say_no_more() -> None:
    few = ("--device", "cpu", "--steps", 40)
    assert "The loss is no longer finite with a rate of" in run(*few, "--to", 1e300).stderr
    assert "--to a larger one may be better still." in run(*few, "--to", 5).stderr
    none = run(*few, "--from", 1e308, "--to", 1.1e308)
    assert none.exit_code == 1
    assert "Lower --from." in none.stderr


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("--model ngram", "--model ngram is not trained: it has no learning rate."),
        ("--from 2 --to 1", "--from 2 --to 1: give a smaller rate first."),
        ("--set learning_rate=1", "--set learning_rate: it is what is looked for"),
        ("--from 0", "0.0 is not in the range x>0"),
        ("--steps 3", "3 is not in the range x>=20"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_read(given: str, complaint: str) -> None:
    result = run("--data", "/nowhere", *given.split())
    assert result.exit_code == 2
    assert complaint in " ".join(result.stderr.split())
