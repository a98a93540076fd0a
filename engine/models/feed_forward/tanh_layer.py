"""A layer of tanh units, with BatchNorm or without: forwards, backwards, and at evaluation.

    h = tanh(x W + b)      or, where BatchNorm makes z of x W,      h = tanh(gain · z + b)

It takes as many inputs as its weights have rows, whatever shape they came in: so two neighbours,
one behind another, become the two halves of one input.

Shape suffixes: N rows, X inputs, H units.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from engine.models.feed_forward.batch_norm import BatchNorm, Normalised

Tensors = Mapping[str, Tensor]


class Passed(NamedTuple):
    """A batch that went through a layer."""

    x_NX: Tensor
    normalised: Normalised | None
    h_NH: Tensor


class TanhLayer:
    """What a layer does with those of a model's weights and statistics that are its own.

    Args:
        number: from 1; it stands behind its weights' names, but not behind those of the first.
        batch_norm: None: there is none.
    """

    def __init__(self, number: int, batch_norm: BatchNorm | None) -> None:
        def named(what: str) -> str:
            return f"hidden {what} {number}" if number > 1 else f"hidden {what}"

        self.weights, self.gains, self.biases = named("weights"), named("gains"), named("biases")
        self.means = named("means")
        self.spreads = "" if batch_norm is None else named(batch_norm.spread)
        self._batch_norm = batch_norm

    def first(self, weights_XH: Tensor, biases_H: Tensor) -> dict[str, Tensor]:
        """All of its weights before any training, by name."""
        gains = {} if self._batch_norm is None else {self.gains: torch.ones_like(biases_H)}
        return {self.weights: weights_XH} | gains | {self.biases: biases_H}

    def statistics(self, tensors: Tensors) -> dict[str, Tensor]:
        """Its running values before any batch, by name."""
        if self._batch_norm is None:
            return {}
        biases_H = tensors[self.biases]
        return {self.means: torch.zeros_like(biases_H), self.spreads: torch.ones_like(biases_H)}

    def forward(self, h: Tensor, tensors: Tensors) -> Passed:
        """Let a batch go through."""
        weights_XH, biases_H = tensors[self.weights], tensors[self.biases]
        x_NX = h.view(-1, len(weights_XH))
        if self._batch_norm is None:
            return Passed(x_NX, None, torch.addmm(biases_H, x_NX, weights_XH).tanh_())
        normalised = self._batch_norm.normalised(torch.mm(x_NX, weights_XH))
        inner_NH = torch.addcmul(biases_H, normalised.z_NH, tensors[self.gains])
        return Passed(x_NX, normalised, inner_NH.tanh_())

    def backward(self, passed: Passed, d_h: Tensor, tensors: Tensors) -> tuple[Tensor, Tensors]:
        """From the gradient by what a batch became to that by what it was, and by the weights.

        Args:
            passed: the batch.
            d_h: which is overwritten.
            tensors: the weights.
        """
        x_NX, normalised, h_NH = passed
        d_inner_NH = d_h.view_as(h_NH)
        d_inner_NH.addcmul_(d_inner_NH * h_NH, h_NH, value=-1)  # by what tanh took: times 1 - h²
        if self._batch_norm is None or normalised is None:
            gradients = {self.biases: d_inner_NH.sum(0)}
        else:
            d_inner_NH, d_gains_H, d_biases_H = self._batch_norm.gradients(
                normalised, tensors[self.gains], d_inner_NH
            )
            gradients = {self.gains: d_gains_H, self.biases: d_biases_H}
        gradients[self.weights] = torch.mm(x_NX.t(), d_inner_NH)
        return torch.mm(d_inner_NH, tensors[self.weights].t()), gradients

    def follow(self, passed: Passed, statistics: Tensors) -> None:
        """Let the running values follow those of a batch."""
        if self._batch_norm is not None and passed.normalised is not None:
            self._batch_norm.follow(
                statistics[self.means], statistics[self.spreads], passed.normalised
            )

    def at_evaluation(self, tensors: Tensors) -> tuple[Tensor, Tensor]:
        """Weights and biases that do what the running BatchNorm does, too; (X, H) and (H,)."""
        weights_XH, biases_H = tensors[self.weights], tensors[self.biases]
        if self._batch_norm is None:
            return weights_XH, biases_H
        factor_H = self._batch_norm.factor(tensors[self.gains], tensors[self.spreads])
        return weights_XH * factor_H, biases_H - tensors[self.means] * factor_H
