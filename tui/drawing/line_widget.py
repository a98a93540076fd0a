"""Lines of text that know what they last drew, and redraw only the lines that differ.

The loss plot, the names, the read-out and the status line change many times a second, each a
little. Textual sends a whole widget at every plain `refresh()`.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget


class LineWidget(Widget):
    """Some lines, one below the other; each is cut off at the widget's width."""

    ALLOW_SELECT = False  # `y` copies; a selection would have to follow lines that move
    DEFAULT_CSS = """
    LineWidget { width: 1fr; height: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Content, ...] = ()
        self._strips: dict[int, Strip] = {}
        self._width = 0  # of the strips: a widget is drawn before it hears of another size

    @property
    def text(self) -> str:
        """What is shown, without its colours."""
        return "\n".join(line.plain for line in self._lines)

    def show(self, lines: Sequence[Content]) -> None:
        """Draw these lines from now on."""
        before, self._lines = self._lines, tuple(lines)
        width = self.size.width
        for y in range(max(len(before), len(self._lines))):
            both = y < len(before) and y < len(self._lines)
            if not (both and before[y].is_same(self._lines[y])):
                self._strips.pop(y, None)
                self.refresh(Region(0, y, width, 1))

    def render_line(self, y: int) -> Strip:
        """One line, drawn once for as long as it stays the same."""
        if self._width != self.size.width:
            self._strips.clear()
            self._width = self.size.width
        if y not in self._strips:
            self._strips[y] = self._drawn(y)
        return self._strips[y]

    def _drawn(self, y: int) -> Strip:
        width, style = self._width, self.visual_style
        if y >= len(self._lines) or not self._lines[y]:
            return Strip.blank(width, style.rich_style)
        line = Visual.to_strips(self, self._lines[y], width, 1, style, pad=True)[0]
        return line.adjust_cell_length(width, style.rich_style)

    def notify_style_update(self) -> None:
        """Other colours: draw all lines anew."""
        self._strips.clear()
        super().notify_style_update()

    def on_resize(self) -> None:
        """Another width: draw all lines anew."""
        self._strips.clear()
        self.refresh()
