"""The lines that describe a data set in a given width, the most important ones first."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from textual.content import Content

from engine.text.labels import beside
from engine.wire.events import DatasetOpened
from tui.drawing.bars import bar, columns
from tui.panes.data.statistics import figure_lines, is_text
from tui.terminal.letter_widths import drawable, laid_out

TWO_COLUMNS: Final = 50  # from this width on, facts and bars stand side by side
_WIDEST: Final = 44  # a column of facts; numbers far from their names are hard to read
PLAIN: Final = "--format lines"  # goes without saying
_QUIET: Final = "$foreground-muted"
_BAR: Final = "$primary"


def facts(dataset: DatasetOpened, width: int, height: int) -> list[Content]:
    """Write all lines for a pane of some size."""
    if width < TWO_COLUMNS:
        spare = height - 9  # below 9 lines, bigrams and bars come before everything else
        return [
            *figure_lines(dataset, width, brief=spare <= 0),
            *(_origin(dataset, width) if spare > 0 else []),
            *_lengths(dataset, width, 2 if spare <= 0 else 3),
            *(_heading(dataset, "pairs", width) if _has_hold_out(dataset) else []),
            *_bigrams(dataset, width, 10),
            *(figure_lines(dataset, width, rest=True) if spare <= 0 else []),
            *(_origin(dataset, width) if spare <= 0 else []),
            Content(""),
            *_letters(dataset, width),
            Content(""),
            *_words(dataset, width),
        ]
    left = min(_WIDEST, (width - 3) // 2)
    right = min(_WIDEST, width - left - 3)
    first = [
        *figure_lines(dataset, left),
        *_origin(dataset, left),
        *([] if is_text(dataset) else [Content("")]),
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


def _origin(data: DatasetOpened, width: int) -> list[Content]:
    """Tell how the data was read: what was found and what else it could be, or what was asked."""
    read = data.data_format.options
    told = [data.format_found or (f"Read with {read}." if read != PLAIN else "")]
    if data.hold_out_data is not None:
        told.append(f"Held out: {data.hold_out_data}")
    return [
        line.stylize(_QUIET)
        for sentence in filter(None, told)
        for line in Content(sentence).wrap(width)
    ]


def _has_hold_out(data: DatasetOpened) -> bool:
    return data.held_out is not None


def _heading(data: DatasetOpened, what: str, width: int) -> list[Content]:
    """Tell what the bars below count, which with a hold-out is more than the matrix does."""
    whole = "whole text" if is_text(data) else "all words"
    names = (what, what.removeprefix("most frequent "))
    told = [f"{name}, {whole}" for name in names if _has_hold_out(data)] + list(names)
    return [Content.styled(next((text for text in told if cell_len(text) <= width), what), _QUIET)]


def _lengths(data: DatasetOpened, width: int, height: int) -> list[Content]:
    """Draw the histogram of word lengths, its ends and mean below it; a text has none."""
    if is_text(data):
        return []
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
    """Draw the letters that most words begin with; of a text, its most frequent characters."""
    if is_text(data):
        count_of = data.frequencies.__getitem__
        commonest = sorted(range(1, len(data.characters)), key=count_of, reverse=True)[:10]
        bars = [(laid_out(data.labels[symbol]), count_of(symbol)) for symbol in commonest]
        return [*_heading(data, "most frequent characters", width), *_bars(bars, width)]
    pairs = [(laid_out(data.labels[symbol]), count) for symbol, count in data.first_letters[:10]]
    return [*_heading(data, "first letters", width), *_bars(pairs, width)]


def _bars(values: list[tuple[str, int]], width: int) -> list[Content]:
    top = max((count for _, count in values), default=0)
    name = max((cell_len(label) for label, _ in values), default=0)
    figure = len(f"{top:,}")
    room = width - name - figure - 2
    if room < 1:  # names of what cannot be seen, in a narrow pane: no bars, and no number is cut
        return [line for label, count in values for line in _without_bar(label, count, width)]
    return [
        Content.assemble(
            label + " " * (name - cell_len(label) + 1),
            (bar(count, top, room), _BAR),
            f" {count:>{figure},}",
        )
        for label, count in values
    ]


def _without_bar(label: str, count: int, width: int) -> list[Content]:
    gap = width - cell_len(label) - len(f"{count:,}")
    if gap < 1:
        return [Content(label), Content(f"{count:>{width},}")]
    return [Content(f"{label}{' ' * gap}{count:,}")]


def _words(data: DatasetOpened, width: int) -> list[Content]:
    """Write the first ten words, as many on a line as fit; of a text, its first lines."""
    if is_text(data):
        wrapped = [
            part for line in map(drawable, data.first_words) for part in Content(line).wrap(width)
        ]
        return [Content.styled("first lines", _QUIET), *wrapped]
    lines, line = [Content.styled("first words", _QUIET)], ""
    for word in map(drawable, data.first_words[:10]):
        if line and cell_len(line) + 1 + cell_len(word) > width:
            lines.append(Content(line))
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, Content(line)]
