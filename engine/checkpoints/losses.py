"""The losses in a checkpoint: the newest one by one, and blocks of those before.

Version 1 kept every loss by itself.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.checkpoints.header import Contents
from engine.training.series import Series, block_count, in_blocks

KINDS: Final = ("train", "held_out")
BLOCKS: Final = "_blocks"  # behind the name of a kind


def arrays_of(kind: str, series: Series) -> dict[str, NDArray[np.float64]]:
    """Make the arrays that keep a series of losses; blocks only if there are any."""
    arrays = {kind: series.newest()}
    return arrays | {kind + BLOCKS: series.blocks_4N} if series.blocks_4N.size else arrays


def series_of(kind: str, steps: int, arrays: dict[str, NDArray[Any]]) -> Series:
    """Restore a series of losses from the arrays that keep it; it is empty if none do."""
    if kind not in arrays:
        return Series()
    return Series.of(steps, arrays.get(kind + BLOCKS, np.empty((4, 0))), arrays[kind])


def shapes_of(kind: str, contents: Contents) -> dict[str, tuple[int, ...]]:
    """Tell the shapes that a file's arrays have for one kind of losses."""
    steps = contents.step
    if contents.version == 1:
        return {kind: (steps,)}
    shapes: dict[str, tuple[int, ...]] = {kind: (steps - in_blocks(steps),)}
    return shapes | {kind + BLOCKS: (4, block_count(steps))} if in_blocks(steps) else shapes


def trouble_of_blocks(blocks_4N: NDArray[np.float64]) -> str | None:
    """Check that blocks can be the first, smallest, largest and last of some numbers each."""
    first_N, smallest_N, largest_N, last_N = blocks_4N
    for number_N in (first_N, last_N):
        if (number_N < smallest_N).any() or (number_N > largest_N).any():
            return "a block with a loss beyond its own extremes"
    return None
