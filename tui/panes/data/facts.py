"""The lines that describe a data set in a given width, the most important ones first."""

from __future__ import annotations

from itertools import zip_longest
from typing import Final

from textual.content import Content

from engine.wire.events import DatasetOpened
from engine.wire.statistics import Distribution, Figure, Ranking, Statistic, Words
from tui.panes.data.drawing import QUIET, drawn, heading

TWO_COLUMNS: Final = 50  # from this width on, facts and bars stand side by side
_WIDEST: Final = 44  # a column of facts; numbers far from their names are hard to read
PLAIN: Final = "--format lines"  # goes without saying
_BLANK: Final = Content("")


def facts(dataset: DatasetOpened, width: int, height: int) -> list[Content]:
    """Write all lines for a pane of some size."""
    if width < TWO_COLUMNS:
        return _one_column(dataset, width, is_low=height <= 9)
    left = min(_WIDEST, (width - 3) // 2)
    right = min(_WIDEST, width - left - 3)
    distributions = _of_kind(dataset, Distribution)
    first = [
        *_drawn(dataset, _figures(dataset), left),
        *_origin(dataset, left),
        *([_BLANK] if distributions else []),
        *_drawn(dataset, distributions[:1], left, 4),
        *_headed(dataset, [*distributions[1:], *_of_kind(dataset, Words)], left),
    ]
    _, *second = _headed(dataset, _of_kind(dataset, Ranking), right) or [_BLANK]
    return [
        Content.assemble(a, " " * (left + 3 - a.cell_length), b)
        for a, b in zip_longest(first, second, fillvalue=_BLANK)
    ]


def _one_column(dataset: DatasetOpened, width: int, *, is_low: bool) -> list[Content]:
    """Of a low pane, pairs and lengths come before what is less important."""
    figures, rankings = _figures(dataset), _of_kind(dataset, Ranking)
    distributions, words = _of_kind(dataset, Distribution), _of_kind(dataset, Words)
    important = [each for each in figures if each.comes_first or not is_low]
    rest = [each for each in figures if each not in important]
    return [
        *_drawn(dataset, important, width),
        *([] if is_low else _origin(dataset, width)),
        *_drawn(dataset, distributions[:1], width, 2 if is_low else 3),
        *(heading(each, width) for each in rankings[:1] if each.remark),
        *_drawn(dataset, rankings[:1], width),
        *_drawn(dataset, rest, width),
        *(_origin(dataset, width) if is_low else []),
        *_headed(dataset, [*rankings[1:], *distributions[1:], *words], width),
    ]


def _of_kind(
    dataset: DatasetOpened, kind: type[Figure | Distribution | Ranking | Words]
) -> list[Statistic]:
    return [each for each in dataset.statistics if isinstance(each.value, kind)]


def _figures(dataset: DatasetOpened) -> list[Statistic]:
    return sorted(_of_kind(dataset, Figure), key=lambda each: not each.comes_first)


def _drawn(
    dataset: DatasetOpened, statistics: list[Statistic], width: int, height: int = 0
) -> list[Content]:
    return [line for each in statistics for line in drawn(each, dataset.labels, width, height)]


def _headed(dataset: DatasetOpened, statistics: list[Statistic], width: int) -> list[Content]:
    """Draw statistics, each below a blank line and its name."""
    return [
        line
        for each in statistics
        for line in (_BLANK, heading(each, width), *_drawn(dataset, [each], width, 3))
    ]


def _origin(data: DatasetOpened, width: int) -> list[Content]:
    """Tell how the data was read: what was found and what else it could be, or what was asked."""
    read = data.data_format.options
    told = [data.format_found or (f"Read with {read}." if read != PLAIN else "")]
    if data.hold_out_data is not None:
        told.append(f"Held out: {data.hold_out_data}")
    return [
        line.stylize(QUIET)
        for sentence in filter(None, told)
        for line in Content(sentence).wrap(width)
    ]
