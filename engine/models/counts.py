"""The count model: the probability of a character is how often it came, plus k.

Shape suffixes: V symbols.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from engine.models.base.evaluation import nll_of_counts
from engine.models.base.model import TableModel
from engine.settings.values import ModelSpec


class Counts(TableModel):
    """The count model at some smoothing.

    Args:
        spec: of the kind `counts`.
        counts_VV: how often symbol j follows symbol i; integers, (V, V).
    """

    def __init__(self, spec: ModelSpec, counts_VV: Tensor) -> None:
        self.spec = spec
        self.symbols = len(counts_VV)
        self._probs_VV = probabilities(counts_VV, float(spec.settings["smoothing"]))

    @property
    def probs_VV(self) -> Tensor:
        """See `TableModel.probs_VV`."""
        return self._probs_VV


def probabilities(counts_VV: Tensor, smoothing: float) -> Tensor:
    """P(j | i) = (N_ij + k) / Σ_j (N_ij + k).

    Args:
        counts_VV: how often symbol j follows symbol i; integers, (V, V).
        smoothing: k ≥ 0, added to every count.

    Returns:
        float64 on the CPU, (V, V); each row sums to 1. A row without any count is uniform, whatever
        k is: nothing is known of it.

    >>> probabilities(torch.tensor([[1, 2], [0, 0]]), smoothing=1)
    tensor([[0.4000, 0.6000],
            [0.5000, 0.5000]], dtype=torch.float64)
    """
    smoothed_VV = counts_VV.double() + smoothing
    totals_V1 = smoothed_VV.sum(1, keepdim=True)
    return torch.where(totals_V1 > 0, smoothed_VV / totals_V1, 1 / len(counts_VV))


def floor(counts_VV: Tensor) -> float:
    """The least mean NLL of these counts that any bigram model reaches: maximum likelihood."""
    return nll_of_counts(counts_VV, probabilities(counts_VV, 0.0))


def uniform_nll(symbols: int) -> float:
    """The NLL of knowing nothing: ln V."""
    return math.log(symbols)
