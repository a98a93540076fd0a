"""The losses in a checkpoint: the newest by themselves (in version 1 all), and blocks before."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.training.series import Series, block_count, in_blocks
from engine.training.smoothing import smoothed_series

KINDS: Final = ("train", "held_out")
SMOOTHED: Final = "smoothed"  # has blocks alone: what is behind them follows from the losses
BLOCKS: Final = "_blocks"  # behind the name of the array that holds the newest
LEAST_LOSS: Final = -1e-6  # what rounding can make of 0, and more

Arrays = dict[str, NDArray[Any]]


def arrays_of(key: str, series: Series) -> Arrays:
    """Make the arrays that keep a series of losses under a name; blocks only if there are any."""
    arrays = {key: series.newest()}
    return arrays | {key + BLOCKS: series.blocks_4N} if series.blocks_4N.size else arrays


def series_of(key: str, steps: int, arrays: Arrays) -> Series:
    """Restore a series of losses from the arrays that keep it; it is empty if none do."""
    if key not in arrays:
        return Series()
    return Series.of(steps, arrays.get(key + BLOCKS, np.empty((4, 0))), arrays[key])


def smoothed_of(key: str, train: Series, arrays: Arrays) -> Series:
    """Restore the smoothed losses beside those that they are of.

    Older files have no blocks of them, and those of the losses, which are noisy, stand for them.
    """
    return smoothed_series(train, arrays.get(key + BLOCKS, train.blocks_4N))


def shapes_of(key: str, steps: int, version: int) -> dict[str, tuple[int, ...]]:
    """Tell the shapes of the arrays that keep a series of so many losses in a file."""
    if version == 1:
        return {key: (steps,)}
    shapes: dict[str, tuple[int, ...]] = {key: (steps - in_blocks(steps),)}
    return shapes | {key + BLOCKS: (4, block_count(steps))} if in_blocks(steps) else shapes


def check_losses(key: str, arrays: Arrays) -> None:
    """Raise ValueError where the arrays that keep a series hold no losses."""
    kept = {name: arrays[name] for name in (key, key + BLOCKS) if name in arrays}
    if not all(np.isfinite(losses).all() for losses in kept.values()):
        raise ValueError(f"{key}: a number that is not finite")
    if any((losses < LEAST_LOSS).any() for losses in kept.values()):
        raise ValueError(f"{key}: a loss below 0")
    if key + BLOCKS in kept:
        first_N, smallest_N, largest_N, last_N = kept[key + BLOCKS]
        for number_N in (first_N, last_N):
            if (number_N < smallest_N).any() or (number_N > largest_N).any():
                raise ValueError(f"{key}: a block with a loss beyond its own extremes")
