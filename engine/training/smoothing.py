"""A running mean of losses that go up and down by themselves, as those of minibatches do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Final

import numpy as np

from engine.training.series import Array, Series, in_blocks

KEPT: Final = 0.99  # of the mean, at each step: the noise of 200 losses or so goes, a fall stays


def smoothed(losses: Iterable[float], mean: float = 0.0, step: int = 0) -> Iterator[float]:
    """Yield the exponential mean behind each loss, as Adam takes it: without bias from its start.

    With m_t = β m_(t-1) + (1 - β) x_t from m_0 = 0 it is m_t / (1 - β^t), where β is `KEPT`: at
    first the plain mean, or nearly; the loss of each step before has a part in it. Source: Kingma
    and Ba, Adam, section 3.

    Args:
        losses: of the steps after `step`.
        mean: behind that step; it does not count where that is 0.
        step: 0 or more.

    >>> [round(mean, 3) for mean in smoothed([3.0, 2.0, 2.0])]
    [3.0, 2.497, 2.33]
    """
    for number, loss in zip(count(step + 1), losses, strict=False):
        mean += (loss - mean) * (1 - KEPT) / (1 - KEPT**number)
        yield mean


def smoothed_series(train: Series, blocks_4N: Array) -> Series:
    """Smooth the losses that are kept one by one; the blocks are of the means of those before."""
    before = in_blocks(len(train))
    mean = float(blocks_4N[-1, -1]) if before else 0.0
    return Series.of(
        len(train), blocks_4N, np.fromiter(smoothed(train.newest(), mean, before), float)
    )
