"""The multilayer perceptron of lecture 2: embeddings side by side, a tanh layer, logits.

    x = [e(s_1) … e(s_C)]      h = tanh(x W1 + b1)      P = softmax(h W2 + b2)

Source: Bengio, Ducharme, Vincent and Jauvin, A neural probabilistic language model, 2003.

Shape suffixes: B windows, C symbols of a window, E numbers of an embedding, H hidden units,
V symbols, X = C · E inputs of the hidden layer.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from engine.devices import float_type, one_thread
from engine.models.exact_products import Factor
from engine.models.model import WindowModel
from engine.models.trainable import TrainableModel, check_size
from engine.settings.values import ModelSpec

ROWS: Final = 4096  # windows that go through at once: their hidden layer fits a core's cache
SMALL: Final = 1 << 28  # windows times weights; below, torch's other threads are of no use


class Mlp(TrainableModel, WindowModel):
    """A model of kind `mlp`.

    Args:
        spec: with the settings `context` (C), `embedding` (E), `hidden` (H) and `seed`.
        symbols: V.
        device: where the weights are.

    Raises:
        BadSetting: it would be too large.
    """

    def __init__(self, spec: ModelSpec, symbols: int, device: torch.device) -> None:
        self.context = int(spec.settings["context"])
        embedding, hidden = int(spec.settings["embedding"]), int(spec.settings["hidden"])
        shapes = {  # in the order in which the lecture draws them
            "embedding": (symbols, embedding),
            "hidden weights": (self.context * embedding, hidden),
            "hidden biases": (hidden,),
            "output weights": (hidden, symbols),
            "output biases": (symbols,),
        }
        check_size(shapes.values())
        generator = torch.Generator().manual_seed(int(spec.settings["seed"]))
        first = {
            name: torch.randn(shape, generator=generator).to(device)
            for name, shape in shapes.items()
        }
        super().__init__(spec, symbols, first, generator)

    def weights_changed(self) -> None:
        """See `TrainableModel.weights_changed`."""
        self._layers: _ExactLayers | None = None

    def loss(
        self, inputs: Tensor, targets: Tensor, chance: torch.Generator | None = None
    ) -> Tensor:
        """See `TrainableModel.loss`; (B, C) and (B,)."""
        return functional.cross_entropy(self._logits(inputs), targets)

    @torch.no_grad()
    def gradients(
        self, inputs: Tensor, targets: Tensor, chance: torch.Generator | None = None
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """See `TrainableModel.gradients`; by hand, which takes half of autograd's time."""
        windows_BC, targets_B = inputs, targets
        embedding_VE, hidden_XH, hidden_H, output_HV, output_V = self.weights.values()
        places = windows_BC.flatten()
        x_BX = embedding_VE.index_select(0, places).view(len(windows_BC), -1)
        h_BH = torch.addmm(hidden_H, x_BX, hidden_XH).tanh_()
        log_probs_BV = torch.addmm(output_V, h_BH, output_HV).log_softmax(1)
        loss = functional.nll_loss(log_probs_BV, targets_B)
        # By the logits: P, less 1 at the target, divided by B. By what tanh takes: times 1 - h².
        share = 1 / len(targets_B)
        logits_BV = log_probs_BV.exp_().mul_(share)
        logits_BV.scatter_(1, targets_B[:, None], -share, reduce="add")
        inner_BH = torch.mm(logits_BV, output_HV.t())
        inner_BH.addcmul_(inner_BH * h_BH, h_BH, value=-1)
        inputs = torch.mm(inner_BH, hidden_XH.t()).view(len(places), -1)
        # As a product of matrices, a GPU adds up each symbol's places in one order, always.
        one_hot = h_BH.new_zeros(len(places), self.symbols).scatter_(1, places[:, None], 1.0)
        return loss, (
            torch.mm(one_hot.t(), inputs),
            torch.mm(x_BX.t(), inner_BH),
            inner_BH.sum(0),
            torch.mm(h_BH.t(), logits_BV),
            logits_BV.sum(0),
        )

    @torch.no_grad()
    def nlls(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """See `Model.nlls`; by the float32 weights."""
        on, parts = self.device, []
        with one_thread(where=self.parameters * ROWS < SMALL):
            for xs, ys in zip(torch.split(inputs, ROWS), torch.split(targets, ROWS), strict=True):
                logits_BV = self._logits(xs.to(on)).to(float_type(on))
                parts.append(functional.cross_entropy(logits_BV, ys.to(on), reduction="none"))
        return torch.cat(parts).cpu().double()

    @torch.no_grad()
    def probs_after(self, windows_BC: Tensor) -> Tensor:
        """See `WindowModel.probs_after`."""
        if self._layers is None:
            weights = [weight.detach().cpu().double() for weight in self.weights.values()]
            self._layers = _ExactLayers(*weights)
        is_small = len(windows_BC) * self.parameters < SMALL
        with one_thread(where=is_small):
            starts = range(0, len(windows_BC), ROWS)
            return torch.cat([self._layers.probs(windows_BC[i : i + ROWS]) for i in starts])

    @torch.no_grad()
    def rough_probs(self, inputs: Tensor) -> Tensor:
        """See `Model.rough_probs`; by the float32 weights."""
        with one_thread():
            return self._logits(inputs.to(self.device)).softmax(1).cpu().double()

    def _logits(self, windows_BC: Tensor) -> Tensor:
        embedding_VE, hidden_XH, hidden_H, output_HV, output_V = self.weights.values()
        x_BX = functional.embedding(windows_BC, embedding_VE).flatten(1)
        h_BH = torch.addmm(hidden_H, x_BX, hidden_XH).tanh()
        return torch.addmm(output_V, h_BH, output_HV)


class _ExactLayers:
    """The weights in float64, for probabilities that are the same in every batch."""

    def __init__(
        self,
        embedding_VE: Tensor,
        hidden_XH: Tensor,
        hidden_H: Tensor,
        output_HV: Tensor,
        output_V: Tensor,
    ) -> None:
        self._embedding_VE = embedding_VE
        self._hidden, self._hidden_H = Factor(hidden_XH), hidden_H
        self._output, self._output_V = Factor(output_HV), output_V

    def probs(self, windows_BC: Tensor) -> Tensor:
        """P of what follows each window; (B, V)."""
        x_BX = self._embedding_VE[windows_BC].flatten(1)
        h_BH = (self._hidden.product(x_BX) + self._hidden_H).tanh_()
        return torch.softmax(self._output.product(h_BH) + self._output_V, 1)
