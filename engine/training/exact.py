"""Exact gradient descent on the counts, a burst of steps at a time.

Shape suffixes: V symbols.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor

from engine.devices import one_thread
from engine.errors import BadSetting
from engine.models import bigram
from engine.models.bigram import Bigram
from engine.settings.values import Value
from engine.training.trainer import Burst

TRACE: Final = 1 << 20  # weights kept of a burst: 8 MB, 1,438 steps of the lecture's net


class ExactTrainer:
    """Trains the net by the exact gradient, which follows from the counts; see `Trainer`.

    Args:
        model: its W lies on the device of the counts.
        shares_VV: N/n of the training words, see `shares_of`; (V, V).
        held_out_VV: the same of the hold-out; None without one.
    """

    measures_each_step = True
    is_measured = True

    def __init__(self, model: Bigram, shares_VV: Tensor, held_out_VV: Tensor | None) -> None:
        self._model = model
        self._shares_VV = shares_VV
        self._held_out_VV = held_out_VV
        self.nll = self._mean_square = self.held_out_nll = math.nan
        self.longest_burst = max(1, TRACE // len(shares_VV) ** 2)
        self._go_on_from(model.weights_VV, 0)

    def state(self) -> dict[str, Tensor]:
        """See `Trainer.state`: W alone."""
        return {"weights": self._model.weights_VV.cpu().clone()}

    def resume(self, state: dict[str, Tensor], step: int) -> None:
        """See `Trainer.resume`.

        What is known of the weights' loss is measured again: it is the same to the last bit.
        """
        weights_VV = state["weights"]
        if weights_VV.shape != self._shares_VV.shape:
            raise BadSetting("The weights are of another number of symbols.")
        self._go_on_from(weights_VV.to(self._shares_VV), step)
        if not (math.isfinite(self.nll) and math.isfinite(self._mean_square)):
            raise BadSetting("The weights have no finite loss.")

    @torch.inference_mode()
    def burst(self, steps: int, settings: Mapping[str, Value]) -> Burst:
        """See `Trainer.burst`."""
        learning_rate = float(settings["learning_rate"])
        regularisation = float(settings["regularisation"])
        steps = min(steps, self.longest_burst)
        trace = self._shares_VV.new_empty((steps + 1, *self._shares_VV.shape))
        trace[0] = self._model.weights_VV
        with one_thread(where=self._shares_VV.numel() < bigram.SMALL):
            bigram.descend(trace, self._shares_VV, learning_rate, regularisation)
            measured = self._measure(trace[1:])
        # What is known of the first weights need not be measured again.
        known = (self.nll, self._mean_square, self.held_out_nll)
        nlls, squares, held_out = (
            [first, *others] for first, others in zip(known, measured, strict=True)
        )
        losses = [nll + regularisation * square for nll, square in zip(nlls, squares, strict=True)]
        good = next((i for i, loss in enumerate(losses) if not math.isfinite(loss)), steps + 1) - 1
        if good > 0:
            self._model.weights_VV = trace[good].clone()
            self.nll, self._mean_square, self.held_out_nll = (
                nlls[good],
                squares[good],
                held_out[good],
            )
        good = max(good, 0)
        first = self.step + 1
        self.step += good
        return Burst(
            first=first,
            losses=tuple(losses[:good]),
            nlls=tuple(nlls[:good]),
            held_out=tuple(held_out[:good]) if self._held_out_VV is not None else (),
            diverged=good < steps,
        )

    def measure_on(self) -> None:
        """See `Trainer.measure_on`: everything is known at each step."""

    @torch.inference_mode()
    def _go_on_from(self, weights_VV: Tensor, step: int) -> None:
        self.step = step
        self._model.weights_VV = weights_VV
        self.nll, self._mean_square, self.held_out_nll = (
            losses[0] for losses in self._measure(weights_VV[None])
        )

    def _measure(self, weights_KVV: Tensor) -> tuple[list[float], list[float], list[float]]:
        """NLL, mean square and hold-out NLL of each; the last NaN without a hold-out."""
        nlls = bigram.nll(weights_KVV, self._shares_VV)
        squares = bigram.mean_square(weights_KVV)
        if self._held_out_VV is None:
            return nlls.tolist(), squares.tolist(), [math.nan] * len(weights_KVV)
        held_out = bigram.nll(weights_KVV, self._held_out_VV)
        return nlls.tolist(), squares.tolist(), held_out.tolist()
