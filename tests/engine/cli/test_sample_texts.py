"""`makemore-tui sample` on one running text."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tui.__main__ import main

TEXT = "To be, or not to be:\nthat is the question.\n\n" * 30


@pytest.fixture
def path(tmp_path: Path) -> str:
    (tmp_path / "text.txt").write_text(TEXT)
    return str(tmp_path / "text.txt")


def sample(path: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["sample", "--data", path, "--format", "text", *arguments])


@pytest.mark.parametrize("stream", ["keyed", "video", "notebook", "torch"])
def test_a_text_has_as_many_characters_as_asked_for_and_a_line_end(path: str, stream: str) -> None:
    result = sample(path, "--length", "1234", "--stream", stream)
    assert result.exit_code == 0
    assert len(result.stdout) == 1234 + 1
    assert set(result.stdout) <= set(TEXT)


def test_one_text_of_500_characters_is_drawn_where_nothing_else_is_asked_for(path: str) -> None:
    assert len(sample(path).stdout) == 500 + 1


def test_several_texts_have_a_line_between_them_and_are_those_of_their_numbers(path: str) -> None:
    result = sample(path, "-n", "3", "--length", "40", "--prefix", "be")
    texts = result.stdout[:-1].split("\n---------------\n")
    assert [len(text) for text in texts] == [42, 42, 42]
    assert all(text.startswith("be") for text in texts)
    (first,) = (json.loads(line) for line in sample(path, "--length", "40", "--prefix", "be",
                                                    "--json").stdout.splitlines())  # fmt: skip
    assert first["text"] == texts[0]
    assert first["nll"] > 0
    _, *rows = csv.reader(io.StringIO(sample(path, "-n", "2", "--length", "40", "--csv").stdout))
    assert [len(row[2]) for row in rows] == [40, 40]


def test_a_text_goes_into_a_file_as_it_is(path: str, tmp_path: Path) -> None:
    result = sample(path, "--length", "3000", "--out", str(tmp_path / "drawn.txt"))
    assert result.exit_code == 0
    assert (tmp_path / "drawn.txt").read_text() == sample(path, "--length", "3000").stdout


def test_a_length_of_names_is_refused(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("emma\nava\n")
    result = CliRunner().invoke(
        main, ["sample", "--data", str(tmp_path / "names.txt"), "--length", "5"]
    )
    assert result.exit_code == 2
    assert "--length is that of a running text" in result.stderr
