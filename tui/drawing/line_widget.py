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


class CachedLines(Widget):
    """A widget that draws each of its lines once, for as long as the line stays the same."""

    ALLOW_SELECT = False  # `y` copies; a selection would have to follow lines that move

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._strips: dict[int, Strip] = {}
        self._width = 0  # of the strips: a widget is drawn before it hears of another size

    def draw_line(self, y: int, width: int) -> Strip:
        """One line as it is now; here a blank one."""
        return Strip.blank(width, self.visual_style.rich_style)

    def forget(self, region: Region) -> None:
        """Draw the lines of a region anew, and send that region."""
        for y in range(region.y, region.bottom):
            self._strips.pop(y, None)
        self.refresh(region)

    def forget_all(self) -> None:
        """Draw all lines anew."""
        self._strips.clear()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line, drawn already or now."""
        if self._width != self.size.width:
            self._strips.clear()
            self._width = self.size.width
        if y not in self._strips:
            self._strips[y] = self.draw_line(y, self._width)
        return self._strips[y]

    def notify_style_update(self) -> None:
        """Other colours: draw all lines anew."""
        self._strips.clear()
        super().notify_style_update()

    def on_resize(self) -> None:
        """Another width: draw all lines anew."""
        self.forget_all()


class LineWidget(CachedLines):
    """Some lines, one below the other; each is cut off at the widget's width."""

    DEFAULT_CSS = """
    LineWidget { width: 1fr; height: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: tuple[Content, ...] = ()

    @property
    def text(self) -> str:
        """What is shown, without its colours."""
        return "\n".join(line.plain for line in self._lines)

    def show(self, lines: Sequence[Content]) -> None:
        """Draw these lines from now on."""
        before, self._lines = self._lines, tuple(lines)
        for y in range(max(len(before), len(self._lines))):
            both = y < len(before) and y < len(self._lines)
            if not (both and before[y].is_same(self._lines[y])):
                self.forget(Region(0, y, self.size.width, 1))

    def draw_line(self, y: int, width: int) -> Strip:
        """One line, in the widget's colours."""
        if y >= len(self._lines) or not self._lines[y]:
            return super().draw_line(y, width)
        line = Visual.to_strips(self, self._lines[y], width, 1, self.visual_style, pad=True)[0]
        return line.adjust_cell_length(width, self.visual_style.rich_style)
