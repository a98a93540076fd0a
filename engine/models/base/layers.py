"""What several models are made of: first weights as torch draws them, dropout, heads."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from engine.errors import BadSetting
from engine.settings.limits import MOST_HEADS


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


def check_heads(heads: int, embedding: int) -> None:
    """Refuse heads of attention that cannot share an embedding.

    Raises:
        BadSetting: says how many can.
    """
    if embedding % heads:
        fit = [str(each) for each in range(1, MOST_HEADS + 1) if embedding % each == 0]
        which = " or ".join(filter(None, (", ".join(fit[:-1]), fit[-1])))
        raise BadSetting(
            f"Heads {heads}: they share an embedding of {embedding}. Give {which}, or another"
            " embedding.",
            "heads",
        )
