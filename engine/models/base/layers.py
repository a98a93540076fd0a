"""What several models are made of: first weights as torch draws them, and dropout."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor


def uniform(shape: Sequence[int], fan_in: int, generator: torch.Generator) -> Tensor:
    """First weights of a linear layer, as torch has them: uniform between ± 1 / √fan_in.

    Args:
        shape: of the weights, or of the biases.
        fan_in: how many numbers go into the layer.
        generator: draws them.
    """
    bound = 1 / math.sqrt(fan_in)
    return torch.rand(tuple(shape), generator=generator).mul_(2 * bound).sub_(bound)


def dropped_out(x: Tensor, share: float, chance: torch.Generator | None) -> Tensor:
    """The same with a share of the numbers set to 0, and the others as much larger.

    Args:
        x: any numbers.
        share: from 0 up to, not including, 1.
        chance: a generator of the CPU; None: nothing is dropped.
    """
    if not share or chance is None:
        return x
    are_kept = torch.rand(x.shape, generator=chance) >= share
    return x * (are_kept / (1 - share)).to(x)
