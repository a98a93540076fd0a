"""What a model is: the probability of the next symbol, given those of the word before it.

Shape suffixes: B words or texts, T places, R rows of examples, V symbols, C symbols of a window.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Final, Protocol

import torch
from torch import Tensor

from engine.data.examples import Examples, Windows
from engine.data.tokens import Tokens
from engine.data.vocabulary import BOUNDARY
from engine.settings.values import ModelSpec

State = Any  # what a model has to remember of the symbols before; each kind has its own
CELLS: Final = 1 << 20  # probabilities at once, where only some of them are kept: 8 MB


class Model(Protocol):
    """P(next symbol | the symbols of the word before it)."""

    spec: ModelSpec
    symbols: int  # V
    context: int  # how many symbols before it looks at

    @property
    def parameters(self) -> int:
        """How many numbers were learned."""

    def probs(self, tokens_BT: Tensor) -> Tensor:
        """P of every symbol behind each place; float64 on the CPU, (B, T, V).

        Args:
            tokens_BT: each row begins with the boundary; int64, (B, T).
        """

    def probs_of(self, tokens_BT: Tensor) -> Tensor:
        """P of each token but the first, after those before it; float64 on the CPU, (B, T - 1)."""

    def examples(self, tokens: Tokens) -> Examples:
        """One side of the data, as the model takes it."""

    def nlls(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """-ln P of each target of `examples`, perhaps with last digits that differ by batch.

        Returns:
            In the shape of the targets; any number where there is no target.
        """

    def rough_probs(self, inputs: Tensor) -> Tensor:
        """P at each target of `examples`, as rough as `nlls`; float64 on the CPU, (…, V)."""

    def begin(self, batch: int) -> State:
        """The state of so many words before their first boundary."""

    def step(self, state: State, tokens_B: Tensor) -> tuple[Tensor, State]:
        """Take one more symbol of each word.

        A word's probabilities are the same to the last bit, whatever the others are and however
        many.

        Args:
            state: of `begin`, or of the step before.
            tokens_B: a symbol for each; the first are boundaries; int64, (B,).

        Returns:
            P of what follows, float64 on the CPU, (B, V); and the state with these symbols.
        """

    def some_of(self, state: State, places: Tensor) -> State:
        """The state of some of the words; places of int64."""

    def inside(self) -> dict[str, Tensor]:
        """What can be looked at, by its name: matrices of weights, float64 on the CPU."""


class WindowModel(Model, ABC):
    """A model that looks at the last C symbols, with boundaries before a word's first."""

    spec: ModelSpec
    symbols: int
    context: int  # C

    @property
    @abstractmethod
    def parameters(self) -> int:
        """See `Model.parameters`."""

    @abstractmethod
    def probs_after(self, windows_BC: Tensor) -> Tensor:
        """P of what follows each window; float64 on the CPU, (B, V); see `Model.step`.

        Args:
            windows_BC: the last symbols, the newest at the end; int64, (B, C).
        """

    def examples(self, tokens: Tokens) -> Examples:
        """See `Model.examples`."""
        return Windows(tokens, self.context)

    def rough_probs(self, inputs: Tensor) -> Tensor:
        """See `Model.rough_probs`; inputs of (R, C)."""
        return self.probs_after(inputs)

    def probs(self, tokens_BT: Tensor) -> Tensor:
        """See `Model.probs`."""
        probs = self.probs_after(self._windows(tokens_BT))
        return probs.reshape(*tokens_BT.shape, self.symbols)

    def probs_of(self, tokens_BT: Tensor) -> Tensor:
        """See `Model.probs_of`."""
        windows, targets = self._windows(tokens_BT[:, :-1]), tokens_BT[:, 1:].reshape(-1, 1)
        size = max(1, CELLS // self.symbols)
        parts = [
            self.probs_after(some).gather(1, after)
            for some, after in zip(
                torch.split(windows, size), torch.split(targets, size), strict=True
            )
        ]
        return torch.cat(parts).reshape(len(tokens_BT), -1)

    def nlls(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """See `Model.nlls`; (R, C) and (R,)."""
        return -self.probs_after(inputs).gather(1, targets[:, None])[:, 0].log()

    def begin(self, batch: int) -> Tensor:
        """See `Model.begin`; (B, C)."""
        return torch.full((batch, self.context), BOUNDARY)

    def step(self, state: Tensor, tokens_B: Tensor) -> tuple[Tensor, Tensor]:
        """See `Model.step`."""
        state = torch.cat((state[:, 1:], tokens_B[:, None]), dim=1)
        return self.probs_after(state), state

    def some_of(self, state: Tensor, places: Tensor) -> Tensor:
        """See `Model.some_of`."""
        return state[places]

    def inside(self) -> dict[str, Tensor]:
        """See `Model.inside`."""
        return {}

    def _windows(self, tokens_BT: Tensor) -> Tensor:
        before = torch.full((len(tokens_BT), self.context - 1), BOUNDARY)
        windows_BTC = torch.cat((before, tokens_BT), dim=1).unfold(1, self.context, 1)
        return windows_BTC.reshape(-1, self.context)


class TableModel(WindowModel):
    """A model of the last symbol alone: all that it knows is a table of P(j | i)."""

    context = 1

    @property
    @abstractmethod
    def probs_VV(self) -> Tensor:
        """P(j | i); float64 on the CPU, (V, V)."""

    @property
    def parameters(self) -> int:
        """See `Model.parameters`."""
        return self.symbols**2

    def row(self, symbol: int) -> Tensor:
        """P of what follows one symbol; perhaps sooner than the whole table is known; (V,)."""
        return self.probs_VV[symbol]

    def probs_after(self, windows_BC: Tensor) -> Tensor:
        """See `WindowModel.probs_after`."""
        return self.probs_VV[windows_BC[:, -1]]

    def begin(self, batch: int) -> Tensor:
        """See `Model.begin`: there is nothing to remember, (B, 0)."""
        return torch.empty((batch, 0))

    def step(self, state: Tensor, tokens_B: Tensor) -> tuple[Tensor, Tensor]:
        """See `Model.step`."""
        return self.probs_VV[tokens_B], state

    def probs_of(self, tokens_BT: Tensor) -> Tensor:
        """See `Model.probs_of`."""
        return self.probs_VV[tokens_BT[:, :-1], tokens_BT[:, 1:]]
