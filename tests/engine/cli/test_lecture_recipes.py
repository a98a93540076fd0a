"""The recipes of lectures 3 and 5: what was published comes out, by the command."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.golden import WORDS, needs_words
from tui.__main__ import main

# The first 100 losses, and the NLL on the test side, were measured by the lectures' own loops.
LECTURES: dict[str, Any] = json.loads((Path(__file__).parents[2] / "lectures.json").read_text())

pytestmark = needs_words


def trained(recipe: str, *arguments: object) -> list[dict[str, Any]]:
    """The JSON lines of the command."""
    given = ("train", "--recipe", recipe, "--data", WORDS, "--device", "cpu", "--json", *arguments)
    result = CliRunner().invoke(main, list(map(str, given)), prog_name="makemore-tui")
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def printed_losses(recipe: str) -> dict[int, float]:
    """By the number of the step, from 1."""
    return {int(i) + 1: loss for i, loss in LECTURES[recipe]["printed_losses"].items()}


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("recipe", LECTURES)
def test_the_first_losses_are_those_of_the_lecture(recipe: str) -> None:
    losses = [line["loss"] for line in trained(recipe, "--steps", 100) if "step" in line]
    assert losses == pytest.approx(LECTURES[recipe]["losses"], abs=1e-4)


@pytest.mark.slow
def test_the_whole_run_of_lecture_3_arrives_where_the_lecture_does() -> None:
    lines = trained("lecture3", "--test")
    losses = {line["step"]: line["loss"] for line in lines if "step" in line}
    printed = printed_losses("lecture3")
    assert {step: losses[step] for step in printed} == pytest.approx(printed, abs=5e-4)
    (end,) = (line for line in lines if "done" in line)
    published = LECTURES["lecture3"]["nlls"]
    assert end["nll"] == pytest.approx(published["train"], abs=5e-4)
    assert end["held_out_nll"] == pytest.approx(published["dev"], abs=5e-4)
    assert end["test_nll"] == pytest.approx(published["test"], abs=5e-4)
    names = [f"{line['name']}." for line in lines if "name" in line]
    assert names == LECTURES["lecture3"]["names"]


@pytest.mark.slow
def test_lecture_5_prints_the_losses_that_were_published_as_far_as_10_001_steps_go() -> None:
    losses = {line["step"]: line["loss"] for line in trained("lecture5", "--steps", 10_001)[:-1]}
    printed = {step: loss for step, loss in printed_losses("lecture5").items() if step in losses}
    assert list(printed) == [1, 10_001]
    assert {step: losses[step] for step in printed} == pytest.approx(printed, abs=1e-3)
