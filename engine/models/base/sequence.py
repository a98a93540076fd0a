"""A model that takes a whole sequence at once: what it knows at a place depends on all before it.

Shape suffixes: R sequences, T places, B words, V symbols.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from engine.data.examples import NOTHING, Examples, Sequences
from engine.data.tokens import Tokens
from engine.devices import float_type, one_thread
from engine.models.base.model import State
from engine.models.base.trainable import TrainableModel
from engine.settings.values import ModelSpec

PLACES: Final = 4096  # that are evaluated at once: what a layer gives fits a core's cache
SMALL: Final = 1 << 28  # places times weights; below, torch's other threads are of no use
OPERATIONS: Final = 1 << 18  # products that would take as long as what a place costs beside them


class SequenceModel(TrainableModel):
    """A model whose examples are words, or parts of a text, of up to `context` symbols."""

    context: int

    def __init__(
        self,
        spec: ModelSpec,
        symbols: int,
        first: Mapping[str, Tensor],
        generator: torch.Generator,
    ) -> None:
        super().__init__(spec, symbols, first, generator)
        self.context = int(spec.settings["context"])
        self._sequences: dict[Tokens, Sequences] = {}

    @property
    def work(self) -> int:
        """See `TrainableModel.work`: where all are small, there are many operations."""
        return self.parameters + OPERATIONS

    @abstractmethod
    def logits(self, inputs_RT: Tensor, chance: torch.Generator | None = None) -> Tensor:
        """What the softmax takes at each place, by the weights as they are trained; (R, T, V).

        Args:
            inputs_RT: int64 on the model's device; what is behind a place does not count there.
            chance: draws what is dropped out; None: nothing is.
        """

    @abstractmethod
    def begin(self, batch: int) -> State:
        """See `Model.begin`."""

    @abstractmethod
    def step(self, state: State, tokens_B: Tensor) -> tuple[Tensor, State]:
        """See `Model.step`."""

    @abstractmethod
    def some_of(self, state: State, places: Tensor) -> State:
        """See `Model.some_of`."""

    def examples(self, tokens: Tokens) -> Examples:
        """See `Model.examples`."""
        # To find where the words begin takes longer than a batch does.
        if tokens not in self._sequences:
            self._sequences[tokens] = Sequences(tokens, self.context)
        return self._sequences[tokens]

    def loss(
        self, inputs: Tensor, targets: Tensor, chance: torch.Generator | None = None
    ) -> Tensor:
        """See `TrainableModel.loss`; both (R, T)."""
        logits_RTV = self.logits(inputs, chance)
        return functional.cross_entropy(
            logits_RTV.flatten(0, 1), targets.flatten(), ignore_index=NOTHING
        )

    @torch.no_grad()
    def nlls(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """See `Model.nlls`; (R, T)."""
        rows = max(1, PLACES // inputs.shape[1])
        with one_thread(where=self.parameters * targets.numel() < SMALL):
            parts = zip(torch.split(inputs, rows), torch.split(targets, rows), strict=True)
            return torch.cat([self._nlls_at_once(*part) for part in parts])

    def _nlls_at_once(self, inputs: Tensor, targets: Tensor) -> Tensor:
        logits_RTV = self.logits(inputs.to(self.device)).to(float_type(self.device))
        nlls_P = functional.cross_entropy(
            logits_RTV.flatten(0, 1),
            targets.flatten().to(self.device),
            ignore_index=NOTHING,
            reduction="none",
        )
        return nlls_P.view(targets.shape).cpu().double()

    @torch.no_grad()
    def rough_probs(self, inputs: Tensor) -> Tensor:
        """See `Model.rough_probs`; (R, T, V)."""
        return self.logits(inputs.to(self.device)).softmax(2).cpu().double()

    def probs(self, tokens_BT: Tensor) -> Tensor:
        """See `Model.probs`."""
        state, probs = self.begin(len(tokens_BT)), []
        for tokens_B in tokens_BT.T:
            probs_BV, state = self.step(state, tokens_B)
            probs.append(probs_BV)
        return torch.stack(probs, dim=1)

    def probs_of(self, tokens_BT: Tensor) -> Tensor:
        """See `Model.probs_of`."""
        state, probs = self.begin(len(tokens_BT)), []
        for tokens_B, next_B in zip(tokens_BT.T[:-1], tokens_BT.T[1:], strict=True):
            probs_BV, state = self.step(state, tokens_B)
            probs.append(probs_BV.gather(1, next_B[:, None]))
        return torch.cat(probs, dim=1)
