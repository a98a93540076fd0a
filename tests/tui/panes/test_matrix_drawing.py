"""What the matrix is drawn of: numbers, shades and labels that can be told apart."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from engine.text.labels import labels
from engine.wire.values import View
from tests.tui.fake_data import dataset
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, until
from tui.drawing.numbers import MINUS
from tui.drawing.shades import ramp
from tui.panes.matrix.cells import ramp_for, text_of
from tui.panes.matrix.grid import MatrixGrid
from tui.panes.matrix.labels import axis_labels, in_ascii
from tui.panes.matrix.legend import legend
from tui.panes.matrix.scales import aligned, padded
from tui.terminal.capabilities import Terminal
from tui.terminal.letter_widths import laid_out


def test_padding_never_changes_the_width_of_a_field():
    for label in map(laid_out, ("a", "山", "\u0301", "\u0940", "an", "山川")):
        for width in (1, 2, 5):
            assert cell_len(padded(label, width)) == width


@pytest.mark.parametrize(
    ("view", "values"),
    [
        ("counts", [0, 9, 9_999, 10_000, 99_999, 949_999, 999_999, 12_345_678, 10**12, 10**18]),
        ("selected", [0.0, 1e-300, 9.6e-10, 3.1e-6, 0.00096, 0.0266, 0.5, 0.9994, 0.9996, 1.0]),
        ("difference", [0.0, 3e-6, 0.0004, 0.0266, 0.09949, 0.5, 0.9996, 1.0]),
        ("weights", [0.0, 0.04, 0.96, 9.94, 9.96, 999.4, 999.6, 1e4, 9.4e9, 9.6e9, 1e99, 1e308]),
    ],
)
def test_numbers_side_by_side_never_touch(view: View, values: list[float]):
    signed = [-v for v in values] if view in ("difference", "weights") else []
    for value in [*values, *signed]:
        cell = aligned(text_of(value, view), 5)
        assert len(cell) == 5
        assert cell.endswith(" "), cell


async def test_no_two_numbers_of_a_difference_touch_and_its_legend_says_which_side_is_above():
    async with opened(FakeEngine(), (200, 60)) as (app, pilot):
        await pilot.press("M")
        await until(pilot, lambda: "100 × (net − counts)" in screen_text(app))
        await until(pilot, lambda: "net above" in screen_text(app))
        matrix = app.query_one(MatrixGrid)
        told = [line.text for line in map(matrix.render_line, range(2, 40, 2))]
        assert any(MINUS in line for line in told)
        for line in told:
            assert not re.search(r"\S[+−]|[+−]\d{4}", line), line


@pytest.mark.parametrize("width", range(16, 60))
@pytest.mark.parametrize("terminal", [Terminal(), Terminal(unicode=False, colours="none")])
def test_a_legend_of_a_difference_says_which_side_is_above_in_whatever_room(
    width: int, terminal: Terminal
):
    ramp = ramp_for("difference", dark=True, terminal=terminal)
    shown = legend(ramp, -0.123, 0.05, "difference", width, "net")
    assert shown.cell_length <= width
    if width >= 21:
        below, above = shown.plain.split("below")[0], shown.plain.split("above")[0]
        assert len(below) < len(above)
        assert "net" in shown.plain


def test_ramps_grow_lighter_or_darker_without_a_step_back():
    def lightness(colour: str) -> float:
        r, g, b = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
        return 0.299 * r + 0.587 * g + 0.114 * b

    for dark in (True, False):
        steps = [lightness(c) for c in ramp("sequential", dark=dark, rooted=True).shades]
        assert steps == sorted(steps, reverse=not dark)
        both = [lightness(c) for c in ramp("diverging", dark=dark, rooted=False).shades]
        middle = len(both) // 2
        assert both[middle:] == sorted(both[middle:], reverse=not dark)
        assert both[: middle + 1] == sorted(both[: middle + 1], reverse=dark)


def test_zero_has_the_middle_of_a_diverging_ramp():
    for low, high in ((-1.0, 3.0), (-5.0, 0.1), (0.0, 0.0)):
        both = ramp("diverging", dark=True, rooted=False)
        assert both.level(0.0, low, high) == len(both.shades) // 2


@given(st.sets(st.characters(exclude_categories=["Cs"]), max_size=120))
def test_no_two_labels_at_the_edges_are_alike_in_ascii_either(characters: set[str]):
    alphabet = (".", *sorted(characters - {"."}))
    data = dataset(("?",) * len(alphabet), characters=alphabet)
    for written in (labels(alphabet), in_ascii(replace(data, labels=labels(alphabet)))):
        at_the_edges = axis_labels(written)
        assert len(set(written)) == len(set(at_the_edges)) == len(alphabet)
    assert all(map(str.isascii, at_the_edges))
