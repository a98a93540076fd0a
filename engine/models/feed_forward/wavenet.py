"""The tree of lecture 5: two neighbours become one, again and again, until a window is one place.

    h_t = e(s_t)      h_t ← tanh(BatchNorm([h_2t h_2t+1] W)), in layers      P = softmax(h W + b)

With a context of 8 symbols there are three layers: of 4 places, of 2 and of 1. The places of a
layer share its weights, and BatchNorm takes mean and variance over all of them.

Source: the shape is that of van den Oord et al., WaveNet: a generative model for raw audio, 2016.

Shape suffixes: C symbols of a window, E numbers of an embedding, X inputs of a layer, H hidden
units, V symbols.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from engine.errors import BadSetting
from engine.models.base.trainable import check_size
from engine.models.feed_forward.batch_norm import BatchNorm
from engine.models.feed_forward.model import FeedForwardModel
from engine.models.feed_forward.tanh_layer import TanhLayer
from engine.settings.values import ModelSpec

LECTURE_5: Final = BatchNorm(epsilon=1e-5, momentum=0.1, spread="variances")  # torch's defaults


class Wavenet(FeedForwardModel):
    """A model of kind `wavenet`.

    Args:
        spec: with the settings `context` (C), `embedding` (E), `hidden` (H) and `seed`.
        symbols: V.
        device: where the weights are.

    Raises:
        BadSetting: the context is no power of two, or it would be too large.
    """

    def __init__(self, spec: ModelSpec, symbols: int, device: torch.device) -> None:
        context, embedding, hidden = (
            int(spec.settings[name]) for name in ("context", "embedding", "hidden")
        )
        if context.bit_count() != 1:
            raise BadSetting(
                f"Context {context}: give a power of two, such as"
                f" {1 << context.bit_length() - 1}: each layer halves what is left of it.",
                "context",
            )
        layers = context.bit_length() - 1
        inputs = [2 * embedding, *[2 * hidden] * (layers - 1)]
        check_size(
            [
                (symbols, embedding),
                *((size + 2, hidden) for size in inputs),  # 2: gain and bias of a unit
                (hidden + 1, symbols),
            ]
        )
        generator = torch.Generator().manual_seed(int(spec.settings["seed"]))

        def draw(*shape: int) -> Tensor:
            return torch.randn(shape, generator=generator).to(device)

        # In the order in which the lecture draws them. Its output layer is so small that all
        # symbols are as likely.
        first = {"embedding": draw(symbols, embedding)}
        tanh_layers = [TanhLayer(number, LECTURE_5) for number in range(1, layers + 1)]
        for layer, size in zip(tanh_layers, inputs, strict=True):
            zeros_H = torch.zeros(hidden, device=device)
            first |= layer.first(draw(size, hidden) / size**0.5, zeros_H)
        first["output weights"] = draw(hidden, symbols) / hidden**0.5 * 0.1
        first["output biases"] = torch.zeros(symbols, device=device)
        super().__init__(spec, symbols, first, tanh_layers, generator)
