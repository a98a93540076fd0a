"""Recurrent nets: what they know of the symbols before is a state of fixed size.

With x = embedding(symbol) and the state h before it, at each place

    RNN   h = tanh(x W + h U + b)
    GRU   r, z = σ(x W + h U + b)      h = (1 - z) h + z tanh(x W' + (r h) U' + b')
    LSTM  i, f, o = σ(x W + h U + b)   c = f c + i tanh(x W' + h U' + b')      h = o tanh(c)

and P = softmax(h O + o). The first state of the RNN and the GRU is learnt: both are those of
makemore.py, whose GRU applies r before U', as Cho and others (2014) do. The LSTM, which makemore.py
promises, is that of Gers, Schmidhuber and Cummins (2000).

Shape suffixes: R sequences, B words, T places, E numbers of an embedding, H of the state, G of all
gates, V symbols.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar, Final

import torch
from torch import Tensor
from torch.nn import functional

from engine.devices import one_thread
from engine.models.base.exact_products import Factor
from engine.models.base.layers import dropped_out, uniform
from engine.models.base.sequence import SequenceModel
from engine.models.base.trainable import check_size
from engine.settings.values import ModelSpec

States = tuple[Tensor, ...]  # of each word, (B, H): h, and of the LSTM c
Product = Callable[[str, Tensor], Tensor]  # rows times the weights of a name


class RecurrentModel(SequenceModel):
    """What all recurrent nets have in common.

    Args:
        spec: with the settings `embedding` (E), `hidden` (H), `dropout`, `context` and `seed`.
        symbols: V.
        device: where the weights are.

    Raises:
        BadSetting: it would be too large.
    """

    GATES: ClassVar[dict[str, int]]  # the weights U, and how many times H numbers they give
    STATES: ClassVar[int] = 1
    has_start: ClassVar[bool] = True  # the first state is learnt

    def __init__(self, spec: ModelSpec, symbols: int, device: torch.device) -> None:
        width, hidden = int(spec.settings["embedding"]), int(spec.settings["hidden"])
        gates = sum(self.GATES.values()) * hidden
        fan_in = width + hidden
        ranges = {  # of the first weights, which are uniform, as torch has them
            "input weights": ((width, gates), fan_in),
            "biases": ((gates,), fan_in),
            **{name: ((hidden, times * hidden), fan_in) for name, times in self.GATES.items()},
            "output weights": ((hidden, symbols), hidden),
            "output biases": ((symbols,), hidden),
        }
        check_size([(symbols, width), *(shape for shape, _ in ranges.values())])
        generator = torch.Generator().manual_seed(int(spec.settings["seed"]))
        first = {"start": torch.zeros(1, hidden)} if self.has_start else {}
        first["embedding"] = torch.randn((symbols, width), generator=generator)
        first |= {name: uniform(*shape_in, generator) for name, shape_in in ranges.items()}
        super().__init__(spec, symbols, {n: w.to(device) for n, w in first.items()}, generator)
        self._dropout = float(spec.settings["dropout"])
        self.hidden = hidden

    @abstractmethod
    def _cell(self, x_BG: Tensor, states: States, product: Product) -> States:
        """The states behind one more symbol.

        Args:
            x_BG: x W + b of all gates.
            states: those before.
            product: multiplies with the weights U of a name.
        """

    def weights_changed(self) -> None:
        """See `TrainableModel.weights_changed`."""
        self._factors: dict[str, Factor] = {}

    def logits(self, inputs_RT: Tensor, chance: torch.Generator | None = None) -> Tensor:
        """See `SequenceModel.logits`."""
        hidden_RTH = dropped_out(self._hidden(inputs_RT, chance), self._dropout, chance)
        return hidden_RTH @ self.weights["output weights"] + self.weights["output biases"]

    def _hidden(self, inputs_RT: Tensor, chance: torch.Generator | None = None) -> Tensor:
        """The state h behind each place; (R, T, H)."""
        weights = self.weights
        x_RTE = functional.embedding(inputs_RT, weights["embedding"])
        x_RTE = dropped_out(x_RTE, self._dropout, chance)
        x_RTG = x_RTE @ weights["input weights"] + weights["biases"]
        states = self._first_states(len(inputs_RT), weights)
        hidden = []
        for x_RG in x_RTG.unbind(1):
            states = self._cell(x_RG, states, lambda name, h: h @ weights[name])
            hidden.append(states[0])
        return torch.stack(hidden, dim=1)

    @torch.no_grad()
    def begin(self, batch: int) -> States:
        """See `Model.begin`."""
        return self._first_states(batch, self._exact())

    @torch.no_grad()
    def step(self, state: States, tokens_B: Tensor) -> tuple[Tensor, States]:
        """See `Model.step`."""
        exact, factors = self._exact(), self._factors
        with one_thread():
            x_BE = exact["embedding"][tokens_B]
            x_BG = factors["input weights"].product(x_BE) + exact["biases"]
            state = self._cell(x_BG, state, lambda name, h: factors[name].product(h))
            logits_BV = factors["output weights"].product(state[0]) + exact["output biases"]
            return logits_BV.softmax(1), state

    def some_of(self, state: States, places: Tensor) -> States:
        """See `Model.some_of`."""
        return tuple(each[places] for each in state)

    def _first_states(self, batch: int, weights: dict[str, Tensor]) -> States:
        zeros_1H = weights["output weights"].new_zeros(1, self.hidden)
        return tuple(weights.get("start", zeros_1H).expand(batch, -1) for _ in range(self.STATES))

    def _exact(self) -> dict[str, Tensor]:
        if not self._factors:
            self._float64 = {n: w.detach().cpu().double() for n, w in self.weights.items()}
            names = ("input weights", *self.GATES, "output weights")
            self._factors = {name: Factor(self._float64[name]) for name in names}
        return self._float64


class Rnn(RecurrentModel):
    """A model of kind `rnn`."""

    GATES: ClassVar = {"hidden weights": 1}

    @torch.no_grad()
    def activations(self, inputs: Tensor) -> dict[str, Tensor]:
        """See `HasTanhLayers`; (R, T, H)."""
        return {"state": self._hidden(inputs)}

    def _cell(self, x_BG: Tensor, states: States, product: Product) -> States:
        (h,) = states
        return ((x_BG + product("hidden weights", h)).tanh(),)


class Gru(RecurrentModel):
    """A model of kind `gru`."""

    GATES: ClassVar = {"gate weights": 2, "candidate weights": 1}

    def _cell(self, x_BG: Tensor, states: States, product: Product) -> States:
        (h,) = states
        x_gates, x_candidate = torch.split(x_BG, [2 * self.hidden, self.hidden], dim=1)
        reset, update = (x_gates + product("gate weights", h)).sigmoid().chunk(2, dim=1)
        candidate = (x_candidate + product("candidate weights", reset * h)).tanh()
        return (h + update * (candidate - h),)


class Lstm(RecurrentModel):
    """A model of kind `lstm`."""

    GATES: ClassVar = {"hidden weights": 4}
    STATES = 2
    has_start = False

    def _cell(self, x_BG: Tensor, states: States, product: Product) -> States:
        h, c = states
        gates_BG = x_BG + product("hidden weights", h)
        opened, candidate = torch.split(gates_BG, [3 * self.hidden, self.hidden], dim=1)
        into, keep, out = opened.sigmoid().chunk(3, dim=1)
        c = keep * c + into * candidate.tanh()
        return out * c.tanh(), c


RECURRENT: Final[dict[str, type[RecurrentModel]]] = {"rnn": Rnn, "gru": Gru, "lstm": Lstm}
