"""What the models of lectures 2, 3 and 5 share: embeddings, layers of tanh units, logits.

    h = e(s)      h ← tanh layer(h), once or more      P = softmax(h W + b)

Shape suffixes: B windows, C symbols of a window, P places of all windows, E numbers of an
embedding, X inputs of a layer, H hidden units, V symbols.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from engine.devices import float_type, one_thread
from engine.models.base.exact_products import Factor
from engine.models.base.model import WindowModel
from engine.models.base.trainable import TrainableModel
from engine.models.feed_forward.tanh_layer import Passed, TanhLayer
from engine.settings.values import ModelSpec

ROWS: Final = 1024  # windows that go through at once: their layers fit a core's cache
SMALL: Final = 1 << 28  # windows times weights; below, torch's other threads are of no use


class FeedForwardModel(TrainableModel, WindowModel):
    """A model of tanh layers, whose gradients are made by hand.

    Args:
        spec: with the setting `context` (C).
        symbols: V.
        first: the first weights: `embedding`, those of the layers, `output weights` and
            `output biases`.
        layers: the first takes the embeddings, side by side.
        generator: see `TrainableModel`.
    """

    def __init__(
        self,
        spec: ModelSpec,
        symbols: int,
        first: Mapping[str, Tensor],
        layers: Sequence[TanhLayer],
        generator: torch.Generator,
    ) -> None:
        self.context = int(spec.settings["context"])
        self._layers = layers
        statistics = {
            name: values for layer in layers for name, values in layer.statistics(first).items()
        }
        super().__init__(spec, symbols, first, generator, statistics)

    def weights_changed(self) -> None:
        """See `TrainableModel.weights_changed`."""
        self._rough_layers: list[tuple[Tensor, Tensor]] = []
        self._exact_layers: list[tuple[Factor, Tensor]] = []

    def loss(
        self, inputs: Tensor, targets: Tensor, chance: torch.Generator | None = None
    ) -> Tensor:
        """See `TrainableModel.loss`; (B, C) and (B,)."""
        _, logits_BV = self._forward(inputs)
        return functional.cross_entropy(logits_BV, targets)

    @torch.no_grad()
    def gradients(
        self, inputs: Tensor, targets: Tensor, chance: torch.Generator | None = None
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """See `TrainableModel.gradients`; by hand, as in lecture 4: in half of autograd's time."""
        passed, logits_BV = self._forward(inputs)
        log_probs_BV = logits_BV.log_softmax(1)
        loss = functional.nll_loss(log_probs_BV, targets)
        # By the logits: P, less 1 at the target, divided by B.
        share = 1 / len(targets)
        d_logits_BV = log_probs_BV.exp_().mul_(share)
        d_logits_BV.scatter_(1, targets[:, None], -share, reduce="add")
        gradients = {
            "output weights": torch.mm(passed[-1].h_NH.t(), d_logits_BV),
            "output biases": d_logits_BV.sum(0),
        }
        d_h = torch.mm(d_logits_BV, self.weights["output weights"].t())
        for layer, batch in zip(reversed(self._layers), reversed(passed), strict=True):
            d_h, of_layer = layer.backward(batch, d_h, self.weights)
            gradients |= of_layer
            layer.follow(batch, self.statistics)
        # As a product of matrices, a GPU adds up each symbol's places in one order, always.
        rows_P1, rows = self._rows(inputs).reshape(-1, 1), len(self.weights["embedding"])
        one_hot_PV = d_h.new_zeros(len(rows_P1), rows).scatter_(1, rows_P1, 1.0)
        gradients["embedding"] = torch.mm(one_hot_PV.t(), d_h.view(len(rows_P1), -1))
        return loss, tuple(gradients[name] for name in self.weights)

    @torch.no_grad()
    def activations(self, inputs: Tensor) -> dict[str, Tensor]:
        """See `HasTanhLayers`; (N, H) each, as the batch is normalised where there is BatchNorm."""
        passed, _ = self._forward(inputs)
        return {f"layer {number}": layer.h_NH for number, layer in enumerate(passed, 1)}

    def _forward(self, windows_BC: Tensor) -> tuple[list[Passed], Tensor]:
        """A batch as it goes through each of the layers, and the logits; (B, V)."""
        h, passed = self._embedded(windows_BC), []
        for layer in self._layers:
            passed.append(layer.forward(h, self.weights))
            h = passed[-1].h_NH
        return passed, torch.addmm(self.weights["output biases"], h, self.weights["output weights"])

    def _embedded(self, windows_BC: Tensor) -> Tensor:
        """The embeddings of all places; (P, E)."""
        return self.weights["embedding"].index_select(0, self._rows(windows_BC).flatten())

    def _rows(self, windows_BC: Tensor) -> Tensor:
        """Which embedding each symbol of a window has; (B, C)."""
        return windows_BC

    # --- evaluation, where BatchNorm is a part of the weights -------------------------------------

    @torch.no_grad()
    def nlls(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """See `Model.nlls`; by the float32 weights."""
        on, parts = self.device, []
        with one_thread(where=self.parameters * ROWS < SMALL):
            for xs, ys in zip(torch.split(inputs, ROWS), torch.split(targets, ROWS), strict=True):
                logits_BV = self._rough_logits(xs.to(on)).to(float_type(on))
                parts.append(functional.cross_entropy(logits_BV, ys.to(on), reduction="none"))
        return torch.cat(parts).cpu().double()

    @torch.no_grad()
    def rough_probs(self, inputs: Tensor) -> Tensor:
        """See `Model.rough_probs`; by the float32 weights."""
        with one_thread():
            return self._rough_logits(inputs.to(self.device)).softmax(1).cpu().double()

    def _rough_logits(self, windows_BC: Tensor) -> Tensor:
        h = self._embedded(windows_BC)
        if not self._rough_layers:
            self._rough_layers = [(w.to(h), b.to(h)) for w, b in self._evaluated_layers()]
        *hidden, (output_HV, output_V) = self._rough_layers
        for weights_XH, biases_H in hidden:
            h = torch.addmm(biases_H, h.view(-1, len(weights_XH)), weights_XH).tanh_()
        return torch.addmm(output_V, h, output_HV)

    @torch.no_grad()
    def probs_after(self, windows_BC: Tensor) -> Tensor:
        """See `WindowModel.probs_after`."""
        if not self._exact_layers:
            self._exact_layers = [(Factor(w), b) for w, b in self._evaluated_layers()]
        with one_thread(where=len(windows_BC) * self.parameters < SMALL):
            starts = range(0, len(windows_BC), ROWS)
            return torch.cat([self._exact_probs(windows_BC[i : i + ROWS]) for i in starts])

    def _exact_probs(self, windows_BC: Tensor) -> Tensor:
        h = self._embedded(windows_BC.to(self.device)).cpu().double()
        *hidden, (output, output_V) = self._exact_layers
        for factor, biases_H in hidden:
            h = (factor.product(h.view(-1, factor.terms)) + biases_H).tanh_()
        return torch.softmax(output.product(h) + output_V, 1)

    def _evaluated_layers(self) -> list[tuple[Tensor, Tensor]]:
        """Weights and biases of each layer, the last of which makes the logits; float64."""
        tensors = {name: each.double() for name, each in self.tensors().items()}
        return [
            *(layer.at_evaluation(tensors) for layer in self._layers),
            (tensors["output weights"], tensors["output biases"]),
        ]
