"""From a value to a shade or a glyph: how the matrix is told.

Two kinds of ramp. A sequential one runs from the background (nothing) to the strongest shade, in
the blues of the lecture's figure; a diverging one has the background in its middle, for what can be
negative. Values are quantised to a ramp's levels before anything is drawn, so that training, which
moves every value a little at each step, changes few cells a frame.

A `Ramp` is all that the matrix knows of colour: a poorer terminal gets other ramps, not other code.
Their colours are in `tui.drawing.ramp_colours`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import isfinite, sqrt
from typing import Final, Literal, TypeVar

from tui.drawing.ramp_colours import ASCII_GLYPHS, GLYPHS, PALETTES, Glyphs
from tui.terminal.capabilities import Terminal

Kind = Literal["sequential", "diverging"]
RGB = tuple[int, int, int]
T = TypeVar("T")

LEVELS: Final = 20  # 32 send a third more to the terminal during training, and look the same
BLACK: Final = "#000000"
WHITE: Final = "#ffffff"
_GREY: Final = 0.1791  # the luminance on which black and white have the same contrast, 4.58


@dataclass(frozen=True)
class Ramp:
    """Shades and glyphs by level, lowest first, and how values come to levels."""

    kind: Kind
    shades: tuple[str, ...]
    inks: tuple[str, ...]  # of text that stands on each shade
    glyphs: tuple[str, ...]  # what fills a cell: blanks where the shade says it all
    rooted: bool  # by the square root of the value: a tenth of the largest is a third of the way
    halves: bool  # whether two cells can share a character, one as its upper half

    def level(self, value: float, low: float, high: float) -> int:
        """The level of a value, where the whole matrix runs from `low` to `high`.

        >>> blues = ramp("sequential", dark=True, rooted=True)
        >>> [blues.level(value, 0, 100) for value in (0, 25, 100)]
        [0, 10, 19]
        """
        top = len(self.shades) - 1
        if not isfinite(value):
            return top if value > 0 else 0
        if self.kind == "sequential":
            share = max(0.0, min(1.0, value / high)) if high > 0 else 0.0
            return round((sqrt(share) if self.rooted else share) * top)
        widest = max(-low, high)
        share = max(-1.0, min(1.0, value / widest)) if widest > 0 else 0.0
        if self.rooted:
            share = sqrt(share) if share >= 0 else -sqrt(-share)
        return round((share + 1) / 2 * top)


@cache
def ramp(kind: Kind, *, dark: bool, rooted: bool, terminal: Terminal = Terminal()) -> Ramp:  # noqa: B008
    """A ramp for a dark or a light background, on what a terminal can show."""
    shades = _shades(kind, dark, terminal)
    glyphs = _glyphs(kind, terminal)
    # Black and white, not the theme's softer inks, which fall short of 4.5:1 in a ramp's middle.
    # Where a terminal has fewer shades than glyphs, a shade serves for two levels, or the reverse.
    count = max(len(shades), len(glyphs))
    shades, glyphs = _spread(shades, count), _spread(glyphs, count)
    inks = tuple(BLACK if luminance(shade) > _GREY else WHITE for shade in shades)
    halves = terminal.unicode and terminal.colours != "none"
    return Ramp(kind, shades, inks, glyphs, rooted, halves)


def luminance(colour: str) -> float:
    """Relative luminance of a colour like "#6babe3", 0 to 1, as WCAG 2 defines it.

    >>> luminance("#000000"), luminance("#ffffff")
    (0.0, 1.0)
    """
    parts = [part / 255 for part in _rgb(colour)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return round(sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True)), 9)


def _shades(kind: Kind, dark: bool, terminal: Terminal) -> tuple[str, ...]:
    if terminal.colours == "none":
        return (BLACK if dark else WHITE,)
    palette = PALETTES[terminal.colours, dark]
    if terminal.colours != "truecolour":
        low, high = palette.negative, palette.positive
        return palette.sequential if kind == "sequential" else low[:0:-1] + high
    if kind == "sequential":
        return _stretched(palette.sequential, LEVELS)
    # An odd number of levels, so that zero has one of its own.
    half = LEVELS // 2 + 1
    return _stretched(palette.negative, half)[:0:-1] + _stretched(palette.positive, half)


def _glyphs(kind: Kind, terminal: Terminal) -> tuple[str, ...]:
    if terminal.unicode and terminal.colours != "none":
        return (" ",)
    family: Glyphs = GLYPHS if terminal.unicode else ASCII_GLYPHS
    if kind == "sequential":
        return tuple(family.sequential)
    return tuple(family.negative[:0:-1] + family.positive)


def _spread(values: tuple[T, ...], count: int) -> tuple[T, ...]:
    """`count` of the values, in their order; the middle one stays in the middle."""
    if count == 1:
        return values[:1]
    scale = (len(values) - 1) / (count - 1)
    middle, half = (len(values) - 1) / 2, (count - 1) / 2
    # Rounded away from the middle on both sides: what is symmetrical stays so.
    places = [middle + _away((index - half) * scale, middle) for index in range(count)]
    return tuple(values[round(place)] for place in places)


def _away(distance: float, middle: float) -> float:
    """A distance from the middle, rounded to where a value lies; halves go outward."""
    offset = middle % 1
    size = abs(distance) + offset
    nearest = int(size + 0.5) - offset
    return nearest if distance >= 0 else -nearest


def _stretched(stops: tuple[str, ...], count: int) -> tuple[str, ...]:
    """`count` colours, evenly spaced along the line through the stops."""
    colours = [_rgb(stop) for stop in stops]
    made = []
    for index in range(count):
        place = index * (len(colours) - 1) / (count - 1)
        first = min(int(place), len(colours) - 2)
        part = place - first
        pairs = zip(colours[first], colours[first + 1], strict=True)
        made.append("#{:02x}{:02x}{:02x}".format(*(round(a + (b - a) * part) for a, b in pairs)))
    return tuple(made)


def _rgb(colour: str) -> RGB:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
