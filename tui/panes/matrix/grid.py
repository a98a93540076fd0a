"""The widget of the matrix: cells, labels and a cursor, redrawn only where they changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from tui.drawing.line_widget import CachedLines
from tui.drawing.shades import Ramp
from tui.panes.matrix.cells import Window, ramp_for, text_of
from tui.panes.matrix.drawing import Drawing, Pens, Sight
from tui.panes.matrix.scales import HEADER, scales
from tui.terminal.capabilities import terminal_of


class MatrixGrid(CachedLines):
    """Shades cells by value. It knows symbols, not pairs' meanings; the pane moves the cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"grid--label", "grid--label-here", "grid--cursor"}
    DEFAULT_CSS = """
    MatrixGrid {
        width: 1fr; height: 1fr;
        .grid--label { color: $foreground-muted; }
        .grid--label-here { color: $accent; text-style: bold underline; }
        .grid--cursor { color: $background; background: $accent; text-style: bold; }
    }
    """

    @dataclass
    class Clicked(Message):
        """A cell was clicked."""

        row: int
        column: int

    def __init__(self) -> None:
        super().__init__()
        self.labels: tuple[str, ...] = ("·",)
        self.sight = Sight(scales(self.labels)[-1], (), ())
        self.cursor = (0, 0)
        self._window: Window | None = None
        self._levels: list[list[int | None]] = []
        self._texts: list[list[str]] = []
        self._pens: tuple[Ramp, Pens] | None = None

    # --- what to draw

    def look(self, labels: tuple[str, ...], sight: Sight, cursor: tuple[int, int]) -> None:
        """Show another part of the matrix, at another scale or with other labels."""
        if (labels, sight) != (self.labels, self.sight) or not self._levels:
            self.labels, self.sight, self.cursor = labels, sight, cursor
            self._levels, self._texts = self._computed()
            self.forget_all()
        elif cursor != self.cursor:
            self._move(cursor)

    def fill(self, window: Window | None) -> None:
        """Take newer values, and redraw the cells whose shade or text they change."""
        self._window = window
        levels, texts = self._computed()
        before = self._levels, self._texts
        self._levels, self._texts = levels, texts
        for row in range(len(levels)):
            changed = [
                column
                for column in range(len(levels[row]))
                if levels[row][column] != before[0][row][column]
                or (texts and texts[row][column] != before[1][row][column])
            ]
            self._dirty(row, changed)

    def _computed(self) -> tuple[list[list[int | None]], list[list[str]]]:
        sight, window = self.sight, self._window
        if window is None:
            blank: list[list[int | None]] = [[None] * len(sight.columns) for _ in sight.rows]
            return blank, [[""] * len(sight.columns) for _ in sight.rows]
        ramp, low, high = self._ramp(), window.low, window.high
        values = [window.row(row, sight.columns) for row in sight.rows]
        levels = [[None if v is None else ramp.level(v, low, high) for v in row] for row in values]
        if not sight.scale.has_numbers:
            return levels, []
        view = window.view
        return levels, [["" if v is None else text_of(v, view) for v in row] for row in values]

    def _ramp(self) -> Ramp:
        view = self._window.view if self._window else "counts"
        dark = self.app.current_theme.dark
        return ramp_for(view, dark=dark, terminal=terminal_of(self.app))

    # --- what to redraw

    def _move(self, cursor: tuple[int, int]) -> None:
        old, self.cursor = self.cursor, cursor
        rows, columns, scale = self.sight.rows, self.sight.columns, self.sight.scale
        for row, column in (old, cursor):
            if row in rows and column in columns:
                self._dirty(rows.index(row), [columns.index(column)])
            if row in rows and old[0] != cursor[0]:
                y = scale.line_of(rows.index(row))
                self.forget(Region(0, y, scale.gutter, 1))
            if column in columns and old[1] != cursor[1]:
                x = self.sight.left(columns.index(column))
                self.forget(Region(x, 0, scale.width_of(column), HEADER))

    def _dirty(self, row: int, columns: list[int]) -> None:
        """Redraw some cells of a row of the window, as one region.

        Textual sends a line from the widget's left edge to the end of each of its regions: two
        regions on a line cost more than the one from the first to the last.
        """
        if columns:
            scale = self.sight.scale
            start, end = self.sight.left(columns[0]), self.sight.left(columns[-1] + 1)
            self.forget(Region(start, scale.line_of(row), end - start, scale.lines_per_row))

    def notify_style_update(self) -> None:
        """Take the ramps of another theme."""
        self._pens = None
        super().notify_style_update()

    def on_click(self, event: events.Click) -> None:
        """Tell the pane which cell was clicked, if it was one."""
        scale, place = self.sight.scale, event.get_content_offset(self)
        if place is None or place.y < HEADER:
            return
        column = self.sight.place_at(place.x)
        row = (place.y - HEADER) * 2 // scale.halves
        if row < len(self.sight.rows) and column is not None:
            self.post_message(self.Clicked(self.sight.rows[row], self.sight.columns[column]))

    # --- drawing

    def draw_line(self, y: int, width: int) -> Strip:
        """One line: labels, or cells."""
        drawing = Drawing(
            self.sight, self.labels, self.cursor, self._levels, self._texts, self._drawn_with()
        )
        strip = Strip(drawing.line(y)).simplify()
        return strip.adjust_cell_length(width, self.visual_style.rich_style)

    def _drawn_with(self) -> Pens:
        ramp = self._ramp()
        if self._pens is None or self._pens[0] is not ramp:
            names = ("grid--label", "grid--label-here", "grid--cursor")
            styles = [self.get_component_rich_style(name) for name in names]
            self._pens = ramp, Pens.of(ramp, self.visual_style.rich_style, *styles)
        return self._pens[1]
