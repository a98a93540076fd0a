"""The keyed stream: any number of names at once, each the same as if it were drawn alone.

The uniform number behind character t of name i depends on (seed, i, t) and nothing else: each name
has a SplitMix64 generator of its own (Steele, Lea and Flood 2014), whose state at t is known
without drawing what came before. So names can be drawn in any order, in batches, on any device.

Shape suffixes: V symbols, P columns padded to a power of two, S names of a batch.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.sampling.streams import Stream, first_exceeding


def signed(number: int) -> int:
    """The 64 bits of a number, read as a signed one: torch multiplies no unsigned numbers."""
    return (number + 2**63) % 2**64 - 2**63


AHEAD: Final = 64  # numbers computed at once for a name that is drawn alone; most need ten
GOLDEN_GAMMA: Final = signed(0x9E3779B97F4A7C15)
FIRST_FACTOR: Final = signed(0xBF58476D1CE4E5B9)
SECOND_FACTOR: Final = signed(0x94D049BB133111EB)


class Keyed(Stream):
    """The keyed stream, a symbol at a time: the same symbols as those of a batch."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.begin(0)

    def begin(self, index: int) -> None:
        """See `Stream.begin`."""
        self._generator_1 = generators(self._seed, torch.tensor([index]))
        self._position = 0

    def choose(self, probs_V: Tensor) -> int:
        """See `Stream.choose`."""
        place = self._position % AHEAD
        if place == 0:
            positions = torch.arange(self._position, self._position + AHEAD)
            self._uniforms: list[float] = uniforms(self._generator_1, positions).tolist()
        self._position += 1
        return first_exceeding(probs_V, self._uniforms[place])

    def numbers(self, count: int, symbols: int) -> NDArray[np.float64]:
        """See `Stream.numbers`; (count,)."""
        positions = torch.arange(self._position, self._position + count)
        self._position += count
        return uniforms(self._generator_1, positions).numpy()


def generators(seed: int, indices_S: Tensor) -> Tensor:
    """The state of each name's generator before its first number; int64, (S,)."""
    return _mix((indices_S + 1) * GOLDEN_GAMMA + signed(seed))


def uniforms(generators_S: Tensor, positions: Tensor) -> Tensor:
    """The number behind each name's character at a position: 53 bits, below 1; float64.

    Args:
        generators_S: see `generators`, (S,).
        positions: from 0; one for all names, or of a shape that goes with theirs.
    """
    mixed = _mix(generators_S + (positions + 1) * GOLDEN_GAMMA)
    return _shift(mixed, 11).double() * 2.0**-53


def cumulative(probs_VV: Tensor) -> Tensor:
    """The running sums of any number of rows, padded with 1 to P columns, a power of two; (…, P).

    From a row's last possible symbol on they are 1, though the sum may fall short of it.
    """
    symbols = probs_VV.shape[1]
    last_V1 = symbols - 1 - (probs_VV > 0).flip(1).int().argmax(1, keepdim=True)
    columns_V = torch.arange(symbols, device=probs_VV.device)
    sums_VV = torch.where(columns_V >= last_V1, 1.0, probs_VV.cumsum(1))
    padding = (1 << (symbols - 1).bit_length()) - symbols
    return torch.nn.functional.pad(sums_VV, (0, padding), value=1.0)


def choose(cumulative_VP: Tensor, rows_S: Tensor, uniforms_S: Tensor) -> Tensor:
    """The first symbol of each row whose cumulative probability exceeds the number; int64, (S,).

    A binary search of all names at once: as many rounds as V has bits.
    """
    columns = cumulative_VP.shape[1]
    flat = cumulative_VP.flatten()
    start_S = rows_S * columns
    found_S = start_S.clone()  # none of the row's sums before it exceeds the number
    stride = columns // 2
    while stride:
        found_S += (flat.take(found_S + (stride - 1)) <= uniforms_S) * stride
        stride //= 2
    return found_S - start_S


def _mix(state_S: Tensor) -> Tensor:
    state_S = (state_S ^ _shift(state_S, 30)) * FIRST_FACTOR
    state_S = (state_S ^ _shift(state_S, 27)) * SECOND_FACTOR
    return state_S ^ _shift(state_S, 31)


def _shift(state_S: Tensor, bits: int) -> Tensor:
    """Logical shift to the right of signed 64-bit numbers."""
    return (state_S >> bits) & ((1 << (64 - bits)) - 1)
