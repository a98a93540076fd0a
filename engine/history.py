"""The losses of a training, all of them, and how they look at the width of a plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.protocol import Curve, Mark

MARKED: Final = {"learning_rate": "lr", "regularisation": "λ", "seed": "seed"}  # in a plot
MOST_MARKS: Final = 10_000  # the newest are kept; no plot has room for more
BLOCK: Final = 1024  # numbers of which the smallest and the largest are kept


class Growing:
    """Numbers that come one after another: an array that doubles when it is full."""

    def __init__(self) -> None:
        self._room = np.empty(1024)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def extend(self, values: Sequence[float] | NDArray[np.float64]) -> None:
        """Add numbers at the end."""
        needed = self._length + len(values)
        if needed > len(self._room):
            grown = np.empty(max(needed, 2 * len(self._room)))
            grown[: self._length] = self.values()
            self._room = grown
        self._room[self._length : needed] = values
        self._length = needed

    def values(self) -> NDArray[np.float64]:
        """All numbers: a view."""
        return self._room[: self._length]


class Series(Growing):
    """Numbers, and the extremes of each block of them: a look at millions takes no longer."""

    def __init__(self) -> None:
        super().__init__()
        self._smallest = Growing()
        self._largest = Growing()

    def extend(self, values: Sequence[float] | NDArray[np.float64]) -> None:
        """Add numbers at the end."""
        super().extend(values)
        done, whole = len(self._smallest), len(self) // BLOCK
        if whole > done:
            blocks = self.values()[done * BLOCK : whole * BLOCK].reshape(-1, BLOCK)
            self._smallest.extend(blocks.min(axis=1))
            self._largest.extend(blocks.max(axis=1))

    def columns(self, size: int) -> tuple[tuple[float, float, float, float], ...]:
        """First, smallest, largest and last number of each column.

        Args:
            size: numbers in a column, a power of two; the last column may have fewer.
        """
        values = self.values()
        starts = np.arange(0, len(values), size)
        lasts = np.append(starts[1:], len(values)) - 1
        smallest, largest, each = values, values, size
        if size > BLOCK:
            rest = values[len(self._smallest) * BLOCK :]
            smallest = np.append(self._smallest.values(), rest.min() if len(rest) else [])
            largest = np.append(self._largest.values(), rest.max() if len(rest) else [])
            each = size // BLOCK
        cuts = np.arange(len(starts)) * each
        table = (
            values[starts],
            np.minimum.reduceat(smallest, cuts),
            np.maximum.reduceat(largest, cuts),
            values[lasts],
        )
        return tuple(zip(*(row.tolist() for row in table), strict=True))


class History:
    """The losses since step 1, and where a setting was changed on the way."""

    def __init__(self) -> None:
        self.train = Series()
        self.held_out = Series()
        self._marks: dict[tuple[int, str], Mark] = {}  # by step and setting

    @classmethod
    def of(
        cls, train: NDArray[np.float64], held_out: NDArray[np.float64], marks: Sequence[Mark]
    ) -> History:
        """The history that has these losses and marks."""
        history = cls()
        history.train.extend(train)
        history.held_out.extend(held_out)
        for mark in marks:
            what, _, value = mark.text.partition(" ")
            history.mark(mark.step, what, value)
        return history

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Where a setting was changed, in the order of time."""
        return tuple(self._marks.values())

    @property
    def last(self) -> float | None:
        """The loss of the last step; None before step 1."""
        return float(self.train.values()[-1]) if len(self.train) else None

    def mark(self, step: int, what: str, value: str) -> None:
        """Remember that after `step` a setting was changed; the last change of a step counts.

        Args:
            step: 0 or more.
            what: one of the values of `MARKED`.
            value: what the setting is now.
        """
        self._marks.pop((step, what), None)  # the order is that of the changes
        self._marks[step, what] = Mark(step, f"{what} {value}")
        if len(self._marks) > MOST_MARKS:
            del self._marks[next(iter(self._marks))]

    def curve(self, width: int) -> Curve | None:
        """The whole history in at most `width` columns; None before step 1.

        A column's smallest and largest loss are its own: no spike is thinned away. Of each column
        only the marks of one step are returned: a plot has no room for more.
        """
        steps = len(self.train)
        if steps == 0 or width <= 0:
            return None
        # A power of two: columns stay where they are, and as they are, until it doubles.
        size = 1 << (-(-steps // width) - 1).bit_length()
        return Curve(
            first=1,
            last=steps,
            steps=tuple(range(1, steps + 1, size)),
            train=self.train.columns(size),
            held_out=self.held_out.columns(size) if len(self.held_out) else (),
            marks=self._marks_by(size),
        )

    def _marks_by(self, size: int) -> tuple[Mark, ...]:
        """The marks of each column's first marked step."""
        steps: dict[int, int] = {}
        for step, _ in self._marks:
            steps.setdefault(step // size, step)
        told = set(steps.values())
        return tuple(mark for mark in self._marks.values() if mark.step in told)

    def csv(self) -> str:
        """Step and losses, a line each."""
        columns = [self.train, self.held_out] if len(self.held_out) else [self.train]
        rows = zip(*(series.values().tolist() for series in columns), strict=True)
        lines = [",".join(map(repr, (step, *row))) for step, row in enumerate(rows, start=1)]
        header = ",".join(("step", "loss", "held_out_nll")[: 1 + len(columns)])
        return "\n".join([header, *lines, ""])
