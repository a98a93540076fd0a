"""A bag of words: what it knows of the symbols before is the mean of their embeddings.

With x_t = wte[symbol] + wpe[place], at each place

    x = x_t + mean(x_0 … x_t)      x = x + tanh(x W + b) W' + b'      P = softmax(x O + o)

Source: makemore.py's CausalBoW.

Shape suffixes: R sequences, B words, T places, E numbers of an embedding, H hidden units,
V symbols.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from engine.devices import one_thread
from engine.models.base.exact_products import Factor
from engine.models.base.layers import uniform
from engine.models.base.sequence import SequenceModel
from engine.models.base.trainable import check_size
from engine.settings.values import ModelSpec

LINEAR: Final = ("hidden", "projection", "output")  # its layers: weights and biases each


class Bow(SequenceModel):
    """A model of kind `bow`.

    Args:
        spec: with the settings `embedding` (E), `hidden` (H), `context` and `seed`.
        symbols: V.
        device: where the weights are.

    Raises:
        BadSetting: it would be too large.
    """

    def __init__(self, spec: ModelSpec, symbols: int, device: torch.device) -> None:
        width, hidden, context = (
            int(spec.settings[name]) for name in ("embedding", "hidden", "context")
        )
        shapes = dict(
            zip(LINEAR, ((width, hidden), (hidden, width), (width, symbols)), strict=True)
        )
        check_size([(symbols, width), (context, width), *shapes.values()])
        generator = torch.Generator().manual_seed(int(spec.settings["seed"]))
        first = {
            "embedding": torch.randn((symbols, width), generator=generator),
            "places": torch.randn((context, width), generator=generator),
        }
        for name, shape in shapes.items():
            first[f"{name} weights"] = uniform(shape, shape[0], generator)
            first[f"{name} biases"] = uniform(shape[1:], shape[0], generator)
        super().__init__(spec, symbols, {n: w.to(device) for n, w in first.items()}, generator)

    def weights_changed(self) -> None:
        """See `TrainableModel.weights_changed`."""
        self._factors: dict[str, Factor] = {}

    def logits(self, inputs_RT: Tensor, chance: torch.Generator | None = None) -> Tensor:
        """See `SequenceModel.logits`."""
        weights, length = self.weights, inputs_RT.shape[1]
        x_RTE = functional.embedding(inputs_RT, weights["embedding"]) + weights["places"][:length]
        seen_T1 = torch.arange(1, length + 1, device=x_RTE.device)[:, None]
        x_RTE = x_RTE + x_RTE.cumsum(1) / seen_T1
        return _behind(x_RTE, weights, lambda name, x: x @ weights[name])

    def begin(self, batch: int) -> Tensor:
        """See `Model.begin`: the symbols that are seen; (B, T)."""
        return torch.empty((batch, 0), dtype=torch.int64)

    @torch.no_grad()
    def step(self, state: Tensor, tokens_B: Tensor) -> tuple[Tensor, Tensor]:
        """See `Model.step`."""
        if not self._factors:
            self._float64 = {n: w.detach().cpu().double() for n, w in self.weights.items()}
            self._factors = {f"{n} weights": Factor(self._float64[f"{n} weights"]) for n in LINEAR}
        exact = self._float64
        state = torch.cat((state, tokens_B[:, None]), dim=1)[:, -self.context :]
        with one_thread():
            x_BE = total_BE = torch.zeros(1, dtype=torch.float64)
            for place, seen_B in enumerate(state.T):  # one by one: a sum in the same order, always
                x_BE = exact["embedding"][seen_B] + exact["places"][place]
                total_BE = total_BE + x_BE
            x_BE = x_BE + total_BE / state.shape[1]
            logits_BV = _behind(x_BE, exact, lambda name, x: self._factors[name].product(x))
            return logits_BV.softmax(1), state

    def some_of(self, state: Tensor, places: Tensor) -> Tensor:
        """See `Model.some_of`."""
        return state[places]


def _behind(
    x: Tensor, weights: dict[str, Tensor], product: Callable[[str, Tensor], Tensor]
) -> Tensor:
    """From the mean on: the logits."""

    def linear(name: str, x: Tensor) -> Tensor:
        return product(f"{name} weights", x) + weights[f"{name} biases"]

    x = x + linear("projection", linear("hidden", x).tanh())
    return linear("output", x)
