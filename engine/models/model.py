"""What a model is: the probability of the next symbol, given those of the word before it.

Shape suffixes: B words or texts, T places, V symbols, C symbols of a window.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Protocol

import torch
from torch import Tensor

from engine.data.vocabulary import BOUNDARY
from engine.settings.values import ModelSpec

State = Any  # what a model has to remember of the symbols before; each kind has its own


class Model(Protocol):
    """P(next symbol | the symbols of the word before it)."""

    spec: ModelSpec
    symbols: int  # V
    parameters: int  # numbers that were learned

    def log_probs(self, tokens_BT: Tensor) -> Tensor:
        """The logarithm of P of every symbol behind each place; float64 on the CPU, (B, T, V).

        Args:
            tokens_BT: each row begins with the boundary; int64, (B, T).
        """

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

    def tensors(self) -> dict[str, Tensor]:
        """What a checkpoint keeps of it; empty where its data and its spec tell all."""

    def inside(self) -> dict[str, Tensor]:
        """What can be looked at, by its name: matrices of weights, float64 on the CPU."""


class WindowModel(ABC):
    """A model that looks at the last C symbols, with boundaries before a word's first."""

    spec: ModelSpec
    symbols: int
    context: int  # C

    @abstractmethod
    def probs_after(self, windows_BC: Tensor) -> Tensor:
        """P of what follows each window; float64 on the CPU, (B, V); see `Model.step`.

        Args:
            windows_BC: the last symbols, the newest at the end; int64, (B, C).
        """

    @property
    @abstractmethod
    def parameters(self) -> int:
        """See `Model.parameters`."""

    def log_probs(self, tokens_BT: Tensor) -> Tensor:
        """See `Model.log_probs`."""
        before = torch.full((len(tokens_BT), self.context - 1), BOUNDARY)
        windows_BTC = torch.cat((before, tokens_BT), dim=1).unfold(1, self.context, 1)
        probs = self.probs_after(windows_BTC.reshape(-1, self.context))
        return probs.log().reshape(*tokens_BT.shape, self.symbols)

    def nlls(self, windows_BC: Tensor, targets_B: Tensor) -> Tensor:
        """-ln P of what follows each window; (B,)."""
        return -self.probs_after(windows_BC).gather(1, targets_B[:, None])[:, 0].log()

    def begin(self, batch: int) -> Tensor:
        """See `Model.begin`; (B, C)."""
        return torch.full((batch, self.context), BOUNDARY)

    def step(self, state: Tensor, tokens_B: Tensor) -> tuple[Tensor, Tensor]:
        """See `Model.step`."""
        state = torch.cat((state[:, 1:], tokens_B[:, None]), dim=1)
        return self.probs_after(state), state

    def tensors(self) -> dict[str, Tensor]:
        """See `Model.tensors`."""
        return {}

    def inside(self) -> dict[str, Tensor]:
        """See `Model.inside`."""
        return {}
