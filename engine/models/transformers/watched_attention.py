"""What heads of attention look at, watched while a model computes, by torch's own function.

Shape suffixes: R sequences, H heads, T places, D numbers of a head.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode


class WatchedAttention(TorchFunctionMode):
    """While it is entered, `layers` gets the weights of each causal attention; (R, H, T, T)."""

    def __init__(self) -> None:
        super().__init__()
        self.layers: list[Tensor] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Compute what is asked for, and beside an attention its weights."""
        if func is functional.scaled_dot_product_attention:
            q_RHTD, k_RHTD = args[:2]
            self.layers.append(causal_attention(q_RHTD, k_RHTD))
        return func(*args, **(kwargs or {}))


def causal_attention(q_RHTD: Tensor, k_RHTD: Tensor) -> Tensor:
    """softmax(q kᵀ / √D) of each place over itself and those before; (R, H, T, T)."""
    scores = q_RHTD @ k_RHTD.mT / math.sqrt(q_RHTD.shape[3])
    later_TT = torch.ones(scores.shape[2:], dtype=torch.bool, device=scores.device).triu(1)
    return scores.masked_fill(later_TT, -math.inf).softmax(3)


def attention_by_head(logits: Callable[[Tensor], Tensor], tokens_T: Tensor) -> dict[str, Tensor]:
    """The weights of a word's attention, by layer and head; see `HasAttention`.

    Args:
        logits: see `SequenceModel.logits`.
        tokens_T: the word, behind a boundary.
    """
    with torch.no_grad(), WatchedAttention() as watched:
        logits(tokens_T[None])
    return {
        f"layer {layer} head {head}": weights_TT
        for layer, weights_RHTT in enumerate(watched.layers, 1)
        for head, weights_TT in enumerate(weights_RHTT[0], 1)
    }
