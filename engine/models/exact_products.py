"""Products of matrices that are the same to the last bit, however many rows are multiplied at once.

A product adds in an order that depends on its shape, on the threads and on the machine, and each
order rounds in its own way. Here no sum is rounded: numbers are split into a high and a low part of
so few bits that float64 holds every sum of their products exactly. So a name that is drawn alone is
the name that is drawn among a thousand. (The splitting is that of Ozaki, Ogita, Oishi and Rump,
2012.)

Shape suffixes: B rows, K terms of a sum, N columns.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

MANTISSA: Final = 53  # bits of a float64
EXPONENT_BITS: Final = 0x7FF0000000000000  # of a float64: without the others it is a power of two


class Factor:
    """A matrix of weights, split once, by which rows are multiplied.

    >>> weights_KN = torch.tensor([[2.0], [0.5]], dtype=torch.float64)
    >>> Factor(weights_KN).product(torch.tensor([[1.0, 1.0], [3.0, 0.0]], dtype=torch.float64))
    tensor([[2.5000],
            [6.0000]], dtype=torch.float64)
    """

    def __init__(self, weights_KN: Tensor) -> None:
        self.terms = len(weights_KN)  # K
        self._high_KN, low_KN = _split(weights_KN.double(), dim=0)
        self._others = torch.cat((low_KN, self._high_KN))  # (2K, N)

    def product(self, rows_BK: Tensor) -> Tensor:
        """The product rows @ weights; float64, (B, N).

        Each row's result depends on that row alone. It differs from the true one by some 2**-40 of
        the row's largest number times the column's.

        Args:
            rows_BK: float64, on the weights' device.
        """
        high_BK, low_BK = _split(rows_BK, dim=1)
        # Low times low is left out: it is as small as what splitting drops.
        return high_BK @ self._high_KN + torch.cat((high_BK, low_BK), dim=1) @ self._others


def _split(numbers: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    """Numbers as high + low parts: whole multiples, small ones, of one unit along `dim`.

    K products of parts of b bits have sums below 2**(2b) · K units: exact while that is 2**53.
    """
    bits = (MANTISSA - (numbers.shape[dim] - 1).bit_length()) // 2
    largest = numbers.abs().amax(dim, keepdim=True)
    power = (largest.view(torch.int64) & EXPONENT_BITS).view(torch.float64)  # ≤ largest < 2 · power
    # A sum with 1.5 · 2**52 units has no room for anything smaller than a unit.
    shift = power * (1.5 * 2.0 ** (MANTISSA - bits))
    high = (numbers + shift) - shift
    shift = shift * 2.0**-bits
    return high, ((numbers - high) + shift) - shift
