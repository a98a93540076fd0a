"""How a line of the matrix is drawn: its labels, and its cells in one of three sizes."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tui.drawing.shades import Ramp
from tui.panes.matrix.scales import HEADER, Scale, aligned, padded

_HERE = "+"  # the cursor where a cell has no room for its pair: no blank, and no solid block


@dataclass(frozen=True)
class Sight:
    """The part of the matrix that is shown, and its scale. Rows and columns are symbols."""

    scale: Scale
    rows: tuple[int, ...]
    columns: tuple[int, ...]

    def left(self, place: int) -> int:
        """Tell where a column begins; the first of the columns is number 0."""
        return self.scale.gutter + sum(map(self.scale.width_of, self.columns[:place]))

    def place_at(self, x: int) -> int | None:
        """Find the column at a place of the line; None if there is none."""
        ends = (place for place in range(len(self.columns)) if x < self.left(place + 1))
        return None if x < self.scale.gutter else next(ends, None)


@dataclass(frozen=True)
class Pens:
    """The styles that a line is drawn with."""

    plain: Style
    label: Style
    here: Style  # the label of the cursor's row or column
    cursor: Style
    shades: tuple[Style, ...]  # by level
    glyphs: tuple[str, ...]  # by level

    @classmethod
    def of(cls, ramp: Ramp, plain: Style, label: Style, here: Style, cursor: Style) -> Pens:
        """Make the styles for a ramp."""
        pairs = zip(ramp.inks, ramp.shades, strict=True)
        shades = tuple(Style(color=i, bgcolor=s) for i, s in pairs)
        return cls(plain, label, here, cursor, shades, ramp.glyphs)

    def shade(self, level: int | None) -> Style:
        """Choose the style of a level; that of the background if nothing is known."""
        return self.plain if level is None else self.shades[level]

    def glyph(self, level: int | None) -> str:
        """Choose the glyph that fills a cell of a level."""
        return " " if level is None else self.glyphs[level]


@dataclass(frozen=True)
class Drawing:
    """Everything that the lines of the matrix show.

    The `levels` and `texts` are by row and column of the part that is shown.
    """

    sight: Sight
    labels: tuple[str, ...]
    cursor: tuple[int, int]
    levels: list[list[int | None]]
    texts: list[list[str]]  # empty where the scale has no numbers
    pens: Pens

    def line(self, y: int) -> list[Segment]:
        """Draw line y of the matrix, the header being line 0."""
        return self._header() if y < HEADER else self._cells(y)

    def _header(self) -> list[Segment]:
        scale = self.sight.scale
        segments = [self._space(scale.gutter)]
        segments += [
            self._label(column, scale.width_of(column), column == self.cursor[1])
            for column in self.sight.columns
        ]
        return segments

    def _label(self, symbol: int, width: int, here: bool) -> Segment:
        label, pens = self.labels[symbol], self.pens
        # What is left of a name is brighter than a letter, and so is told from two.
        style = pens.here if here else pens.plain if label.startswith(" ") else pens.label
        return Segment(padded(label, width), style)

    def _space(self, width: int) -> Segment:
        return Segment(" " * width, self.pens.plain)

    def _cells(self, y: int) -> list[Segment]:
        scale, rows = self.sight.scale, self.sight.rows
        first = (y - HEADER) * 2 // scale.halves
        if first >= len(rows):
            return []
        here = self.cursor[0]
        segments = [self._label(rows[first], scale.label, rows[first] == here)]
        if scale.rows_per_line == 2:
            if first + 1 < len(rows):
                symbol = rows[first + 1]
                segments.append(self._label(symbol, scale.label, symbol == here))
            else:
                segments.append(self._space(scale.label))
            return [*segments, self._space(1), *self._halves(first)]
        lower = scale.name == "large" and (y - HEADER) % 2 == 1
        if lower:
            segments = [self._space(scale.label)]
        return [*segments, self._space(1), *self._row(first, lower)]

    def _row(self, row: int, lower: bool) -> list[Segment]:
        """Draw a row's cells; at the large scale, one of its two lines."""
        sight, labels = self.sight, self.labels
        symbol = sight.rows[row]
        segments = []
        for place, column in enumerate(sight.columns):
            width = sight.scale.width_of(column)
            level = self.levels[row][place]
            here = (symbol, column) == self.cursor
            pair = labels[symbol] + labels[column]
            glyph = self.pens.glyph(level)
            if sight.scale.name == "large" and not lower:
                text = _filled(pair, glyph, width)
            elif sight.scale.has_numbers:
                text = aligned(self.texts[row][place], width)
            elif not here:
                text = glyph * width
            else:
                text = padded(pair if cell_len(pair) <= width else _HERE, width)
            style = self.pens.cursor if here else self.pens.shade(level)
            segments.append(Segment(text, style))
        return segments

    def _halves(self, row: int) -> list[Segment]:
        """Draw two rows' cells in one line, the upper as foreground, the lower as background."""
        sight = self.sight
        second = row + 1 < len(sight.rows)
        cursor = self.pens.cursor.bgcolor
        segments = []
        for place, column in enumerate(sight.columns):
            upper = self.pens.shade(self.levels[row][place]).bgcolor
            lower = self.pens.shade(self.levels[row + 1][place] if second else None).bgcolor
            if column == self.cursor[1]:
                upper = cursor if sight.rows[row] == self.cursor[0] else upper
                lower = cursor if second and sight.rows[row + 1] == self.cursor[0] else lower
            text = "▀" * sight.scale.width_of(column)
            segments.append(Segment(text, Style(color=upper, bgcolor=lower)))
        return segments


def _filled(pair: str, glyph: str, width: int = 5) -> str:
    """A pair, centred in a large cell; the cell's glyph beside it, where it has one.

    >>> _filled("an", " "), _filled("an", "▓")
    (' an  ', ' an ▓')
    """
    text = padded(pair, width)
    return text if glyph == " " or not text.endswith(" ") else text[:-1] + glyph
