"""The figures of a data set: their names and values, the most important first."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from textual.content import Content

from engine.wire.events import DatasetOpened

Figure = tuple[str, str]  # name and value

_SHORTEST: Final = 6  # columns of a name beside its number
# Where the names are too long, as no two may be cut to the same.
_SHORT: Final = {
    "words by weight": "words", "distinct words": "distinct", "distinct characters": "distinct",
    "distinct pairs": "pairs", "empty cells": "empty", "blank lines skipped": "blank",
    "comment lines": "comments", "words left out": "left out", "characters left out": "left out",
    "  trained on": "  trained",
    "characters held out": "held out", "characters": "chars",
}  # fmt: skip
_QUIET: Final = "$foreground-muted"


def is_text(data: DatasetOpened) -> bool:
    """Tell whether the data is one running text, not words."""
    return data.data_format.format == "text"


def figure_lines(
    data: DatasetOpened, width: int, *, brief: bool = False, rest: bool = False
) -> list[Content]:
    """Write the names and numbers of figures: all, the most important, or the rest."""
    first, more = _of_text(data) if is_text(data) else _of_words(data)
    cells = len(data.labels) ** 2
    empty = f"{data.empty_cells:,} of {cells:,}"
    if cell_len(empty) > width - _SHORTEST:
        empty = f"{data.empty_cells / cells:.1%}"
    more += [("distinct pairs", f"{data.distinct_bigrams:,}"), ("empty cells", empty)]
    unit = "characters" if is_text(data) else "words"
    if data.held_out is not None:
        more.append((f"{unit} held out", f"{data.held_out:,}"))
    if data.left_out:
        more.append((f"{unit} left out", f"{data.left_out:,}"))
    if data.blank_lines:
        more.append(("blank lines skipped", f"{data.blank_lines:,}"))
    if data.comment_lines:
        more.append(("comment lines", f"{data.comment_lines:,}"))
    chosen = more if rest else first if brief else first + more
    return [_row(name, value, width) for name, value in chosen]


def _of_words(data: DatasetOpened) -> tuple[list[Figure], list[Figure]]:
    words, distinct = ("words", f"{data.words:,}"), ("distinct words", _counted(data.distinct))
    characters = ("characters", f"{len(data.characters) - 1:,}")
    if data.data_format.weight:  # neither figure says enough alone
        words = ("words by weight", f"{data.words:,}")
        return [words, distinct, *_bigrams(data)], [characters]
    duplicates = None if data.distinct is None else data.words - data.distinct
    return [words, *_bigrams(data)], [distinct, ("duplicates", _counted(duplicates)), characters]


def _of_text(data: DatasetOpened) -> tuple[list[Figure], list[Figure]]:
    characters = sum(length * texts for length, texts in data.lengths)
    first = [("characters", f"{characters:,}"), *_bigrams(data)]
    return first, [("distinct characters", f"{len(data.characters) - 1:,}")]


def _bigrams(data: DatasetOpened) -> list[Figure]:
    bigrams = [("bigrams", f"{data.bigrams:,}")]
    if data.bigrams_trained_on is not None:
        bigrams.append(("  trained on", f"{data.bigrams_trained_on:,}"))
    return bigrams


def _row(name: str, value: str, width: int) -> Content:
    gap = width - cell_len(name) - cell_len(value)
    if gap < 1:
        name = _SHORT.get(name, name)
        gap = width - cell_len(name) - cell_len(value)
    if gap < 1:
        name = f"{name[: max(0, width - cell_len(value) - 2)].rstrip()}…"
        gap = max(1, width - cell_len(name) - cell_len(value))
    return Content.assemble((name, _QUIET), " " * gap, value)


def _counted(number: int | None) -> str:
    return "not counted" if number is None else f"{number:,}"
