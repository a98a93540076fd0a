"""The columns of a table: which holds the words, which their weights, and what a cell says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from engine.data.reading.batch import Batch
from engine.data.reading.chunks import normalised
from engine.settings.limits import LARGEST_WEIGHT
from engine.text.printable import printable

BATCH: Final = 1 << 20  # characters counted at a time
WHOLE: Final = re.compile(r"\+?\d+(\.00?)?")
# Groups of three behind a blank or an apostrophe; behind a comma where that is no decimal sign.
# A point may be either: such a weight is refused.
GROUPED: Final = re.compile(r"\+?\d{1,3}([ '’\u00a0\u2009\u202f]\d{3})+")
GROUPED_BY_COMMA: Final = re.compile(r"\+?\d{1,3}(,\d{3})+(\.00?)?")
NUMBER: Final = re.compile(r"[-+−]?[\d.,'’\u00a0\u2009\u202f ]*\d ?%?")
MOST_LISTED: Final = 12  # columns in a sentence


class BadCell(ValueError):
    """What a cell has is no word, or no weight: the end of a sentence that says where it is."""


def column_at(wanted: str, names: Sequence[str]) -> int:
    """The place, from 0, of a column of a name, or of a number from 1; a name goes before a number.

    The names are empty where the columns have none. Raises BadCell if there is no such column.

    >>> column_at("count", ["name", "sex", "count"]), column_at("3", ["", "", ""])
    (2, 2)
    """
    wanted = normalised(wanted)
    for same in (str.strip, lambda name: name.strip().casefold()):
        for place, name in enumerate(names):
            if name and same(name) == same(wanted):
                return place
    if wanted.isdecimal() and 1 <= int(wanted[:9]) <= len(names):
        return int(wanted) - 1
    raise BadCell(f"there is no column {printable(wanted)}. There are: {listed(names)}.")


def column_called(place: int, names: Sequence[str]) -> str:
    """What `column_at` finds a column by: its name, or its number where that is not its alone."""
    name = names[place].strip()
    for called in (name, str(place + 1)):
        try:
            if called and called.isprintable() and column_at(called, names) == place:
                return called
        except BadCell:
            continue
    return str(place + 1)


def listed(names: Sequence[str]) -> str:
    """The columns, for a sentence.

    >>> listed(["name", ""])
    '1 (name), 2'
    """
    some = [described(place, names) for place in range(min(len(names), MOST_LISTED))]
    more = f" and {len(names) - MOST_LISTED:,} more" if len(names) > MOST_LISTED else ""
    return ", ".join(some) + more


def described(place: int, names: Sequence[str]) -> str:
    """A column's number, and its name where it has one."""
    name = printable(names[place].strip()[:40])
    return f"{place + 1} ({name})" if name else f"{place + 1}"


def is_number(cell: str) -> bool:
    """Whether a cell has a number, however it is written.

    >>> [is_number(cell) for cell in ("7,065", "-1.5 %", "3rd", "")]
    [True, True, False, False]
    """
    return NUMBER.fullmatch(cell.strip()) is not None


def word_of(cell: str, lower: bool) -> str:
    """A cell as a word: NFC, stripped, without line breaks; raises BadCell for a NUL character."""
    word = cell.lower() if lower else cell
    if word.isascii() and word.isprintable():  # as most are: a third of the time
        return word.strip()
    if "\n" in word or "\r" in word:
        word = word.replace("\r\n", " ").replace("\r", " ").replace("\n", " ")
    if "\0" in word:
        raise BadCell("a NUL character, which no text has. Take it out.")
    return normalised(word).strip()


def weight_of(cell: str, *, comma_is_decimal: bool = False) -> int:
    """How often a word counts: a whole number, perhaps with its thousands set apart.

    Its comma is a decimal sign where the columns are separated by semicolons. Raises BadCell for
    what is no number from 0 to `LARGEST_WEIGHT`.

    >>> weight_of("7,065"), weight_of(" 7 065 "), weight_of("12.0")
    (7065, 7065, 12)
    """
    if cell.isdecimal() and len(cell) < len(str(LARGEST_WEIGHT)):
        return int(cell)
    text = cell.strip()
    weight = None
    if WHOLE.fullmatch(text):
        weight = int(text.partition(".")[0][:20])
    elif GROUPED.fullmatch(text) or (not comma_is_decimal and GROUPED_BY_COMMA.fullmatch(text)):
        weight = int("".join(filter(str.isdecimal, text.partition(".")[0]))[:20])
    if weight is None or weight > LARGEST_WEIGHT:
        found = f"'{printable(text[:40])}'" if text else "nothing"
        raise BadCell(
            f"the weight is {found}. Give a whole number from 0 to {LARGEST_WEIGHT:,}, without"
            " separators, or another column with --weight."
        )
    return weight


class Batches:
    """Collects words, and their weights if they have any, until there are enough to count."""

    def __init__(self, are_weighted: bool) -> None:
        self._are_weighted = are_weighted
        self._clear()

    def add(self, word: str, weight: int = 1) -> None:
        """A word; one that is empty, or counts for nothing, is left out."""
        if not word:
            self.blank_lines += 1
        elif weight:
            self._words.append(word)
            self._characters += len(word) + 1
            if self._are_weighted:
                self._weights.append(weight)

    @property
    def is_full(self) -> bool:
        """Whether it is time to `take` them."""
        return self._characters >= BATCH

    def take(self) -> Batch:
        """All that has been collected; the next begins empty."""
        weights_W = np.array(self._weights, dtype=np.int64) if self._are_weighted else None
        batch = Batch(self._words, weights_W, self.blank_lines, self.comment_lines)
        self._clear()
        return batch

    def _clear(self) -> None:
        self.blank_lines = self.comment_lines = 0
        self._words: list[str] = []
        self._weights: list[int] = []
        self._characters = 0
