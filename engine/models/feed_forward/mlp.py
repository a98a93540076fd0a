"""The multilayer perceptron of lectures 2 and 3: embeddings side by side, tanh layers, logits.

    x = [e(s_1) … e(s_C)]      h = tanh(x W1 + b1)      P = softmax(h W2 + b2)

Lecture 3 draws W1 with deviation 5/3 / √X, so that h is neither 0 nor ± 1, and W2 with 0.01, so
that at first all symbols are as likely; and it normalises x W1 over the batch.

Sources: Bengio, Ducharme, Vincent and Jauvin, A neural probabilistic language model, 2003; He,
Zhang, Ren and Sun, Delving deep into rectifiers, 2015.

Shape suffixes: C symbols of a window, E numbers of an embedding, X inputs of a layer, H hidden
units, V symbols.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from engine.data.vocabulary import BOUNDARY
from engine.models.base.layers import uniform
from engine.models.base.trainable import check_size
from engine.models.feed_forward.batch_norm import BatchNorm
from engine.models.feed_forward.model import FeedForwardModel
from engine.models.feed_forward.tanh_layer import TanhLayer
from engine.settings.values import ModelSpec

# Lecture 3 has no ε. This one is lost in float32, but where a unit is the same in a whole batch.
LECTURE_3: Final = BatchNorm(epsilon=1e-12, momentum=0.001, spread="deviations")


class Mlp(FeedForwardModel):
    """A model of kind `mlp`.

    Args:
        spec: with the settings `context` (C), `embedding` (E), `hidden` (H), `layers`,
            `initialisation`, `batchnorm`, `blank` and `seed`.
        symbols: V.
        device: where the weights are.

    Raises:
        BadSetting: it would be too large.
    """

    def __init__(self, spec: ModelSpec, symbols: int, device: torch.device) -> None:
        context, embedding, hidden, layers = (
            int(spec.settings[name]) for name in ("context", "embedding", "hidden", "layers")
        )
        self._has_blank = bool(spec.settings["blank"])
        rows = symbols + self._has_blank
        inputs = [context * embedding, *[hidden] * (layers - 1)]
        batch_norm = LECTURE_3 if spec.settings["batchnorm"] else None
        beside = 1 if batch_norm is None else 2  # of a unit: its bias, and its gain
        check_size(
            [
                (rows, embedding),
                *((size + beside, hidden) for size in inputs),
                (hidden + 1, symbols),
            ]
        )
        tanh_layers = [TanhLayer(number, batch_norm) for number in range(1, layers + 1)]
        generator = torch.Generator().manual_seed(int(spec.settings["seed"]))
        scheme = spec.settings["initialisation"]

        def draw(*shape: int, fan_in: int, times: float) -> Tensor:
            if scheme == "torch":
                return uniform(shape, fan_in, generator).to(device)
            drawn = torch.randn(shape, generator=generator)
            return (drawn * times if scheme == "kaiming" else drawn).to(device)

        # In the order in which the lectures draw them.
        first = {"embedding": torch.randn((rows, embedding), generator=generator).to(device)}
        for layer, size in zip(tanh_layers, inputs, strict=True):
            weights_XH = draw(size, hidden, fan_in=size, times=5 / 3 / size**0.5)
            if batch_norm is None:
                biases_H = draw(hidden, fan_in=size, times=0.01)
            else:
                biases_H = torch.zeros(hidden, device=device)
            first |= layer.first(weights_XH, biases_H)
        first["output weights"] = draw(hidden, symbols, fan_in=hidden, times=0.01)
        first["output biases"] = draw(symbols, fan_in=hidden, times=0)
        super().__init__(spec, symbols, first, tanh_layers, generator)

    def _rows(self, windows_BC: Tensor) -> Tensor:
        """See `FeedForwardModel._rows`: what is before a word's boundary may be a symbol itself."""
        if not self._has_blank:
            return windows_BC
        are_blank = (windows_BC[:, :-1] == BOUNDARY) & (windows_BC[:, 1:] == BOUNDARY)
        earlier = windows_BC[:, :-1].masked_fill(are_blank, self.symbols)
        return torch.cat((earlier, windows_BC[:, -1:]), dim=1)
