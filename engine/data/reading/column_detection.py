"""Which column of a table holds the words, and whether it has a header; what else there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from engine.data.reading.columns import BadCell, column_at, column_called, described, is_number
from engine.errors import DataError
from engine.settings.data_format import DataFormat
from engine.text.printable import printable

WORDS: Final = {  # what a column of words is called
    "name", "names", "word", "words", "first name", "firstname", "first_name", "given name",
    "given_name", "forename", "last name", "lastname", "last_name", "surname", "vorname",
    "nachname", "prenom", "prénom", "preusuel", "title", "smiles", "domain", "term", "text",
}  # fmt: skip
COUNTS: Final = {  # what a column of weights is called
    "count", "counts", "number", "frequency", "freq", "n", "total", "weight", "births",
    "occurrences", "anzahl", "nombre",
}  # fmt: skip
OTHERS: Final = {"sex", "gender", "year", "rank", "id", "index", "country", "state", "language"}
YEARS: Final = range(1700, 2101)
SHOWN: Final = {" ": "blanks", "\t": "tabs"}  # delimiters
MOST_OFFERED: Final = 3  # other columns in a sentence


@dataclass(frozen=True)
class FirstRows:
    """The first rows of a table."""

    rows: Sequence[Sequence[str]]
    names: Sequence[str] | None = None  # of the columns; None: the first row may be a header
    delimiter: str = ""  # between the columns in the file

    def column(self, place: int) -> list[str]:
        """The cells of a column that have something in them."""
        cells = (row[place].strip() for row in self.rows if len(row) > place)
        return [cell for cell in cells if cell]

    def is_of_numbers(self, place: int) -> bool:
        """Whether a column has numbers only."""
        cells = self.column(place)
        return bool(cells) and all(map(is_number, cells))


def with_columns(
    path: Path, how: DataFormat, table: FirstRows, is_format_found: bool
) -> tuple[DataFormat, str]:
    """A format with its columns and its header, and what was found in a table, as a sentence.

    The format, too, may have been found. Raises DataError if there are no such columns.
    """
    header: bool | None = None
    if table.names is None:
        header = _has_header(table, how) if how.header is None else how.header
        width = max(map(len, table.rows), default=1)
        first = [*table.rows[0], *[""] * width][:width] if header and table.rows else [""] * width
        table = FirstRows(table.rows[header:], first, table.delimiter)
    assert table.names is not None
    names = table.names
    try:
        word = column_at(how.column, names) if how.column else _word_column(table)
        weight = column_at(how.weight, names) if how.weight else None
    except BadCell as error:
        hint = "" if header is not False else " --header takes their names from the first row."
        raise DataError(f"{printable(str(path))}: {error}{hint}") from None
    is_given = how.column and (header is None or how.header is not None)
    found = "" if is_given and not is_format_found else _sentence(path, how, table, header, word)
    return replace(
        how,
        column=column_called(word, names),
        weight="" if weight is None else column_called(weight, names),
        header=header,
    ), found


def _has_header(table: FirstRows, how: DataFormat) -> bool:
    """Whether the first row names the columns.

    It does where a column is to be found by a name, or where it has no number above a column of
    numbers. A table without numbers has a header where one of its cells is a usual name.
    """
    if any(wanted and not wanted.isdecimal() for wanted in (how.column, how.weight)):
        return True
    if not table.rows:
        return False
    first, rest = table.rows[0], FirstRows(table.rows[1:])
    numbers = [place for place in range(len(first)) if rest.is_of_numbers(place)]
    if numbers:
        return not any(is_number(first[place]) for place in numbers)
    usual = WORDS | COUNTS | OTHERS
    return any(cell.strip().casefold() in usual for cell in first)


def _word_column(table: FirstRows) -> int:
    """The column of the words: by its name, or the one without numbers that differs most."""
    assert table.names is not None
    for place, name in enumerate(table.names):
        if name.strip().casefold() in WORDS:
            return place
    places = [place for place in range(len(table.names)) if not table.is_of_numbers(place)]
    return max(places, key=lambda place: len(set(table.column(place))), default=0)


def _count_column(table: FirstRows, word: int) -> int | None:
    """The column that looks like how often each word counts."""
    assert table.names is not None
    names = [name.strip().casefold() for name in table.names]
    places = [
        place
        for place in range(len(names))
        if place != word and names[place] not in OTHERS and _are_counts(table.column(place))
    ]
    named = [place for place in places if names[place] in COUNTS]
    return next(iter(named or reversed(places)), None)


def _are_counts(cells: list[str]) -> bool:
    """Whether cells can be counts, and not years, nor the numbers of the rows."""
    if not cells or not all(cell.isdecimal() for cell in cells):
        return False
    numbers = [int(cell[:20]) for cell in cells]
    are_of_rows = numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] < 2
    return not are_of_rows and not all(number in YEARS for number in numbers)


def _sentence(path: Path, how: DataFormat, table: FirstRows, header: bool | None, word: int) -> str:
    assert table.names is not None
    names, weight = table.names, how.weight
    said = f"{printable(path.name)} is read as {how.format}"
    if table.delimiter not in ("", ",") and how.format == "csv":
        said += f" separated by {SHOWN.get(table.delimiter, table.delimiter)}"
    if header is not None:
        said += f" {'with' if header else 'without'} a header"
    said += f", words from column {described(word, names)}"
    if weight:
        said += f", weights from column {described(column_at(weight, names), names)}."
    elif (count := _count_column(table, word)) is not None:
        said += f". Column {described(count, names)} looks like counts: --weight {count + 1}."
    else:
        said += "."
    others = [
        f"--column {described(place, names)}"
        for place in range(len(names))
        if place != word and not table.is_of_numbers(place)
    ][:MOST_OFFERED]
    if header is not None:
        others.append("--no-header" if header else "--header")
    if how.format != "json":
        others.append("--format lines")
    return f"{said} Or {', '.join(others)}." if others else said
