"""From a model's probabilities to those that are drawn from: temperature and top-k.

Shape suffixes: V symbols.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.errors import BadSetting
from engine.settings.lab_settings import check


def check_sharpness(temperature: float, top_k: int, symbols: int) -> None:
    """Refuse a temperature or a top-k that makes no sense.

    Raises:
        BadSetting: the temperature is negative or no number, or top-k is not from 0 to V.
    """
    check("temperature", temperature)
    if not 0 <= top_k <= symbols:
        raise BadSetting(
            f"Top-k {top_k}: there are {symbols:,} symbols. Give a number from 1 to {symbols:,}, or"
            " 0 for all of them.",
            "top_k",
        )


def sharpen(probs_VV: Tensor, temperature: float, top_k: int) -> Tensor:
    """The probabilities to draw from.

    Args:
        probs_VV: rows that sum to 1, any number of them; float64, (…, V).
        temperature: P^(1/T), normalised: 1 leaves P as it is, bit for bit; 0 takes the most
            probable symbol, the first of equals.
        top_k: only the k most probable symbols of each row, the first of equals; 0 for all.

    Raises:
        BadSetting: see `check_sharpness`.
    """
    check_sharpness(temperature, top_k, probs_VV.shape[1])
    keep = 1 if temperature == 0 else top_k
    if keep:
        order = probs_VV.sort(dim=1, descending=True, stable=True).indices[:, :keep]
        probs_VV = torch.zeros_like(probs_VV).scatter(1, order, probs_VV.gather(1, order))
    if temperature not in (0, 1):
        # In logarithms, and relative to the largest, as P^(1/T) may be too small for a number.
        logs_VV = (probs_VV / probs_VV.amax(1, keepdim=True)).log()
        probs_VV = torch.softmax(logs_VV / temperature, dim=1)
    elif keep:
        probs_VV = probs_VV / probs_VV.sum(1, keepdim=True)
    return probs_VV
