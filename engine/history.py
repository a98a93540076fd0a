"""The losses of a training, all of them, and how they look at the width of a plot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.protocol import Curve, Mark


class Series:
    """Numbers that come one after another: an array that doubles when it is full."""

    def __init__(self) -> None:
        self._values = np.empty(1024)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def extend(self, values: Sequence[float]) -> None:
        """Add numbers at the end."""
        needed = self._length + len(values)
        if needed > len(self._values):
            grown = np.empty(max(needed, 2 * len(self._values)))
            grown[: self._length] = self._values[: self._length]
            self._values = grown
        self._values[self._length : needed] = values
        self._length = needed

    def values(self) -> NDArray[np.float64]:
        """All numbers: a view."""
        return self._values[: self._length]

    def columns(self, starts: NDArray[np.int64]) -> tuple[tuple[float, float, float, float], ...]:
        """First, smallest, largest and last number of each column.

        Args:
            starts: where each column begins, ascending; the last one goes to the end.
        """
        values = self.values()
        lasts = np.append(starts[1:], len(values)) - 1
        table = (
            values[starts],
            np.minimum.reduceat(values, starts),
            np.maximum.reduceat(values, starts),
            values[lasts],
        )
        return tuple(zip(*(row.tolist() for row in table), strict=True))


class History:
    """The losses since step 1, and where a setting was changed on the way."""

    def __init__(self) -> None:
        self.train = Series()
        self.held_out = Series()
        self._marks: list[Mark] = []

    @property
    def last(self) -> float | None:
        """The loss of the last step; None before step 1."""
        return float(self.train.values()[-1]) if len(self.train) else None

    def mark(self, step: int, what: str, value: str) -> None:
        """Remember that after `step` a setting was changed; the last change of a step counts."""
        self._marks = [
            mark
            for mark in self._marks
            if mark.step != step or not mark.text.startswith(f"{what} ")
        ]
        self._marks.append(Mark(step, f"{what} {value}"))

    def curve(self, width: int) -> Curve | None:
        """The whole history in at most `width` columns; None before step 1.

        A column's smallest and largest loss are its own: no spike is thinned away.
        """
        steps = len(self.train)
        if steps == 0 or width <= 0:
            return None
        columns = min(width, steps)
        starts = np.arange(columns, dtype=np.int64) * steps // columns
        return Curve(
            first=1,
            last=steps,
            steps=tuple((starts + 1).tolist()),
            train=self.train.columns(starts),
            held_out=self.held_out.columns(starts) if len(self.held_out) else (),
            marks=tuple(self._marks),
        )

    def csv(self) -> str:
        """Step and losses, a line each."""
        columns = [self.train, self.held_out] if len(self.held_out) else [self.train]
        rows = zip(*(series.values().tolist() for series in columns), strict=True)
        lines = [",".join(map(repr, (step, *row))) for step, row in enumerate(rows, start=1)]
        header = ",".join(("step", "loss", "held_out_nll")[: 1 + len(columns)])
        return "\n".join([header, *lines, ""])
