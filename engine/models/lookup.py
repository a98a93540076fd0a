"""A table of logits, trained on batches: makemore.py's bigram.

It arrives where the counts are, as the lecture's net does, with another trainer on the way.

Shape suffixes: B windows, C symbols of a window, V symbols.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from engine.models.base.model import TableModel
from engine.models.base.trainable import TrainableModel, check_size
from engine.settings.values import ModelSpec


class Lookup(TrainableModel, TableModel):
    """A model of kind `lookup`: P(j | i) = softmax(logits[i]), which are 0 at first.

    Args:
        spec: with the settings of its training.
        symbols: V.
        device: where the logits are.

    Raises:
        BadSetting: it would be too large.
    """

    def __init__(self, spec: ModelSpec, symbols: int, device: torch.device) -> None:
        check_size([(symbols, symbols)])
        generator = torch.Generator().manual_seed(int(spec.settings["seed"]))
        first = {"logits": torch.zeros((symbols, symbols), device=device)}
        super().__init__(spec, symbols, first, generator)

    def weights_changed(self) -> None:
        """See `TrainableModel.weights_changed`."""
        self._probs_VV: Tensor | None = None

    def loss(
        self, inputs: Tensor, targets: Tensor, chance: torch.Generator | None = None
    ) -> Tensor:
        """See `TrainableModel.loss`; (B, C) and (B,)."""
        logits_BV = functional.embedding(inputs[:, -1], self.weights["logits"])
        return functional.cross_entropy(logits_BV, targets)

    @property
    def probs_VV(self) -> Tensor:
        """See `TableModel.probs_VV`."""
        if self._probs_VV is None:
            self._probs_VV = self.weights["logits"].detach().cpu().double().softmax(1)
        return self._probs_VV
