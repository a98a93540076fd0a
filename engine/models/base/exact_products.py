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
        high_NK, low_NK = _split(weights_KN.double().t()).chunk(2, dim=1)
        self._high_KN = high_NK.t().contiguous()
        self._others = torch.cat((low_NK, high_NK), dim=1).t().contiguous()  # (2K, N)

    def product(self, rows_BK: Tensor) -> Tensor:
        """The product rows @ weights; float64, (B, N).

        Each row's result depends on that row alone. It differs from the true one by some 2**-40 of
        the row's largest number times the column's.

        Args:
            rows_BK: float64, on the weights' device.
        """
        parts = _split(rows_BK)  # (B, 2K)
        # Low times low is left out: it is as small as what splitting drops.
        return (parts[:, : self.terms] @ self._high_KN).add_(parts @ self._others)


def _split(rows_BK: Tensor) -> Tensor:
    """High and low parts of numbers, beside each other: whole multiples, small ones, of two units.

    The units are those of a row. K products of parts of b bits have sums below 2**(2b) · K units:
    exact while that is 2**53. All is done in place: new memory would take longer than the sums.

    Returns:
        float64, (B, 2K).
    """
    terms = rows_BK.shape[1]
    bits = (MANTISSA - (terms - 1).bit_length()) // 2
    largest_B1 = rows_BK.abs().amax(1, keepdim=True)
    power_B1 = (largest_B1.view(torch.int64) & EXPONENT_BITS).view(torch.float64)  # ≤ largest < 2 ·
    # A sum with 1.5 · 2**52 units has no room for anything smaller than a unit.
    shift_B1 = power_B1 * (1.5 * 2.0 ** (MANTISSA - bits))
    parts = rows_BK.new_empty((len(rows_BK), 2 * terms))
    high_BK, low_BK = parts[:, :terms], parts[:, terms:]
    torch.add(rows_BK, shift_B1, out=high_BK).sub_(shift_B1)
    shift_low_B1 = shift_B1 * 2.0**-bits
    torch.sub(rows_BK, high_BK, out=low_BK).add_(shift_low_B1).sub_(shift_low_B1)
    return parts
