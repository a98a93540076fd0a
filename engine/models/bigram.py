"""The neural model of the lecture: one layer, logits = W[x], and its exact loss from the counts.

The lecture feeds every pair of the corpus through the net, one-hot. The counts N hold all that the
loss needs of them:

    L(W) = - Σ (N/n) ∘ log_softmax(W) + λ · mean(W²),  n = ΣN

Shape suffixes: K moments of a training, V symbols.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import torch
from torch import Tensor

from engine.devices import float_type, one_thread
from engine.models.base.model import TableModel
from engine.settings.values import ModelSpec

SMALL: Final = 1 << 15  # cells of W; below, torch's other threads are of no use


class Bigram(TableModel):
    """The net, with W as it is now.

    Args:
        spec: of the kind `bigram`.
        symbols: V.
        device: where W lies.
    """

    def __init__(self, spec: ModelSpec, symbols: int, device: torch.device) -> None:
        self.spec = spec
        self.symbols = symbols
        weights_VV = initial_weights(symbols, int(spec.settings["seed"]))
        self.weights_VV = weights_VV.to(device, float_type(device))

    @property
    def weights_VV(self) -> Tensor:
        """W, on its device; (V, V)."""
        return self._weights_VV

    @weights_VV.setter
    def weights_VV(self, weights_VV: Tensor) -> None:
        self._weights_VV = weights_VV
        self._probs_VV: Tensor | None = None

    @property
    def probs_VV(self) -> Tensor:
        """See `TableModel.probs_VV`."""
        if self._probs_VV is None:
            self._probs_VV = probabilities(self._weights_VV)
        return self._probs_VV

    def row(self, symbol: int) -> Tensor:
        """See `TableModel.row`."""
        if self._probs_VV is not None:
            return self._probs_VV[symbol]
        return probabilities(self._weights_VV[symbol, None])[0]

    def inside(self) -> dict[str, Tensor]:
        """See `Model.inside`."""
        return {"weights": self._weights_VV.cpu().double()}


def initial_weights(symbols: int, seed: int) -> Tensor:
    """W as the lecture draws it: normal, float32, from a CPU generator of its own; (V, V)."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn((symbols, symbols), generator=generator)


def probabilities(weights_VV: Tensor) -> Tensor:
    """softmax(W) of any rows: float64 on the CPU, so that every device samples alike; (…, V)."""
    with one_thread(where=weights_VV.numel() < SMALL):
        return torch.softmax(weights_VV.detach().cpu().double(), dim=1)


def nll(weights_KVV: Tensor, shares_VV: Tensor) -> Tensor:
    """Mean NLL in nats per character at each of K weights.

    Args:
        weights_KVV: K times W, (K, V, V).
        shares_VV: N/n, what share of all pairs each pair has; (V, V).

    Returns:
        (K,)
    """
    return -_sums(torch.log_softmax(weights_KVV, dim=2).mul_(shares_VV))


def mean_square(weights_KVV: Tensor) -> Tensor:
    """mean(W²) at each of K weights: what λ multiplies; (K,)."""
    return _sums(weights_KVV.square()) / weights_KVV[0].numel()


def _sums(terms_KVV: Tensor) -> Tensor:
    """The sum of each moment's terms, the same to the last bit however many moments there are.

    So a loss does not depend on how the steps fall into bursts, and a training that is taken up
    again makes the same losses as one that never stopped. A product of matrices and a sum of all
    cells at once are not so: they add in an order that depends on K.
    """
    if terms_KVV.device.type == "cpu":
        return terms_KVV.sum(2).sum(1)
    # A GPU chooses the order of a sum by its shape; a single addition has none.
    terms = terms_KVV.flatten(1)
    while (length := terms.shape[1]) > 1:
        half = length // 2
        folded = terms[:, :half] + terms[:, half : 2 * half]
        terms = folded if length % 2 == 0 else torch.cat((folded, terms[:, -1:]), dim=1)
    return terms[:, 0]


def descend(
    trace_KVV: Tensor, shares_VV: Tensor, learning_rate: float, regularisation: float
) -> None:
    """Plain gradient descent, K - 1 updates, each written behind the weights it starts from.

    With r the row sums of N/n, the exact gradient is

        ∂L/∂W = r · softmax(W) - N/n + 2λ W / V²

    Args:
        trace_KVV: the weights; the first are the start, the others are overwritten; (K, V, V).
        shares_VV: N/n; (V, V).
        learning_rate: how much of the gradient is subtracted.
        regularisation: λ.
    """
    # An update is W ← decay · W + (pull - push · softmax(W)): three operations, and no more, as
    # at this size starting one costs more than running it.
    pull_VV = learning_rate * shares_VV
    push_VV = (-learning_rate * shares_VV.sum(1, keepdim=True)).expand_as(shares_VV).contiguous()
    decay = 1 - 2 * regularisation * learning_rate / shares_VV.numel()
    probs_VV = torch.empty_like(shares_VV)
    step_VV = torch.empty_like(shares_VV)
    weights = trace_KVV.unbind()
    for before_VV, after_VV in pairwise(weights):
        torch.softmax(before_VV, 1, out=probs_VV)
        torch.addcmul(pull_VV, probs_VV, push_VV, out=step_VV)
        torch.add(step_VV, before_VV, alpha=decay, out=after_VV)
