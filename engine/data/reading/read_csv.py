"""A table of separated values (CSV, TSV): the words of a column, and how often each counts."""

from __future__ import annotations

import contextlib
import csv
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from engine.data.reading.batch import Batch
from engine.data.reading.chunks import read_chunks
from engine.data.reading.columns import BadCell, Batches, column_at, is_number, weight_of, word_of
from engine.data.reading.file_beginning import read_head
from engine.errors import DataError
from engine.files.digest import Digest
from engine.settings.data_format import DataFormat
from engine.text.printable import printable
from engine.text.quantity import quantity

DELIMITERS: Final = "\t;,|"  # of columns; of two that fit equally well the first
SAMPLE: Final = 100  # rows that the delimiter is known by


def read_csv(path: Path, how: DataFormat, digest: Digest | None = None) -> Iterator[Batch]:
    """The words of a column, in batches; `how` is resolved. Raises DataError, which says where."""
    name = printable(str(path))
    delimiter = delimiter_of(how, read_head(path, how).lines)
    lines = _Lines(path, how, digest)
    rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter == " ", strict=True)
    batches = Batches(bool(how.weight))
    try:
        columns: tuple[int, int | None] | None = None
        for row in rows:
            lines.row.clear()
            if not any(row) or (columns is None and not "".join(row).strip()):
                batches.blank_lines += 1
                continue
            if columns is None:
                columns = _columns(row, how)
                if how.header:
                    continue
            _add(row, columns, batches, how.lower, comma_is_decimal=delimiter == ";")
            if batches.is_full:
                yield batches.take()
    except BadCell as error:
        raise DataError(f"{name}, line {lines.line:,}: {error}") from None
    except csv.Error as error:
        raise DataError(f"{name}, line {_trouble(error, lines, delimiter)}") from None
    batches.comment_lines += lines.comments
    yield batches.take()


def delimiter_of(how: DataFormat, lines: Sequence[str]) -> str:
    """What stands between the columns: that which makes most columns in most of the first lines.

    >>> delimiter_of(DataFormat(format="csv"), ["a;1,5", "b;2,5"])
    ';'
    """
    if how.format == "tsv":
        return "\t"
    if named := _named_delimiter(lines):
        return named
    fits = {delimiter: share_and_columns(lines, delimiter) for delimiter in DELIMITERS}
    best = max(fits, key=lambda delimiter: (fits[delimiter][1] > 1, *fits[delimiter]))
    if fits[best][1] > 1:
        return best
    return " " if is_separated_by_blanks(lines) else ","


def sample_of(how: DataFormat, lines: Sequence[str]) -> tuple[str, list[list[str]]]:
    """What stands between the columns, and the first rows."""
    delimiter = delimiter_of(how, lines)
    return delimiter, sample_rows(lines[1:] if _named_delimiter(lines) else lines, delimiter)


