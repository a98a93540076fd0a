"""What a key press makes of a setting: a rung of a ladder, or the next value of a round."""

from __future__ import annotations

import bisect
from typing import Any, Final, Literal, get_args

from engine.settings.values import NO_PACE_LIMIT, Source, Stream

Ladder = Literal["learning_rate", "regularisation", "smoothing", "pace", "temperature"]
Round = Literal["source", "stream", "keep_sampling"]  # settings whose values have no order


def _one_two_five(low: int, high: int) -> list[float]:
    """1, 2 and 5 of each decade, from 10^low to 10^high.

    >>> _one_two_five(-1, 1)
    [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]
    """
    decades = [float(f"{digit}e{power}") for power in range(low, high) for digit in (1, 2, 5)]
    return [*decades, 10.0**high]


RUNGS: Final[dict[Ladder, list[float]]] = {
    "learning_rate": _one_two_five(-3, 6),
    "regularisation": [0.0, *_one_two_five(-4, 2)],
    "smoothing": [0.0, *_one_two_five(-1, 6)],
    "temperature": [tenths / 10 for tenths in range(51)],
    # Doubling, from the lecture's 20 steps a second both ways.
    "pace": [*(20 * 2.0**power for power in range(-5, 11)), NO_PACE_LIMIT],
}


ROUNDS: Final[dict[Round, tuple[Any, ...]]] = {
    "source": get_args(Source),
    "stream": get_args(Stream),
    "keep_sampling": (False, True),
}


def moved(setting: Ladder | Round, value: Any, by: int) -> Any:
    """The value `by` rungs above (or below) the present one, or as many further on in its round.

    >>> moved("source", "both", 1), moved("keep_sampling", False, 3), moved("pace", 20.0, 1)
    ('counts', True, 40.0)
    """
    match setting:
        case "source" | "stream" | "keep_sampling":
            values = ROUNDS[setting]
            return values[(values.index(value) + by) % len(values)]
        case _:
            return climb(setting, value, by)


def climb(setting: Ladder, value: float, by: int) -> float:
    """The value `by` rungs above (or below) the present one; the ends of the ladder stop it.

    >>> climb("learning_rate", 50.0, -1), climb("learning_rate", 60.0, 1), climb("pace", 20.0, -9)
    (20.0, 100.0, 0.625)
    >>> climb("smoothing", 0.1, -1), climb("smoothing", 0.0, 1), climb("smoothing", 0.05, -1)
    (0.0, 0.1, 0.0)
    >>> climb("learning_rate", 60.0, -1), climb("learning_rate", 100.0, 1)
    (50.0, 200.0)
    """
    rungs = RUNGS[setting]
    if by > 0:
        place = bisect.bisect_right(rungs, value) - 1 + by
    else:
        place = bisect.bisect_left(rungs, value) + by
    return rungs[min(max(place, 0), len(rungs) - 1)]
