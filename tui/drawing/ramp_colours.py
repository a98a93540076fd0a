"""The colours and glyphs that ramps are made of: for each depth of colour, dark and light.

Lightness is monotonic in each, so that shades read without their hue too. A gradient of 24 bits
keeps 8 to 12 of its steps on a terminal of 256 colours, and not even in order: there, and with
fewer, every shade is an entry of the terminal's own palette, picked by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class RampColours:
    """Shades from the background outward. `negative` and `positive` begin with the same one."""

    sequential: tuple[str, ...]
    negative: tuple[str, ...]
    positive: tuple[str, ...]


@dataclass(frozen=True)
class Glyphs:
    """Glyphs by how much ink they have, from none."""

    sequential: str
    negative: str
    positive: str


_LIGHT_BLUES: Final = ("#f7f9fb", "#deebf7", "#c6dbef", "#9ecae1", "#6baed6", "#4292c6",
                       "#2171b5", "#08519c", "#08306b")  # fmt: skip
_DARK_BLUES: Final = ("#14181d", "#11263d", "#12395f", "#165187", "#226db0", "#3f8ccf",
                      "#6babe3", "#a3ccf3", "#e3f1fd")  # fmt: skip
_LIGHT_REDS: Final = ("#f7f9fb", "#fbe0dd", "#f5bdb9", "#e98a8c", "#d2566a", "#a82a4f", "#6d0f37")
_DARK_REDS: Final = ("#14181d", "#33161f", "#591c2f", "#872a45", "#b6475f", "#de7485", "#fcc4ca")

PALETTES: Final[dict[tuple[str, bool], RampColours]] = {
    ("truecolour", True): RampColours(_DARK_BLUES, _DARK_REDS, _DARK_BLUES),
    ("truecolour", False): RampColours(_LIGHT_BLUES, _LIGHT_REDS, _LIGHT_BLUES),
    ("256", True): RampColours(
        ("#121212", "#00005f", "#000087", "#005f87", "#0087af", "#5fafd7", "#87d7ff", "#d7ffff"),
        ("#121212", "#5f0000", "#870000", "#af005f", "#d75f87", "#ff87af", "#ffd7d7"),
        ("#121212", "#000087", "#0000af", "#005f87", "#5f87af", "#87afd7", "#d7ffff"),
    ),
    ("256", False): RampColours(
        ("#ffffff", "#d7ffff", "#afd7ff", "#87afff", "#5f87d7", "#0087af", "#005f87", "#000087",
         "#00005f"),
        ("#ffffff", "#ffd7d7", "#ffafaf", "#d78787", "#d75f5f", "#af005f", "#5f0000"),
        ("#ffffff", "#afd7ff", "#87afff", "#5f87d7", "#0087af", "#005f87", "#00005f"),
    ),
    # The console has no bright backgrounds. Another colour of theirs is left to the cursor.
    ("8", True): RampColours(
        ("#000000", "#0000aa", "#00aaaa", "#aaaaaa"),
        ("#000000", "#aa0000", "#aa00aa"),
        ("#000000", "#0000aa", "#00aaaa"),
    ),
    ("8", False): RampColours(
        ("#aaaaaa", "#00aaaa", "#0000aa"),
        ("#aaaaaa", "#aa00aa", "#aa0000"),
        ("#aaaaaa", "#00aaaa", "#0000aa"),
    ),
    ("16", True): RampColours(
        ("#000000", "#0000aa", "#5555ff", "#00aaaa", "#55ffff", "#ffffff"),
        ("#000000", "#aa0000", "#ff5555", "#ffff55"),
        ("#000000", "#0000aa", "#00aaaa", "#55ffff"),
    ),
    ("16", False): RampColours(
        ("#ffffff", "#55ffff", "#00aaaa", "#5555ff", "#0000aa", "#000000"),
        ("#ffffff", "#ffff55", "#ff5555", "#aa0000"),
        ("#ffffff", "#55ffff", "#00aaaa", "#0000aa"),
    ),
}  # fmt: skip

# Signs are told apart by shape: round is negative; hatched, or made of crossing strokes, positive.
GLYPHS: Final = Glyphs(" ·░▒▓█", " ·∘○●", " ░▒▓█")
ASCII_GLYPHS: Final = Glyphs(" .:+x%#@", " -oO@", " +xX#")