def share_and_columns(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    """How many columns most of the first lines have, and the share of those."""
    widths = Counter(map(len, sample_rows(lines, delimiter)))
    if not widths:
        return 0.0, 0
    columns, rows = widths.most_common(1)[0]
    return rows / widths.total(), columns


def sample_rows(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The first rows, as far as they can be told; blank ones left out."""
    rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter == " ")
    found: list[list[str]] = []
    with contextlib.suppress(csv.Error):  # reading the whole will say what is wrong
        found += (row for row in islice(rows, SAMPLE) if "".join(row).strip())
    return found


def is_separated_by_blanks(lines: Sequence[str]) -> bool:
    """Whether the first lines are columns with blanks between them, and one is of numbers."""
    rows = sample_rows([line.strip() for line in lines], " ")
    widths = set(map(len, rows))
    if len(rows) < 2 or len(widths) != 1 or widths == {1}:
        return False
    return any(all(map(is_number, column)) for column in zip(*rows[1:], strict=True))


class _Lines:
    """A table's lines, of which csv makes rows; knows which it has come to."""

    def __init__(self, path: Path, how: DataFormat, digest: Digest | None) -> None:
        self.line = self.comments = 0
        self.row: list[tuple[int, str]] = []  # the lines of the present row, with their numbers
        self._path, self._how, self._digest = path, how, digest

    def __iter__(self) -> Iterator[str]:
        for chunk in read_chunks(self._path, self._digest, self._how.encoding):
            chunk.check_for_nul()
            for line in chunk.lines():
                self.line += 1
                if self.line == 1 and _named_delimiter([line]):
                    continue
                if self._how.comments and line.lstrip().startswith(self._how.comments):
                    self.comments += 1
                    continue
                self.row.append((self.line, line))
                yield line + "\n"


def _columns(first: list[str], how: DataFormat) -> tuple[int, int | None]:
    """Where the words and the weights are, by the first row."""
    names = first if how.header else [""] * len(first)
    return (
        column_at(how.column or "1", names),
        column_at(how.weight, names) if how.weight else None,
    )


def _add(
    row: list[str],
    columns: tuple[int, int | None],
    batches: Batches,
    lower: bool,
    comma_is_decimal: bool,
) -> None:
    word_at, weight_at = columns
    if len(row) <= max(word_at, weight_at or 0):
        raise BadCell(
            f"{quantity(len(row), 'column')}, where the words are in column {word_at + 1}"
            + ("" if weight_at is None else f" and the weights in column {weight_at + 1}")
            + ". Complete the line, take it out, or give the right columns with --column and"
            " --weight."
        )
    word = word_of(row[word_at], lower)
    if weight_at is None or not word:
        batches.add(word)
    else:
        batches.add(word, weight_of(row[weight_at], comma_is_decimal=comma_is_decimal))


def _named_delimiter(lines: Sequence[str]) -> str | None:
    """The delimiter that Excel is told by a first line `sep=;`."""
    first = lines[0] if lines else ""
    return first[4] if len(first) == 5 and first.startswith("sep=") else None


def _trouble(error: csv.Error, lines: _Lines, delimiter: str) -> str:
    """The line of what csv cannot read, and why."""
    why, row = str(error), lines.row
    most = f"{csv.field_size_limit():,} characters"
    if "unexpected end of data" in why:
        return (
            f"{_line_of_the_open_quote(row, delimiter):,}: the quote that is opened here is never"
            " closed. Close it, or double a quote that is meant as such."
        )
    if "field larger" in why and any('"' in line for _, line in row):
        opened = _line_of_the_open_quote(row[:-1] or row, delimiter)
        return (
            f"{opened:,}: the quote that is opened here is not closed within {most}. Close it, or"
            " double a quote that is meant as such."
        )
    if "field larger" in why:
        return f"{lines.line:,}: a cell of more than {most}. Shorten it, or take it out."
    if "expected after" in why:
        opened = _line_of_the_open_quote(row[:-1] or row, delimiter)
        since = "" if opened == lines.line else f" that is opened on line {opened:,}"
        return (
            f"{lines.line:,}: a quote{since} is closed within a cell. Double a quote that is meant"
            " as such."
        )
    return f"{lines.line:,}: no row of a table ({printable(why)}). Correct it, or take it out."


def _line_of_the_open_quote(row: Sequence[tuple[int, str]], delimiter: str) -> int:
    """On which line of an unfinished row the quote is opened that is open at its end.

    Each of these lines but the last ends within a quote; where it is the last one's, the cell is.
    """

    def cells(lines: int) -> int:
        texts = (line + "\n" for _, line in row[:lines])
        return len(next(csv.reader(texts, delimiter=delimiter, skipinitialspace=delimiter == " ")))

    try:
        return row[bisect_left(range(1, len(row) + 1), cells(len(row)), key=cells)][0]
    except csv.Error:  # a cell that is too large
        return row[-1][0]
