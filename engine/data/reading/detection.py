"""How a data file is to be read, where a person has not said all of it.

By its ending, and by its first lines: a list of words is read line by line, a table never without
a word about it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from engine.data.reading.column_detection import FirstRows, with_columns
from engine.data.reading.columns import is_number
from engine.data.reading.file_beginning import Head, read_head
from engine.data.reading.read_csv import (
    DELIMITERS,
    is_separated_by_blanks,
    sample_of,
    sample_rows,
    share_and_columns,
)
from engine.data.reading.read_json import cells_of, names_of, sample_items
from engine.settings.data_format import DataFormat, Format
from engine.settings.format_checks import check_format
from engine.text.printable import printable

ENDINGS: Final[dict[str, Format]] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
}
OBJECT: Final = re.compile(r'\s*\{\s*"(?:[^"\\]|\\.)*"\s*:')
NAMES: Final = {"\t": "tabs", ";": "semicolons", ",": "commas", "|": "bars"}
ALMOST_ALL: Final = 0.9  # of the first lines: a table may have a title, or a line too long
BLANKS_OF_PROSE: Final = 4  # in a line: more than names and titles have


def resolved(path: Path, asked: DataFormat) -> tuple[DataFormat, str]:
    """How a file is to be read, with nothing left open; and what was found, as a sentence.

    It is empty if there was nothing to find. Raises BadSetting if what was asked for does not go
    together, and DataError if the file cannot be read, or has no such columns.
    """
    check_format(asked)
    if asked.format in ("lines", "text"):
        return asked, ""
    head = read_head(path, asked)
    how = asked if asked.format != "auto" else replace(asked, format=_format(path, head))
    match how.format:
        case "lines":
            return how, _suspicion(path, head)
        case "json":
            table = _table_of_json(path, head)
        case _:
            delimiter, rows = sample_of(how, head.lines)
            table = FirstRows(rows, delimiter=delimiter)
    if table is None:
        found = f"{printable(path.name)} is read as json, words without columns."
        return how, found if asked.format == "auto" else ""
    return with_columns(path, how, table, is_format_found=asked.format == "auto")


def _format(path: Path, head: Head) -> Format:
    by_ending = ENDINGS.get(path.suffix.lower())
    if by_ending is not None:
        return by_ending
    if _is_json(path, head):
        return "json"
    how = head.how
    if how.column or how.weight or how.header is not None:
        return "tsv" if _is_table(head, "\t") else "csv"
    found = next((mark for mark in DELIMITERS if _is_table(head, mark)), None)
    return "lines" if found is None else "tsv" if found == "\t" else "csv"


def _is_table(head: Head, delimiter: str) -> bool:
    """Whether the first lines have columns: three or more, or two of which one is of numbers.

    A tab never stands within a word: there two are enough.
    """
    if delimiter not in head.text:
        return False
    lines = [line.strip() for line in head.lines]  # a word may be indented
    share, columns = share_and_columns(lines, delimiter)
    if share < ALMOST_ALL or columns < 2 or len(lines) < 2:
        return False
    return columns > 2 or delimiter == "\t" or _has_numbers(lines, delimiter)


def _has_numbers(lines: list[str], delimiter: str) -> bool:
    _, *rows = sample_rows(lines, delimiter)
    pairs = [row for row in rows if len(row) == 2]
    return bool(pairs) and any(all(map(is_number, column)) for column in zip(*pairs, strict=True))


def _is_json(path: Path, head: Head) -> bool:
    """Whether it begins as an array of words, objects or arrays does, or an object a line."""
    if not head.text.lstrip().startswith(("[", "{")):  # as SMILES may, too
        return False
    if OBJECT.match(head.text):  # on several lines, perhaps: reading the whole says what it is
        return True
    items = sample_items(path, head)
    return bool(items) and all(isinstance(item, str | dict | list) for item in items)


def _table_of_json(path: Path, head: Head) -> FirstRows | None:
    """The first objects, or arrays; None where they are words, or something else."""
    items = [item for item in sample_items(path, head) if item is not None]
    if not items or not isinstance(items[0], dict | list) or not items[0]:
        return None
    names = names_of(items[0])
    rows = [
        ["" if cell is None else str(cell) for cell in cells_of(item)]
        for item in items
        if type(item) is type(items[0]) and names_of(item) == names
    ]
    return FirstRows(rows, names)


def _suspicion(path: Path, head: Head) -> str:
    """What else lines could be; empty where they are words, with a stray comma or blank perhaps."""
    if not any(mark in head.text for mark in (*DELIMITERS, " ")):
        return ""
    name, lines = printable(path.name), [line.strip() for line in head.lines]
    for delimiter in DELIMITERS:
        if sum(delimiter in line for line in lines) * 2 > len(lines):
            table = "tsv" if delimiter == "\t" else "csv"
            return (
                f"{name} is read as lines, a word each, {NAMES[delimiter]} included: --format"
                f" {table} takes them for columns."
            )
    if is_separated_by_blanks(lines):
        return (
            f"{name} is read as lines, a word each, blanks and numbers included: --format csv takes"
            " them for columns."
        )
    if sum(line.count(" ") for line in lines) >= BLANKS_OF_PROSE * len(lines):
        return (
            f"{name} is read as lines, a word each: --format text takes all of it for one running"
            " text."
        )
    return ""
