"""Finding a learning rate as lecture 2 does: it rises with each step, and the losses tell.

The way is that of Smith, Cyclical Learning Rates for Training Neural Networks (2017).

Shape suffixes: N steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import OutOfMemory
from engine.lab.run import Run

SMOOTHED: Final = 20  # the part of the steps that a mean is taken of, to either side of each
BELOW_LEAST: Final = {  # a rate to train with, as a part of that of the least loss
    "adamw": 0.1,  # fastai's rule of thumb
    "sgd": 0.5,  # lecture 2's net has its least loss at 0.2 or so, and trains with 0.1
}

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class RateCurve:
    """What came of a training whose rate rose by the same factor with each step.

    Attributes:
        rates_N: of the steps that were made.
        losses_N: of each batch, before the step with that rate.
        width: of the mean, in steps to either side.
    """

    rates_N: Array
    losses_N: Array
    width: int

    @property
    def smoothed_N(self) -> Array:
        """The mean of the losses around each step; at the ends of those that there are."""
        sums_N = np.concatenate(([0.0], self.losses_N.cumsum()))
        steps_N = np.arange(len(self.losses_N))
        first_N = np.maximum(steps_N - self.width, 0)
        last_N = np.minimum(steps_N + self.width + 1, len(steps_N))
        means_N: Array = (sums_N[last_N] - sums_N[first_N]) / (last_N - first_N)
        return means_N

    @property
    def least(self) -> int:
        """The step with the least smoothed loss, from 0."""
        return int(self.smoothed_N.argmin())

    @property
    def steepest(self) -> int:
        """The step up to `least`, from 0, at which the smoothed loss falls fastest.

        As the rate grows by the same factor, that is by the rate's logarithm.
        """
        smoothed_N = self.smoothed_N[: self.least + self.width + 1]
        if len(smoothed_N) <= 2 * self.width:
            return self.least
        falls = smoothed_N[: -2 * self.width] - smoothed_N[2 * self.width :]
        return int(falls.argmax()) + self.width

    def rate_to_take(self, optimizer: str) -> float:
        """A rate to train with, below that of the least loss; see `BELOW_LEAST`."""
        return float(f"{BELOW_LEAST[optimizer] * self.rates_N[self.least]:.1g}")

    @property
    def falls_at_the_end(self) -> bool:
        """Whether larger rates may have a smaller loss still."""
        return self.least >= len(self.losses_N) - 1 - self.width


def rates(least: float, most: float, steps: int) -> Array:
    """Rates from the least to the most, each by the same factor larger than the one before."""
    return np.geomspace(least, most, steps)


def raised(run: Run, rates_N: Array) -> Iterator[float]:
    """Make a step of a run with each rate; their losses, as far as they are finite.

    Raises:
        OutOfMemory: a step takes more than there is.
    """
    run.train(more=len(rates_N))
    for rate in rates_N.tolist():
        run.configure({"learning_rate": rate})
        while not (burst := run.advance(1)).losses:  # it may measure first
            if burst.diverged:
                return
            if run.state == "failed":
                raise OutOfMemory(run.reason)
        yield burst.losses[0]


def curve(rates_N: Array, losses: list[float]) -> RateCurve:
    """The curve of the losses that `raised` has given."""
    losses_N = np.array(losses)
    return RateCurve(rates_N[: len(losses)], losses_N, max(1, len(rates_N) // SMOOTHED))
