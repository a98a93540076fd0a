"""How a statistic is drawn, by its kind: a figure, a histogram, bars or words, in some width."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from textual.content import Content

from engine.text.labels import beside
from engine.wire.statistics import SHOWN_ROWS, Distribution, Figure, Ranking, Statistic, Words
from tui.drawing.bars import bar, columns
from tui.terminal.letter_widths import drawable, laid_out

QUIET: Final = "$foreground-muted"
_BAR: Final = "$primary"
_SHORTEST: Final = 6  # columns of a name beside its number


def heading(statistic: Statistic, width: int) -> Content:
    """Write the name of what is drawn below; it is shortened before its remark is left out."""
    names = statistic.names
    if statistic.remark:
        names = (names[0], f"{names[-1]}, {statistic.remark}", *names[1:])
    return Content.styled(_fitting(names, width), QUIET)


def drawn(statistic: Statistic, labels: tuple[str, ...], width: int, height: int) -> list[Content]:
    """Draw a statistic in so many columns; a histogram is so many lines high."""
    match statistic.value:
        case Figure() as figure:
            return [_row(statistic, _figure(figure, width), width)]
        case Distribution() as distribution:
            return _histogram(distribution, width, height)
        case Ranking(rows):
            written = [
                (laid_out(beside(*(labels[symbol] for symbol in symbols))), count)
                for symbols, count in rows[:SHOWN_ROWS]
            ]
            return _bars(written, width)
        case Words(words, are_lines=True):
            return [part for line in map(drawable, words) for part in Content(line).wrap(width)]
        case Words(words):
            return _flowed(words, width)


def _row(statistic: Statistic, value: str, width: int) -> Content:
    """Write a name and its number at both ends of a line."""
    name = _fitting(statistic.names, width - cell_len(value) - 1)
    gap = max(1, width - cell_len(name) - cell_len(value))
    return Content.assemble((name, QUIET), " " * gap, value)


def _fitting(names: tuple[str, ...], room: int) -> str:
    """Choose the first name that fits; the last is cut where none does."""
    cut = f"{names[-1][: max(0, room - 1)].rstrip()}…"
    return next((name for name in names if cell_len(name) <= room), cut)


def _figure(figure: Figure, width: int) -> str:
    if figure.number is None:
        return "not counted"
    if figure.out_of is None:
        return f"{figure.number:,}"
    part = f"{figure.number:,} of {figure.out_of:,}"
    return part if cell_len(part) <= width - _SHORTEST else f"{figure.number / figure.out_of:.1%}"


def _histogram(distribution: Distribution, width: int, height: int) -> list[Content]:
    """Draw a column for each size, or for a few, and both ends and the mean below."""
    sizes = distribution.sizes
    least, most = min(sizes), max(sizes)
    each = max(1, -(-(most - least + 1) // width))  # sizes that share a column
    values = [
        sum(sizes.get(size, 0) for size in range(start, start + each))
        for start in range(least, most + 1, each)
    ]
    wide = max(1, min(3, width // len(values)))
    rows = ("".join(mark * wide for mark in row) for row in columns(values, height))
    lines = [Content.styled(row, _BAR) for row in rows]
    ends, mean = f"{least}{most}", f"mean {distribution.mean:.2f}"
    gap = len(values) * wide - len(ends) - len(mean)
    if gap < 4:  # two spaces at both sides of the mean, or it seems to be another end
        return [*lines, Content.styled(f"{least}–{most}, {mean}"[:width], QUIET)]
    note = f"{least}{' ' * (gap // 2)}{mean}{' ' * (gap - gap // 2)}{most}"
    return [*lines, Content.styled(note, QUIET)]


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


def _flowed(words: tuple[str, ...], width: int) -> list[Content]:
    """Write as many words on a line as fit."""
    lines, line = [], ""
    for word in map(drawable, words):
        if line and cell_len(line) + 1 + cell_len(word) > width:
            lines.append(Content(line))
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, Content(line)]
