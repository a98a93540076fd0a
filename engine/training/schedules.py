"""How the learning rate changes with the steps."""

from __future__ import annotations

import math
from collections.abc import Mapping

from engine.settings.values import Value


def rate_at(number: int, settings: Mapping[str, Value]) -> float:
    """The learning rate of a step.

    At `decay_at` steps (0: never) what is left of the rate is its part `decay_to`. The schedule
    `step` falls at once, `linear` in a straight line until there, `cosine` along half a wave. In
    the first `warmup` steps the rate rises to what it is, and only behind them it falls.

    Args:
        number: how many steps were made before.
        settings: of a run; see `minibatch_settings`.

    >>> lecture = {"learning_rate": 0.1, "schedule": "step", "decay_at": 5, "decay_to": 0.1}
    >>> [round(rate_at(number, lecture | {"warmup": 2}), 3) for number in (0, 1, 4, 5)]
    [0.05, 0.1, 0.1, 0.01]
    """
    rate, warmup = float(settings["learning_rate"]), int(settings["warmup"])
    if warmup:
        rate *= min(1.0, (number + 1) / warmup)
    decay_at, left = int(settings["decay_at"]), float(settings["decay_to"])
    if not decay_at:
        return rate
    done = min(1.0, max(0, number - warmup) / max(1, decay_at - warmup))
    match settings["schedule"]:
        case "step":
            return rate * left if number >= decay_at else rate
        case "linear":
            return rate * (1 - (1 - left) * done)
        case "cosine":
            return rate * (left + (1 - left) * (1 + math.cos(math.pi * done)) / 2)
    return rate
