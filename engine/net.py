"""The neural model of the lecture: one layer, logits = W[x], and its exact loss from the counts.

The lecture feeds every pair of the corpus through the net, one-hot. The counts N hold all that the
loss needs of them:

    L(W) = - Σ (N/n) ∘ log_softmax(W) + λ · mean(W²),  n = ΣN

Shape suffixes: K moments of a training, V symbols.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor


def initial_weights(symbols: int, seed: int) -> Tensor:
    """W as the lecture draws it: normal, float32, from a CPU generator of its own; (V, V)."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn((symbols, symbols), generator=generator)


def probabilities(weights_VV: Tensor) -> Tensor:
    """softmax(W) of any rows: float64 on the CPU, so that every device samples alike; (…, V)."""
    return torch.softmax(weights_VV.detach().cpu().double(), dim=1)


def nll(weights_KVV: Tensor, shares_VV: Tensor) -> Tensor:
    """Mean NLL in nats per character at each of K weights.

    Args:
        weights_KVV: K times W, (K, V, V).
        shares_VV: N/n, what share of all pairs each pair has; (V, V).

    Returns:
        (K,)
    """
    logs_KVV = torch.log_softmax(weights_KVV, dim=2)
    return -(logs_KVV.flatten(1) @ shares_VV.flatten())


def mean_square(weights_KVV: Tensor) -> Tensor:
    """mean(W²) at each of K weights: what λ multiplies; (K,)."""
    return weights_KVV.square().flatten(1).mean(1)


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
