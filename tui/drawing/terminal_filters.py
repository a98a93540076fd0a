"""What poorer terminals get of a line that Textual has drawn: no colours, no more than ASCII.

Textual draws every widget as for a rich terminal; these stand at the way out, so that nothing of it
is forgotten, our own widgets or Textual's.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from tui.drawing.ascii import to_ascii

_HALF: Final = 0.5  # of the way from black to white, as the eye goes
_QUIET: Final = 0.3, 0.7  # text between these is muted: the themes' greys are near a half


class InAscii(LineFilter):
    """Writes every line in ASCII, each character in as many columns as before."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments, with other characters."""
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]


class Colourless(LineFilter):
    """Tells by reverse video, dim, bold and underline what was told by colour.

    In a dark theme a light background becomes reverse video, and the reverse.
    """

    def __init__(self, *, dark: bool) -> None:
        super().__init__()
        self._dark = dark

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments, without a colour."""
        return [
            Segment(text, style and _colourless(style, self._dark), control)
            for text, style, control in segments
        ]


@lru_cache(4096)
def _colourless(style: Style, dark: bool) -> Style:
    front, back = _brightness(style.color), _brightness(style.bgcolor)
    if style.reverse and (front is not None or back is not None):
        front, back = back, front
        reverse = False
    else:
        reverse = bool(style.reverse)
    if back is not None:
        reverse = reverse != ((back < _HALF) == (not dark) if back != _HALF else False)
    muted = front is not None and _QUIET[0] < front < _QUIET[1] and not reverse
    return Style(
        bold=style.bold, italic=style.italic, underline=style.underline, strike=style.strike,
        reverse=reverse, dim=bool(style.dim) or muted, link=style.link, meta=style.meta or None,
    )  # fmt: skip


def _brightness(colour: RichColor | None) -> float | None:
    """How bright a colour is, 0 to 1; None for the terminal's own."""
    if colour is None or colour.is_default:
        return None
    return Color.from_rich_color(colour).brightness


DARK: Final = Colourless(dark=True)
LIGHT: Final = Colourless(dark=False)
ASCII: Final = InAscii()
