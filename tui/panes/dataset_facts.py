"""What there is to say about a data set, as lines of a given width; the most important first."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from textual.content import Content

from engine.labels import beside
from engine.protocol import DatasetOpened
from tui.bars import bar, columns
from tui.letters import drawable, laid_out

TWO_COLUMNS: Final = 50  # from this width on, facts and bars stand side by side
_WIDEST: Final = 44  # a column of facts; numbers far from their names are hard to read
_SHORTEST: Final = 6  # columns of a name beside its number
# Where the names are too long, as no two may be cut to the same.
_SHORT: Final = {
    "distinct words": "distinct", "distinct pairs": "pairs", "empty cells": "empty",
    "blank lines skipped": "blank", "  trained on": "  trained",
}  # fmt: skip
_QUIET: Final = "$foreground-muted"
_BAR: Final = "$primary"


def facts(dataset: DatasetOpened, width: int, height: int) -> list[Content]:
    """All lines for a pane of that size."""
    if width < TWO_COLUMNS:
        spare = height - 9  # below 9 lines, bigrams and bars come before everything else
        return [
            *_figures(dataset, width, brief=spare <= 0),
            *_lengths(dataset, width, 2 if spare <= 0 else 3),
            *(_heading(dataset, "pairs", width) if _has_hold_out(dataset) else []),
            *_bigrams(dataset, width, 10),
            *(_figures(dataset, width, rest=True) if spare <= 0 else []),
            Content(""),
            *_letters(dataset, width),
            Content(""),
            *_words(dataset, width),
        ]
    left = min(_WIDEST, (width - 3) // 2)
    right = min(_WIDEST, width - left - 3)
    first = [
        *_figures(dataset, left),
        Content(""),
        *_lengths(dataset, left, 4),
        Content(""),
        *_words(dataset, left),
    ]
    second = [
        *_heading(dataset, "most frequent pairs", right),
        *_bigrams(dataset, right, 10),
        Content(""),
        *_letters(dataset, right),
    ]
    blank = Content("")
    first += [blank] * (len(second) - len(first))
    second += [blank] * (len(first) - len(second))
    return [
        Content.assemble(a, " " * (left + 3 - a.cell_length), b)
        for a, b in zip(first, second, strict=True)
    ]


def _figures(
    data: DatasetOpened, width: int, *, brief: bool = False, rest: bool = False
) -> list[Content]:
    """Names and numbers: all of them, the most important, or the rest."""
    cells = len(data.labels) ** 2
    first = [("words", f"{data.words:,}"), ("bigrams", f"{data.bigrams:,}")]
    if data.bigrams_trained_on is not None:
        first.append(("  trained on", f"{data.bigrams_trained_on:,}"))
    more = [
        ("distinct words", _counted(data.distinct)),
        ("duplicates", _counted(None if data.distinct is None else data.words - data.distinct)),
        ("characters", f"{len(data.characters) - 1:,}"),
        ("distinct pairs", f"{data.distinct_bigrams:,}"),
        ("empty cells", f"{data.empty_cells:,} of {cells:,}"),
    ]
    if cell_len(more[-1][1]) > width - _SHORTEST:
        more[-1] = ("empty cells", f"{data.empty_cells / cells:.1%}")
    if data.held_out is not None:
        more.append(("words held out", f"{data.held_out:,}"))
    if data.blank_lines:
        more.append(("blank lines skipped", f"{data.blank_lines:,}"))
    chosen = more if rest else first if brief else first + more
    return [_row(name, value, width) for name, value in chosen]


def _has_hold_out(data: DatasetOpened) -> bool:
    return data.held_out is not None


def _heading(data: DatasetOpened, what: str, width: int) -> list[Content]:
    """What the bars below count: with a hold-out, more than the matrix does."""
    whole = (f"{name}, all words" for name in (what, what.removeprefix("most frequent ")))
    fits = (text for text in whole if _has_hold_out(data) and cell_len(text) <= width)
    return [Content.styled(next(fits, what), _QUIET)]


def _row(name: str, value: str, width: int) -> Content:
    gap = width - cell_len(name) - cell_len(value)
    if gap < 1:
        name = _SHORT.get(name, name)
        gap = width - cell_len(name) - cell_len(value)
    if gap < 1:
        name = f"{name[: max(0, width - cell_len(value) - 2)].rstrip()}…"
        gap = max(1, width - cell_len(name) - cell_len(value))
    return Content.assemble((name, _QUIET), " " * gap, value)


def _lengths(data: DatasetOpened, width: int, height: int) -> list[Content]:
    """The histogram of word lengths: its ends and their mean stand below it."""
    by_length = dict(data.lengths)
    least, most = data.shortest, data.longest
    each = max(1, -(-(most - least + 1) // width))  # lengths that share a column
    values = [
        sum(by_length.get(n, 0) for n in range(start, start + each))
        for start in range(least, most + 1, each)
    ]
    wide = max(1, min(3, width // max(1, len(values))))
    lines = [Content.styled(_widened(line, wide), _BAR) for line in columns(values, height)]
    ends, mean = f"{least}{most}", f"mean {data.mean_length:.2f}"
    gap = len(values) * wide - len(ends) - len(mean)
    if gap < 4:  # two spaces at both sides of the mean, or it seems to be another end
        return [*lines, Content.styled(f"{least}–{most}, {mean}"[:width], _QUIET)]
    note = f"{least}{' ' * (gap // 2)}{mean}{' ' * (gap - gap // 2)}{most}"
    return [*lines, Content.styled(note, _QUIET)]


def _widened(line: str, wide: int) -> str:
    return "".join(character * wide for character in line)


def _bigrams(data: DatasetOpened, width: int, most: int) -> list[Content]:
    labels = data.labels
    pairs = [(laid_out(beside(labels[a], labels[b])), n) for a, b, n in data.top_bigrams[:most]]
    return _bars(pairs, width)


def _letters(data: DatasetOpened, width: int) -> list[Content]:
    pairs = [(laid_out(data.labels[symbol]), count) for symbol, count in data.first_letters[:10]]
    return [*_heading(data, "first letters", width), *_bars(pairs, width)]


def _bars(values: list[tuple[str, int]], width: int) -> list[Content]:
    top = max((count for _, count in values), default=0)
    name = max((cell_len(label) for label, _ in values), default=0)
    figure = len(f"{top:,}")
    room = max(1, width - name - figure - 2)
    return [
        Content.assemble(
            label + " " * (name - cell_len(label) + 1),
            (bar(count, top, room), _BAR),
            f" {count:>{figure},}",
        )
        for label, count in values
    ]


def _words(data: DatasetOpened, width: int) -> list[Content]:
    """The first ten words, as many on a line as there is room for."""
    lines, line = [Content.styled("first words", _QUIET)], ""
    for word in map(drawable, data.first_words[:10]):
        if line and cell_len(line) + 1 + cell_len(word) > width:
            lines.append(Content(line))
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, Content(line)]


def _counted(number: int | None) -> str:
    return "not counted" if number is None else f"{number:,}"
