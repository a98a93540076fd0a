"""Laws of the training's clock: as many steps a second as asked for, and no burst too long."""

from __future__ import annotations

import math

import pytest

from engine.lab.pacing import BURST_SECONDS, Pacing


class Clock:
    """Time that passes only where the test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        for module in ("engine.lab.pacing", "engine.training.speed"):
            monkeypatch.setattr(f"{module}.time.monotonic", lambda: self.now)


def train(clock: Clock, pace: float, seconds: float, *, most: int, step: float) -> list[int]:
    """The bursts of a training: the steps that each was asked for.

    Args:
        clock: moves on.
        pace: steps per second.
        seconds: for how long.
        most: steps that the trainer makes in one burst.
        step: seconds that one takes.
    """
    pacing, end, asked = Pacing(), clock.now + seconds, []
    pacing.begin()
    while clock.now < end:
        steps = pacing.steps(pace)
        if steps == 0:
            clock.now = pacing.next(pace)
            continue
        asked.append(steps)
        clock.now += min(steps, most) * step
        pacing.made(min(steps, most), min(steps, most) * step, pace)
    return asked


def test_a_burst_grows_from_the_steps_that_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = train(Clock(monkeypatch), math.inf, 0.01, most=4, step=1e-6)
    assert len(asked) > 2000, "more than a float has powers of two"
    assert max(asked) == 8


@pytest.mark.parametrize("pace", [0.5, 20.0, 500.0, 10_000.0, 65_000.0])
@pytest.mark.parametrize("most", [1, 7, 10**6])
def test_a_pace_is_kept_however_few_steps_a_burst_may_have(
    monkeypatch: pytest.MonkeyPatch, pace: float, most: int
) -> None:
    asked = train(Clock(monkeypatch), pace, 1000 / pace, most=most, step=1e-6)
    made = sum(min(steps, most) for steps in asked)
    assert made == pytest.approx(1000, abs=1 + pace * BURST_SECONDS)


@pytest.mark.parametrize("pace", [1e6, 1e300, math.inf])
def test_no_burst_takes_long_where_the_device_is_slower_than_the_pace(
    monkeypatch: pytest.MonkeyPatch, pace: float
) -> None:
    asked = train(Clock(monkeypatch), pace, 1.0, most=10**9, step=1e-5)
    assert max(asked) <= BURST_SECONDS / 1e-5


def test_after_a_long_sleep_nothing_is_caught_up_with(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, pacing = Clock(monkeypatch), Pacing()
    pacing.begin()
    assert pacing.steps(20.0) == 1
    pacing.made(1, 0.0, 20.0)
    clock.now += 3600.0
    assert pacing.steps(20.0) == 1
    pacing.made(1, 0.0, 20.0)
    assert pacing.steps(20.0) == 0


@pytest.mark.parametrize("pace", [5e-324, 1e-300, 1.7e308, math.inf])
def test_any_pace_above_0_has_a_next_burst(monkeypatch: pytest.MonkeyPatch, pace: float) -> None:
    clock, pacing = Clock(monkeypatch), Pacing()
    pacing.begin()
    assert pacing.steps(pace) == 1
    for _ in range(3):
        pacing.made(1, 1e-12, pace)
        assert pacing.next(pace) >= clock.now or pace > 1e6
