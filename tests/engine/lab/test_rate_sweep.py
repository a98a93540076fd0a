"""A learning rate is read off a training whose rate rises with each step."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.built_in import built_in_path
from engine.lab.lab import Lab
from engine.lab.rate_sweep import RateCurve, curve, raised, rates


def a_valley(steps: int = 1001) -> RateCurve:
    """Losses that fall fastest at a rate of 0.01 and are least at 0.1; the batches differ."""
    exponents = np.linspace(-3, 0, steps)
    falls = 3 - 2 / (1 + np.exp(-6 * (exponents + 2)))
    rises = np.exp(12 * (exponents + 0.55))
    noise = np.random.default_rng(1).normal(0, 0.1, steps)
    return curve(10**exponents, (falls + rises + noise).tolist())


def test_the_rates_of_the_steepest_fall_and_of_the_least_loss_are_read_off_in_spite_of_noise() -> (
    None
):
    found = a_valley()
    assert np.log10(found.rates_N[found.steepest]) == pytest.approx(-2, abs=0.2)
    exponents = np.log10(found.rates_N)
    noiseless = 3 - 2 / (1 + np.exp(-6 * (exponents + 2))) + np.exp(12 * (exponents + 0.55))
    assert exponents[found.least] == pytest.approx(exponents[noiseless.argmin()], abs=0.2)
    least = found.rates_N[found.least]
    assert found.rate_to_take("sgd") == pytest.approx(least / 2, rel=0.1)
    assert found.rate_to_take("adamw") == pytest.approx(least / 10, rel=0.1)


def test_a_mean_is_of_the_losses_around_a_step_as_far_as_there_are_any() -> None:
    losses = [5.0, 3.0, 4.0, 0.0, 1.0, 8.0]
    found = RateCurve(np.arange(1.0, 7), np.array(losses), 1)
    means = [np.mean(losses[max(0, i - 1) : i + 2]) for i in range(6)]
    assert found.smoothed_N.tolist() == pytest.approx(means)
    assert found.least == int(np.argmin(means))


def test_a_fall_behind_the_least_loss_is_none_that_counts() -> None:
    losses = [3.0, 2.9, 2.5, 2.1, 2.0, 2.0, 2.0, 90.0, 90.0, 90.0, 5.0, 5.0, 5.0]
    found = RateCurve(rates(0.1, 100, 13), np.array(losses), 1)
    assert found.steepest == 2
    assert not found.falls_at_the_end


def test_where_the_loss_falls_to_the_end_larger_rates_may_be_better() -> None:
    assert RateCurve(rates(0.1, 1, 30), np.linspace(3, 2, 30), 2).falls_at_the_end


def test_each_step_is_made_with_its_rate_from_the_same_weights() -> None:
    lab, other = (Lab(built_in_path(), device="cpu") for _ in range(2))
    rates_N = rates(1, 100, 30)
    losses = list(raised(lab.selected, rates_N))
    expected = []
    for rate in rates_N.tolist():
        other.configure({"learning_rate": rate})
        expected += other.selected.step_once().losses
    assert losses == expected
    assert lab.selected.step == 30


def test_the_losses_end_where_they_are_no_longer_finite() -> None:
    lab = Lab(built_in_path(), device="cpu")
    assert 0 < len(list(raised(lab.selected, rates(1, 1e300, 40)))) < 40
