"""How the plot of the loss is drawn, by plotext.

A picture is drawn anew only when it looks different: training moves the loss at every step, but
most steps move no dot. plotext takes 5 to 25 ms a picture, and draws one at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any, Final, NamedTuple

from rich.text import Text
from textual.content import Content

from tui.panes.loss.references import Ink, Label, row_of

RGB = tuple[int, int, int]
Points = tuple[tuple[float, float], ...]

HELD_OUT: Final = "◦"  # the selected run's loss on the hold-out
TRAIN: Final = "⠒"  # a sign of the curve's own
BATCHES: Final = "∙"  # losses of minibatches; the curve is smoothed then

_PLOTEXT: Final = Lock()  # it has one figure for all

DOTS: Final = 2, 4  # of a braille sign: across and down


class Inks(NamedTuple):
    """The colours of a plot."""

    train: RGB
    batches: RGB  # the losses that the curve smooths
    held_out: RGB
    floor: RGB
    compared: RGB
    uniform: RGB
    other: RGB  # curves of the runs that are not selected
    quiet: RGB  # axes and marks

    def of(self, ink: Ink) -> RGB:
        """Find the colour of a reference line and of its label."""
        colour: RGB = getattr(self, ink)
        return colour


@dataclass(frozen=True)
class Grid:
    """The dots of a plot, from step 0 to the last and from a low value to a high one."""

    last: int  # step
    low: float
    high: float
    columns: int
    lines: int

    def snapped(self, strokes: Iterable[list[tuple[float, float]]]) -> Iterator[Points]:
        """Move points to the dots of the plot, so that those on the same dots become equal.

        What is above the upper edge is at it.
        """
        across = max(1, self.columns * DOTS[0] - 1) / self.last
        down = max(1, self.lines * DOTS[1] - 1) / (self.high - self.low)
        for stroke in strokes:
            inside = ((x, min(y, self.high)) for x, y in stroke)
            dots = [(round(x * across), round((y - self.low) * down)) for x, y in inside]
            yield tuple((x / across, self.low + y / down) for x, y in dict.fromkeys(dots))

    def in_row(self, height: float) -> float:
        """Move a height to the middle of its row of signs: what looks the same is the same."""
        row = row_of(height, self.low, self.high, self.lines)
        share = (self.lines - 1 - row) / (self.lines - 1)
        return self.low + share * (self.high - self.low)


@dataclass(frozen=True)
class Picture:
    """Everything that can be seen of a plot. Values are losses, or their logarithms."""

    width: int  # without the labels
    height: int
    grid: Grid
    ticks: tuple[float, ...]
    labels: tuple[str, ...]  # of the ticks
    steps: tuple[int, ...]  # that are named below
    references: tuple[tuple[float, str, Ink], ...]  # value, sign and ink of the lines across
    behind: tuple[Label, ...]  # the ends of these, right of the plot
    others: tuple[tuple[str, Points], ...]  # signs and curves of the runs that are not selected
    batches: Points  # the losses that the curve smooths; empty where it shows them itself
    train: tuple[Points, ...]  # strokes
    held_out: tuple[Points, ...]
    marks: tuple[tuple[int, str], ...]  # steps at which something was changed, and what
    inks: Inks


@lru_cache(maxsize=4)
def plot_lines(picture: Picture) -> list[Content]:
    """Draw the picture as lines of text."""
    with _PLOTEXT:
        plot = _plotted(picture)
    lines = [Content.from_rich_text(Text.from_ansi(line)) for line in plot.splitlines()]
    inks = picture.inks
    for label in picture.behind:
        line = lines[label.row]
        parts = [(text, "#{:02x}{:02x}{:02x}".format(*inks.of(ink))) for text, ink in label.parts]
        gap = " " * max(0, picture.width - line.cell_length)
        lines[label.row] = Content.assemble(line, gap, *parts)
    return lines


def _plotted(picture: Picture) -> str:
    # Imported late: it takes 80 ms, which the first paint has better uses for.
    import plotext

    grid, inks = picture.grid, picture.inks
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.limit_size(False, False)  # the size is the pane's, whatever the terminal's is
    plotext.plotsize(picture.width, picture.height)
    plotext.frame(False)
    plotext.ticks_color(inks.quiet)
    plotext.xlim(0, grid.last)
    plotext.ylim(grid.low, grid.high)
    plotext.yticks(picture.ticks, picture.labels)
    plotext.xticks(picture.steps, [f"{step:,}" for step in picture.steps])

    for step, _ in picture.marks:
        plotext.vline(step, inks.quiet)
    for phase, (value, sign, ink) in enumerate(picture.references):
        # Each line in columns of its own: two lines at one height both stay visible.
        columns = range(phase, grid.columns, len(picture.references))
        x = [grid.last * (column + 0.5) / grid.columns for column in columns]
        plotext.scatter(x, [value] * len(x), marker=sign, color=inks.of(ink))
    if picture.batches:
        plotext.scatter(*zip(*picture.batches, strict=True), marker=BATCHES, color=inks.batches)
    for sign, points in picture.others:
        plotext.scatter(*zip(*points, strict=True), marker=sign, color=inks.other)
    for stroke in picture.train:
        plotext.plot(*zip(*stroke, strict=True), marker="braille", color=inks.train)
    if held_out := [point for stroke in picture.held_out for point in stroke]:
        # Upon the curve, from which it hardly differs: where it stands alone, that is news.
        apart = max(1, len(held_out) * 4 // grid.columns)
        few = zip(*held_out[::apart], strict=True)
        plotext.scatter(*few, marker=HELD_OUT, color=inks.held_out)
    _name_marks(plotext, picture)
    return str(plotext.build())


def _name_marks(plotext: Any, picture: Picture) -> None:
    """Write what was changed beside its line, unless it would run into the one before."""
    grid, free = picture.grid, 0.0
    for step, text in picture.marks:
        column = step / grid.last * (grid.columns - 1)
        if column >= free and column + len(text) + 1 < grid.columns:
            x = (column + 1) * grid.last / max(1, grid.columns - 1)
            plotext.text(text, x, grid.high, color=picture.inks.quiet, alignment="left")
            free = column + len(text) + 2
