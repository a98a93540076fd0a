"""Numbers that come one after another, as those of a training do, in memory that stays bounded.

The newest million are kept one by one. Of those before, each block of 2^k is kept as its first, its
smallest, its largest and its last; where the blocks become too many, each two make one.

Shape suffixes: N numbers or blocks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

FINEST: Final = 64  # numbers in a block, at first
CHUNK: Final = 1 << 16  # numbers that come to be in blocks at once; a power of two
KEPT_CHUNKS: Final = 16  # a million numbers, and the chunk that fills
MOST_BLOCKS: Final = 1 << 16  # several for each column of the widest plot

Array = NDArray[np.float64]


def in_blocks(length: int) -> int:
    """How many of so many numbers, the oldest, are kept in blocks alone."""
    return max(0, length // CHUNK - KEPT_CHUNKS) * CHUNK


def block_size(length: int) -> int:
    """How many numbers a block has, where so many have come: 64 or a larger power of two."""
    least = -(-in_blocks(length) // MOST_BLOCKS)
    return max(FINEST, 1 << max(0, least - 1).bit_length())


def block_count(length: int) -> int:
    """How many blocks there are, where so many numbers have come; the last may have fewer."""
    return -(-in_blocks(length) // block_size(length))


class Series:
    """All that is kept of the numbers. No array changes where it has been filled."""

    def __init__(self) -> None:
        self.blocks_4N: Array = np.empty((4, 0))  # first, smallest, largest, last of each
        self._length = 0
        self._chunks: deque[Array] = deque()  # the newest; the last fills
        self._summaries_4N: deque[Array] = deque()  # of those that are full, in blocks of `FINEST`

    @classmethod
    def of(cls, length: int, blocks_4N: Array, newest_N: Array) -> Series:
        """A series of which this has been kept.

        Args:
            length: how many numbers have come.
            blocks_4N: `block_count(length)` blocks; (4, N).
            newest_N: those after `in_blocks(length)`.
        """
        series = cls()
        series.blocks_4N = blocks_4N
        series._length = in_blocks(length)
        series._extend(newest_N)
        return series

    def __len__(self) -> int:
        """How many numbers have come."""
        return self._length

    @property
    def last(self) -> float | None:
        """The newest number; None before the first."""
        if not self._chunks:
            return None
        return float(self._chunks[-1][(self._length - 1) % CHUNK])

    @property
    def narrowest(self) -> int:
        """The least size of a column: 1 while all numbers are kept one by one."""
        return block_size(self._length) if in_blocks(self._length) else 1

    def extend(self, values: Sequence[float] | Array) -> None:
        """Add numbers at the end."""
        self._extend(np.asarray(values, np.float64))

    def newest(self, most: int | None = None) -> Array:
        """The newest that are kept one by one, `most` or all; (N,)."""
        chunks = [*self._chunks]
        if self._length % CHUNK:
            chunks[-1] = chunks[-1][: self._length % CHUNK]
        if most is not None:
            chunks = chunks[-(most // CHUNK + 2) :]  # more of millions need not be copied
        if not chunks:
            return np.empty(0)
        newest_N = chunks[0] if len(chunks) == 1 else np.concatenate(chunks)
        return newest_N if most is None else newest_N[max(0, len(newest_N) - most) :]

    def columns(self, size: int) -> tuple[tuple[float, float, float, float], ...]:
        """First, smallest, largest and last number of each column.

        Args:
            size: numbers in a column, a power of two from `narrowest` up; the last column may have
                fewer.
        """
        if size < FINEST:
            rows_4N = np.broadcast_to(self.newest(), (4, self._length))
            cuts_N = np.arange(0, self._length, size)
        else:
            newest = [*self._summaries_4N]
            if self._length % CHUNK:
                newest.append(_summary(self._chunks[-1][: self._length % CHUNK]))
            rows_4N = np.hstack((self.blocks_4N, *newest))
            blocks, block = self.blocks_4N.shape[1], block_size(self._length)
            rest = -in_blocks(self._length) % size  # of a column that begins among the blocks
            cuts_N = np.concatenate((
                np.arange(0, blocks, size // block),
                np.arange(blocks + rest // FINEST, rows_4N.shape[1], size // FINEST),
            ))  # fmt: skip
        return tuple(zip(*_joined(rows_4N, cuts_N).tolist(), strict=True))

    def _extend(self, values_N: Array) -> None:
        while len(values_N):
            filled = self._length % CHUNK
            if filled == 0:
                self._chunks.append(np.empty(CHUNK))
            part_N, values_N = values_N[: CHUNK - filled], values_N[CHUNK - filled :]
            self._chunks[-1][filled : filled + len(part_N)] = part_N
            self._length += len(part_N)
            if self._length % CHUNK == 0:
                self._summaries_4N.append(_summary(self._chunks[-1]))
                if len(self._chunks) > KEPT_CHUNKS:
                    self._chunks.popleft()
                    self._add_to_blocks(self._summaries_4N.popleft())

    def _add_to_blocks(self, summary_4N: Array) -> None:
        """Put a chunk, as a summary of it, behind those that are in blocks."""
        before, size = in_blocks(self._length) - CHUNK, block_size(self._length - CHUNK)
        rows_4N = _joined(summary_4N, np.arange(0, CHUNK // FINEST, size // FINEST))
        if before % size:  # the last block is not full yet
            last_4N = np.hstack((self.blocks_4N[:, -1:], rows_4N))
            self.blocks_4N, rows_4N = self.blocks_4N[:, :-1], _joined(last_4N, np.zeros(1, int))
        self.blocks_4N = np.hstack((self.blocks_4N, rows_4N))
        while self.blocks_4N.shape[1] > MOST_BLOCKS:
            self.blocks_4N = _joined(self.blocks_4N, np.arange(0, self.blocks_4N.shape[1], 2))


def _summary(values_N: Array) -> Array:
    """Numbers in blocks of `FINEST`; (4, N)."""
    return _joined(
        np.broadcast_to(values_N, (4, len(values_N))), np.arange(0, len(values_N), FINEST)
    )


def _joined(rows_4N: Array, cuts_N: NDArray[np.int64]) -> Array:
    """One block for each run of blocks that begins at a cut; (4, N)."""
    first_N, smallest_N, largest_N, last_N = rows_4N
    ends_N = np.append(cuts_N[1:], len(first_N)) - 1
    return np.stack((
        first_N[cuts_N],
        np.minimum.reduceat(smallest_N, cuts_N),
        np.maximum.reduceat(largest_N, cuts_N),
        last_N[ends_N],
    ))  # fmt: skip
