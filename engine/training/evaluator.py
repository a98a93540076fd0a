"""How good a model is now and then: when it is measured, on how much of the data, and in parts.

Shape suffixes: R rows of one side of the data.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from torch import Tensor

from engine.data.examples import Examples
from engine.data.tokens import Tokens
from engine.models.base.evaluation import mean_nll_so_far
from engine.models.base.trainable import TrainableModel
from engine.training.chance import generator_for
from engine.training.trainer import Evaluation

EVALUATE_EVERY: Final = 10_000  # steps: lecture 2's net makes them in 2 seconds, one takes 0.2
EVALUATED_FIRST: Final = (100, 300, 1000, 3000)  # steps: at first the loss falls fast
EVALUATED_AT_ONCE: Final = 1 << 25  # places times weights: some milliseconds, as a request may wait
EVALUATED: Final = 1 << 18  # places of a side: all of the lecture's; a loss to three digits
EVALUATED_PRODUCTS: Final = 1 << 34  # places times weights, of a side: a second or two
EVALUATED_AT_LEAST: Final = 1 << 13  # places of a side, however large the model is


def next_evaluation(step: int) -> int:
    """The first step after `step` at which a training is evaluated."""
    early = (each for each in EVALUATED_FIRST if each > step)
    return next(early, (step // EVALUATE_EVERY + 1) * EVALUATE_EVERY)


class Evaluator:
    """Measures a model on both sides of the data, or on the same sample of a large one each time.

    Args:
        model: what it measures.
        train: what the model is trained on.
        held_out: what it is not; None without a hold-out.
        seed: of the sample.
    """

    def __init__(
        self, model: TrainableModel, train: Tokens, held_out: Tokens | None, seed: int
    ) -> None:
        self._model = model
        self._seed = seed
        sides = [model.examples(side) for side in (train, held_out) if side is not None]
        self._sides = [(side, self._sample(side)) for side in sides]
        self._latest: Evaluation | None = None
        self._going_on: Iterator[Evaluation | None] | None = None

    @property
    def nll(self) -> float:
        """Mean NLL of the training side as it was measured last; NaN before."""
        return math.nan if self._latest is None else self._latest.train

    @property
    def held_out_nll(self) -> float:
        """The same of the hold-out; NaN without one."""
        held_out = None if self._latest is None else self._latest.held_out
        return math.nan if held_out is None else held_out

    def has_measured(self, step: int) -> bool:
        """Whether the latest evaluation is of this step."""
        return self._latest is not None and self._latest.step == step

    def measure_on(self, step: int) -> Evaluation | None:
        """Go on to measure the model as it is at this step, for some milliseconds.

        It is None as long as it was not the last part.
        """
        if not self.has_measured(step):
            self._going_on = self._going_on or self._measure(step)
            evaluation = next(self._going_on)
            if evaluation is None:
                return None
            self._latest, self._going_on = evaluation, None
        return self._latest

    def weights_changed(self) -> None:
        """Break off what is being measured of the weights before."""
        self._going_on = None

    def forget(self) -> None:
        """Forget what was measured: the model is another."""
        self._latest = self._going_on = None

    def _measure(self, step: int) -> Iterator[Evaluation | None]:
        nlls: dict[int, float] = {}  # by side
        places = 0  # since it was asked to go on
        at_once = max(1, EVALUATED_AT_ONCE // self._model.work)
        for number, (side, sample_R) in enumerate(self._sides):
            rows = max(1, int(at_once / side.places_a_row))
            for nll in mean_nll_so_far(self._model, side, sample_R, rows):
                nlls[number] = nll
                places += int(min(rows, len(side)) * side.places_a_row)
                if places > at_once:
                    places = 0
                    yield None
        yield Evaluation(step, nlls[0], nlls.get(1))

    def _sample(self, side: Examples) -> Tensor | None:
        """The rows that are evaluated; None: all."""
        at_a_cost = max(EVALUATED_AT_LEAST, EVALUATED_PRODUCTS // self._model.work)
        most = int(min(EVALUATED, at_a_cost) / side.places_a_row)
        if len(side) <= most:
            return None
        return side.draw(generator_for("evaluation", self._seed), most)
