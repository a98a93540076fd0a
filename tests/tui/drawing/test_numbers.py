"""Numbers on the screen: one minus sign, one way for thousands, and nothing small shown as 0."""

from __future__ import annotations

import re

import pytest

from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tests.tui.real_engine import RealEngine
from tui.drawing.numbers import compact, figure
from tui.terminal.capabilities import Terminal

HYPHEN_FOR_MINUS = re.compile(r"(?<![\w.,])-\.?\d")
UNBROKEN = re.compile(r"(?<![\d.])(?!2147483647)\d{5,}")


@pytest.mark.parametrize("value", [1e-300, 3.1e-6, 4.9e-5, 0.00096, -3.1e-6])
@pytest.mark.parametrize("digits", [3, 4])
def test_what_is_not_0_never_looks_like_0(value: float, digits: int):
    assert float(figure(value, digits).replace("−", "-")) == pytest.approx(value, rel=0.1)


@pytest.mark.parametrize("power", [*range(-12, 13), 100])
def test_a_figure_takes_seven_columns_and_a_sign(power: int):
    for digit in (1, 2.7182818, 9.99999999):
        value = digit * 10.0**power
        assert len(figure(value)) <= 7 + (power == 100)
        assert len(figure(-value, 3, sign=True)) <= 8 + (power == 100)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_every_view_writes_its_numbers_by_one_rule(size: tuple[int, int]):
    engine = RealEngine()
    async with opened(engine, size) as (app, pilot):
        engine.lab.configure({"learning_rate": 2000.0, "smoothing": 0.0, "pace": 100_000.0})
        engine.lab.selected.goal = 1_000_000
        engine.step_to(12)
        for _ in range(5):
            await pilot.press("m", "down", "right")
            await settled(pilot)
            text = screen_text(app)
            assert not HYPHEN_FOR_MINUS.findall(text), text
            assert not UNBROKEN.findall(text), text
        assert "−" in text or size[0] < 100
        assert "lr 2,000" in text


async def test_a_terminal_of_ascii_gets_a_hyphen_for_the_minus_sign():
    engine = FakeEngine()
    async with opened(engine, (200, 60), Terminal(unicode=False)) as (app, pilot):
        await pilot.press("m", "m", "m")
        await until(pilot, lambda: HYPHEN_FOR_MINUS.search(screen_text(app)))


async def test_the_read_out_tells_a_tiny_probability_with_an_exponent():
    engine = FakeEngine()
    value = engine.value
    engine.value = lambda view, r, c: 3.1e-6 if view == "selected" else value(view, r, c)  # type: ignore[method-assign]
    async with opened(engine) as (app, pilot):
        await until(pilot, lambda: "3.1e-06" in screen_text(app))


@pytest.mark.parametrize(
    ("value", "text"),
    [(50.0, "50"), (0.1, "0.1"), (123456.0, "123,456"), (1e6, "1e+06"), (1e-300, "1e-300")],
)
def test_a_setting_is_told_with_no_more_digits_than_it_needs(value: float, text: str):
    assert compact(value) == text
