"""From a value to a colour: the shades of the matrix.

Two kinds of ramp. A sequential one runs from the background (nothing) to the strongest shade, in
the blues of the lecture's figure; a diverging one has the background in its middle, for what can be
negative. Values are quantised to a ramp's levels before anything is drawn, so that training, which
moves every value a little at each step, changes few cells a frame.

A `Ramp` is all that the matrix knows of colour: a poorer terminal gets other ramps, not other code.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import isfinite, sqrt
from typing import Final, Literal

Kind = Literal["sequential", "diverging"]
RGB = tuple[int, int, int]

LEVELS: Final = 20  # 32 send a third more to the terminal during training, and look the same

# Stops from low to high. Lightness is monotonic in each, so that shades read without their hue too.
_LIGHT_BLUES: Final = ("#f7f9fb", "#deebf7", "#c6dbef", "#9ecae1", "#6baed6", "#4292c6",
                       "#2171b5", "#08519c", "#08306b")  # fmt: skip
_DARK_BLUES: Final = ("#14181d", "#11263d", "#12395f", "#165187", "#226db0", "#3f8ccf",
                      "#6babe3", "#a3ccf3", "#e3f1fd")  # fmt: skip
_LIGHT_REDS: Final = ("#f7f9fb", "#fbe0dd", "#f5bdb9", "#e98a8c", "#d2566a", "#a82a4f", "#6d0f37")
_DARK_REDS: Final = ("#14181d", "#33161f", "#591c2f", "#872a45", "#b6475f", "#de7485", "#fcc4ca")

INK_ON_DARK: Final = "#e6edf3"
INK_ON_LIGHT: Final = "#0b1420"


@dataclass(frozen=True)
class Ramp:
    """Shades by level, lowest first, and how values come to levels."""

    kind: Kind
    shades: tuple[str, ...]
    inks: tuple[str, ...]  # of text that stands on each shade
    rooted: bool  # by the square root of the value: a tenth of the largest is a third of the way

    def level(self, value: float, low: float, high: float) -> int:
        """The level of a value, where the whole matrix runs from `low` to `high`.

        >>> [RAMP.level(value, 0, 100) for value in (0, 25, 100)]
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
def ramp(kind: Kind, *, dark: bool, rooted: bool) -> Ramp:
    """A ramp for a dark or a light background."""
    blues, reds = (_DARK_BLUES, _DARK_REDS) if dark else (_LIGHT_BLUES, _LIGHT_REDS)
    if kind == "sequential":
        shades = _stretched(blues, LEVELS)
    else:
        # An odd number of levels, so that zero has one of its own.
        half = LEVELS // 2 + 1
        shades = _stretched(reds, half)[:0:-1] + _stretched(blues, half)
    inks = tuple(INK_ON_LIGHT if _lightness(_rgb(s)) > 0.5 else INK_ON_DARK for s in shades)
    return Ramp(kind, shades, inks, rooted)


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


def _lightness(colour: RGB) -> float:
    """Perceived lightness, 0 to 1: Rec. 601 luma is near enough to choose black or white text."""
    red, green, blue = colour
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


RAMP: Final = ramp("sequential", dark=True, rooted=True)
