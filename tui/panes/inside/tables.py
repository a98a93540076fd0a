"""Activations by layer as histograms, and gradients by tensor as a table."""

from __future__ import annotations

from itertools import pairwise
from statistics import fmean
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from engine.wire.inside import Gradient, Gradients, Histogram, Histograms
from tui.drawing.bars import columns
from tui.drawing.numbers import figure, with_minus
from tui.terminal.letter_widths import laid_out

QUIET: Final = "$foreground-muted"
_BAR: Final = "$primary"
_EDGE: Final = "$error"  # of what is saturated
_SATURATED_BINS: Final = 0.015  # the part of the bins beyond 0.97, on each side
_TALLEST: Final = 8  # lines of a histogram
_HEADS: Final = ("deviation", "grad:data", "update")
_SHORT: Final = ("grad", "ratio", "update")
_NUMBER: Final = 8  # columns of a number, where there are few
_NAME: Final = 14  # columns that are left for names of tensors
_SCALE: Final = 9  # columns of a scale, at the least
_LEAST: Final = -5.0  # log10 of update:data, at the ends of its scale
_MOST: Final = -1.0
_GOOD: Final = -3.0  # a rule of thumb of lecture 3: an update changes a thousandth


def activations_lines(picture: Histograms, width: int, height: int) -> list[Content]:
    """A histogram from -1 to 1 for each layer, below what there is to say of it."""
    each = max(2, min(_TALLEST, (height - 1) // max(1, len(picture.layers)))) - 1
    lines = [line for layer in picture.layers for line in _layer(layer, width, each)]
    ends = "−1", "+1"
    gap = " " * max(0, width - sum(map(len, ends)) - 1)
    middle = f"{gap[: len(gap) // 2]}0{gap[len(gap) // 2 :]}"
    return [*lines, Content.styled(f"{ends[0]}{middle}{ends[1]}", QUIET)]


def _layer(layer: Histogram, width: int, height: int) -> list[Content]:
    starts = [place * len(layer.bins) // width for place in range(width + 1)]
    bins = [fmean(layer.bins[start : max(end, start + 1)]) for start, end in pairwise(starts)]
    edge = sum(start < _SATURATED_BINS * len(layer.bins) for start in starts)
    bars = [
        Content.assemble((row[:edge], _EDGE), (row[edge:-edge], _BAR), (row[-edge:], _EDGE))
        for row in columns(bins, height)
    ]
    facts = (
        f" mean {figure(layer.mean, 2, sign=True)}",
        f" deviation {figure(layer.deviation, 2)}",
        f" saturated {layer.saturated:.1%}",
    )
    short = (facts[0], f" dev {figure(layer.deviation, 2)}", f" sat {layer.saturated:.1%}")
    shorter = (*short[:2], f" sat {layer.saturated:.0%}")
    name = laid_out(layer.name)
    told = next(
        (
            some
            for some in (facts, short, shorter, short[1:], short[2:])
            if _fits(name, some, width)
        ),
        (),
    )
    return [Content.assemble(name, ("".join(told), QUIET)), *bars]


def _fits(name: str, facts: tuple[str, ...], width: int) -> bool:
    return cell_len(name) + sum(map(len, facts)) <= width


def gradients_lines(picture: Gradients, width: int) -> list[Content]:
    """A line for each tensor; with a scale of the update in parts of the data, where known."""
    longest = max(cell_len(each.name) for each in picture.tensors)
    heads, numbers = _columns(width, longest)
    name = min(longest, width - len(heads) * numbers)
    scale = width - name - len(heads) * numbers - 1
    if scale < _SCALE or all(each.update is None for each in picture.tensors):
        scale = 0
    head = " " * name + "".join(head.rjust(numbers) for head in heads)
    return [
        Content.styled(head, QUIET),
        *(_tensor(each, name, heads, numbers, scale) for each in picture.tensors),
    ]


def _columns(width: int, longest: int) -> tuple[tuple[str, ...], int]:
    """The columns that there is room for beside a name, and a scale if possible; how broad each."""
    long, short = (_HEADS, len(_HEADS[1]) + 1), (_SHORT, _NUMBER)
    for heads, numbers in (long, short):
        if width - len(heads) * numbers - longest - 1 >= _SCALE:
            return heads, numbers
    for heads, numbers in (long, short):
        if width - len(heads) * numbers >= min(longest, _NAME):
            return heads, numbers
    return _SHORT[1:], _NUMBER


def _tensor(
    tensor: Gradient, name: int, heads: tuple[str, ...], numbers: int, scale: int
) -> Content:
    written = laid_out(tensor.name)
    if cell_len(written) > name:
        written = f"{written[: max(0, name - 1)]}…"
    update = "–" if tensor.update is None else with_minus(f"{tensor.update:.1f}")
    told = [f"{tensor.deviation:.1e}", f"{tensor.to_weights:.1e}", update][-len(heads) :]
    line = written.ljust(name) + "".join(number.rjust(numbers) for number in told)
    return Content.assemble(line, " ", *_on_scale(tensor.update, scale)) if scale else Content(line)


def _on_scale(update: float | None, width: int) -> list[tuple[str, str]]:
    """A dot on a line from 1e-5 to 1e-1, which the line at 1e-3 crosses."""

    def place(value: float) -> int:
        share = (min(_MOST, max(_LEAST, value)) - _LEAST) / (_MOST - _LEAST)
        return round(share * (width - 1))

    cells = [("·", QUIET)] * width
    cells[place(_GOOD)] = ("│", QUIET)
    if update is not None:
        cells[place(update)] = ("●", _BAR)
    return cells
