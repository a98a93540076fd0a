"""The list of statistics: whoever tells them tells all of it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.data.statistics import statistics
from engine.lab.lab import Lab
from engine.lab.snapshots import dataset_opened, exported
from engine.settings.data_format import DataFormat
from engine.wire.statistics import Figure
from tui.__main__ import main

Write = Callable[[bytes | str], Path]


@pytest.mark.parametrize("form", ["lines", "text"])
def test_each_statistic_is_in_the_json_and_each_with_a_label_on_all_screens(
    form: str, write: Write
) -> None:
    path = write("anna\nbo\n\nanna\n")
    lab = Lab(path, device="cpu", data_format=DataFormat(form))  # type: ignore[arg-type]
    listed = statistics(lab.corpus)
    labelled = tuple(each for each in listed if each.label)
    assert len({each.name for each in listed}) == len(listed)
    assert json.loads(exported(lab, "dataset", "counts")).keys() > {each.name for each in listed}
    assert dataset_opened(lab, 1).statistics == labelled
    command = ("stats", "--data", str(path), "--format", form)
    told = CliRunner().invoke(main, command).stdout.splitlines()
    for each, line in zip(labelled, told[1:], strict=False):
        assert line.startswith(f"{each.names[0]} ")
        if isinstance(each.value, Figure):
            assert f" {each.value.number:,}" in line
    assert len(told) == len(labelled) + 3, "file, alphabet and numbers stand around them"


def test_the_figures_of_a_running_text(write: Write) -> None:
    lab = Lab(write("to be\nor\n"), device="cpu", data_format=DataFormat("text"))
    facts = json.loads(exported(lab, "dataset", "counts"))
    assert facts["total_characters"] == 9
    assert facts["distinct_characters"] == len(set("to be\nor\n"))
    assert facts["top_characters"][:3] == [["\n", 2], ["o", 2], [" ", 1]]
    assert facts["first_words"] == ["to be", "or"]
