from __future__ import annotations

from itertools import pairwise

import pytest
from rich.color import Color, ColorSystem

from tests.tui.contrast import contrast
from tui.drawing.ramp_colours import ASCII_GLYPHS, GLYPHS
from tui.drawing.shades import Kind, Ramp, luminance, ramp
from tui.terminal.capabilities import Colours, Terminal

DEPTHS: tuple[Colours, ...] = ("truecolour", "256", "16", "8", "none")
KINDS: tuple[Kind, ...] = ("sequential", "diverging")
EVERY = [
    (kind, colours, dark, unicode)
    for kind in KINDS
    for colours in DEPTHS
    for dark in (True, False)
    for unicode in (True, False)
]
every_ramp = pytest.mark.parametrize(("kind", "colours", "dark", "unicode"), EVERY)

# How much of a cell is ink: measured from DejaVu Sans Mono at 100 points. Other fonts differ in the
# second digit, which the ranks do not hang on.
INK = {
    " ": 0.0, ".": 0.026, "·": 0.026, "-": 0.029, ":": 0.053, "∘": 0.069, "+": 0.110, "○": 0.144,
    "x": 0.147, "o": 0.182, "░": 0.186, "%": 0.189, "X": 0.200, "O": 0.236, "#": 0.248, "@": 0.276,
    "●": 0.400, "▒": 0.499, "▓": 0.814, "█": 1.0,
}  # fmt: skip


def made(kind: Kind, colours: Colours, dark: bool, unicode: bool) -> Ramp:
    return ramp(kind, dark=dark, rooted=False, terminal=Terminal(colours, unicode))


def lightness(colour: str) -> float:
    """CIE L*, 0 to 100: what the eye takes for equal steps."""
    y = luminance(colour)
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def halves(ramp: Ramp) -> list[list[int]]:
    """The levels from the background outward: one way, or both."""
    levels = list(range(len(ramp.shades)))
    if ramp.kind == "sequential":
        return [levels]
    middle = len(levels) // 2
    return [levels[middle:], levels[middle::-1]]


@every_ramp
def test_every_step_of_a_ramp_is_seen_and_none_goes_back(
    kind: Kind, colours: Colours, dark: bool, unicode: bool
):
    made_ = made(kind, colours, dark, unicode)
    for levels in halves(made_):
        light = [lightness(made_.shades[level]) * (1 if dark else -1) for level in levels]
        inks = [INK[made_.glyphs[level]] for level in levels]
        assert light == sorted(light)
        assert inks == sorted(inks)
        for (shade, ink), (next_shade, next_ink) in pairwise(zip(light, inks, strict=True)):
            assert next_shade - shade > 1.0 or next_ink > ink


@every_ramp
def test_text_on_every_shade_has_a_contrast_of_4_5(
    kind: Kind, colours: Colours, dark: bool, unicode: bool
):
    made_ = made(kind, colours, dark, unicode)
    for shade, ink in zip(made_.shades, made_.inks, strict=True):
        assert contrast(shade, ink) >= 4.5


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize(
    ("colours", "system"),
    [("256", ColorSystem.EIGHT_BIT), ("16", ColorSystem.STANDARD), ("8", ColorSystem.STANDARD)],
)
def test_poorer_terminals_show_exactly_the_shades_that_were_picked(
    kind: Kind, dark: bool, colours: Colours, system: ColorSystem
):
    made_ = made(kind, colours, dark, True)
    numbers = []
    for colour in (*made_.shades, *made_.inks):
        fewer = Color.parse(colour).downgrade(system)
        assert fewer.get_truecolor().hex == colour if system == ColorSystem.EIGHT_BIT else True
        numbers.append(fewer.number)
        if system == ColorSystem.STANDARD:
            from rich._palettes import STANDARD_PALETTE

            assert fewer.number is not None
            assert STANDARD_PALETTE[fewer.number].hex == colour
    shown = numbers[: len(made_.shades)]
    assert colours != "8" or all(number is not None and number < 8 for number in shown)
    assert len(set(shown)) == len(shown)


@every_ramp
def test_zero_has_a_level_of_its_own_in_the_middle(
    kind: Kind, colours: Colours, dark: bool, unicode: bool
):
    made_ = made(kind, colours, dark, unicode)
    if kind == "sequential":
        assert made_.level(0.0, 0.0, 9.0) == 0
    else:
        middle = made_.level(0.0, -3.0, 1.0)
        assert middle == len(made_.shades) // 2
        assert len(made_.shades) % 2 == 1
        assert made_.glyphs[middle] == " "
        assert made_.shades[middle] not in (made_.shades[0], made_.shades[-1]) or colours == "none"


@pytest.mark.parametrize("family", [GLYPHS, ASCII_GLYPHS])
def test_negative_and_positive_share_no_glyph_but_the_blank(family):
    assert set(family.negative) & set(family.positive) == {" "}
    assert family.negative[0] == family.positive[0] == family.sequential[0] == " "


@every_ramp
def test_glyphs_are_for_terminals_whose_shades_do_not_say_it_all(
    kind: Kind, colours: Colours, dark: bool, unicode: bool
):
    made_ = made(kind, colours, dark, unicode)
    assert made_.halves == (unicode and colours != "none")
    assert (set(made_.glyphs) == {" "}) == made_.halves
    if not unicode:
        assert "".join(made_.glyphs).isascii()
