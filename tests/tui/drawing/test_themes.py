from __future__ import annotations

import pytest
from rich._palettes import STANDARD_PALETTE
from rich.color import Color, ColorSystem

from tests.tui.contrast import contrast
from tui.drawing.themes import themes
from tui.terminal.capabilities import Colours

DEPTHS: tuple[Colours, ...] = ("truecolour", "256", "16", "8", "none")


def palette(colours: Colours, which: int) -> dict[str, str]:
    theme = themes(colours)[which]
    named = {
        name: value
        for name, value in vars(theme).items()
        if isinstance(value, str) and value.startswith("#")
    }
    return named | {name: value for name, value in theme.variables.items() if " " not in value}


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("colours", DEPTHS)
def test_text_of_our_themes_has_a_contrast_of_4_5(colours: Colours, which: int):
    made = palette(colours, which)
    back, panel = made["background"], made["panel"]
    pairs = [
        *((made[name], back) for name in
          ("foreground", "foreground-muted", "accent", "primary", "secondary", "success", "error",
           "warning")),
        *((made[name], panel) for name in ("foreground", "foreground-muted")),
        (back, made["accent"]),  # the matrix' cursor, and the cursor of a field
        (made["block-cursor-foreground"], made["block-cursor-background"]),
        # Behind a command of the palette stands what it does.
        *([(made["foreground-muted"], made["block-cursor-background"])]
          if colours in ("8", "16") else []),
    ]  # fmt: skip
    assert all(contrast(ink, ground) >= 4.5 for ink, ground in pairs), [
        (ink, ground, round(contrast(ink, ground), 2))
        for ink, ground in pairs
        if contrast(ink, ground) < 4.5
    ]


@pytest.mark.parametrize("which", [0, 1])
def test_poorer_themes_have_only_colours_of_the_terminals_palette(which: int):
    for colour in palette("256", which).values():
        assert Color.parse(colour).downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex == colour
    for colour in (*palette("16", which).values(), *palette("8", which).values()):
        number = Color.parse(colour).downgrade(ColorSystem.STANDARD).number
        assert number is not None
        assert STANDARD_PALETTE[number].hex == colour


def test_the_themes_keep_their_names_at_every_depth():
    assert {tuple(theme.name for theme in themes(colours)) for colours in DEPTHS} == {
        ("makemore-dark", "makemore-light")
    }
