"""What is found of a data file before it is opened, and options that a person writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import DataError, EngineError
from engine.server.data_preview import examined, parsed
from engine.server.file_browser import FileBrowser
from engine.settings.data_format import DataFormat
from engine.wire.requests import Examine, Open

TABLE = "name,sex,count\nAna,F,3\nBo,M,1\n"


def test_what_is_found_comes_as_options_that_find_the_same(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text(TABLE)
    found = examined(str(path), "")
    assert found.data_format == DataFormat(), "nobody asked for anything"
    assert parsed(found.options).data_format.format == "csv"
    assert "names.csv" in found.found
    again = examined(str(path), found.options)
    assert again.options == found.options


def test_options_leave_to_be_found_what_they_do_not_say(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text(TABLE)
    found = examined(str(path), "--weight count --lower --hold-out-data 'held out.csv'")
    assert found.data_format == DataFormat(weight="count", lower=True)
    assert found.hold_out_data == "held out.csv"
    assert found.options.startswith("--format csv")
    assert found.options.endswith("--lower --hold-out-data 'held out.csv'")


def test_the_built_in_names_are_lines() -> None:
    assert examined(None, "").options == "--format lines"


@pytest.mark.parametrize(
    "how",
    [
        DataFormat(),
        DataFormat("csv", "first name", "-1", True, "#", "latin-1", True, 26),
        DataFormat("tsv", "'", '"', False, "--"),
        DataFormat("json", column="--format"),
        DataFormat("text", encoding="utf-16"),
    ],
)
def test_options_say_the_format_that_they_were_made_of(how: DataFormat) -> None:
    opening = Open(data_format=how, hold_out_data="-a file")
    assert parsed(opening.options) == opening


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ("--colum 1", "No such option.*--colum.*--column"),
        ("--format", "--format.*requires an argument"),
        ("--format xml", "'xml' is not one of"),
        ("--encoding klingon", "klingon"),
        ("--alphabet 5000", "5000"),
        ("--column 'a", "no closing quotation"),
        ("--column \\", "no escaped character"),
        ("words.csv", "unexpected extra argument"),
        ("--format text --column 1", "text"),
        ("--help", "No such option.*--help"),
        ("--version", "No such option.*--version"),
    ],
)
def test_what_is_wrong_with_options_is_a_sentence(options: str, complaint: str) -> None:
    with pytest.raises(EngineError, match=complaint) as error:
        parsed(options)
    assert "\n" not in str(error.value)


async def test_a_file_is_examined_beside_the_server(write: Callable[[str], Path]) -> None:
    shelf = FileBrowser()
    assert (await shelf.answer(Examine(str(write("emma\n")), "--lower"))).options == (
        "--format lines --lower"
    )
    with pytest.raises(DataError, match="no such file"):
        await shelf.answer(Examine("/nowhere/a", ""))
