"""The losses of a training, and how they look at the width of a plot.

All of them up to a million steps; then the newest million, and of each block of those before its
first, smallest, largest and last.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from math import nan

import numpy as np

from engine.settings.limits import MOST_EVALUATIONS, MOST_MARKS
from engine.training.series import Series
from engine.training.smoothing import smoothed
from engine.training.trainer import Evaluation
from engine.wire.values import Curve, SettingChange

Fours = tuple[tuple[float, float, float, float], ...]


def column_size(steps: int, columns: int) -> int:
    """How many steps a column has, where so many steps have so many columns at the most.

    A power of two: columns stay where they are, and as they are, until it doubles.
    """
    return 1 << (-(-steps // columns) - 1).bit_length()


def last_of_each(series: Series, size: int, most: int | None = None) -> bytes:
    """The last number of each column, or of `most` from the first on, as float32."""
    return np.array([four[-1] for four in series.columns(size)[:most]], np.float32).tobytes()


class History:
    """The losses since step 1, and where a setting was changed on the way."""

    def __init__(self) -> None:
        self.train = Series()
        self.held_out = Series()  # of the same steps; empty where it is not measured at each
        self.smoothed = Series()  # `train` without noise; empty where each loss is of all the data
        self.evaluations: deque[Evaluation] = deque(maxlen=MOST_EVALUATIONS)
        self._marks: dict[tuple[int, str], SettingChange] = {}  # by step and setting

    @classmethod
    def of(
        cls,
        train: Series,
        held_out: Series,
        marks: Sequence[SettingChange],
        evaluations: Iterable[Evaluation] = (),
        smoothed: Series | None = None,
    ) -> History:
        """The history that has these losses, marks and evaluations; None: nothing is smoothed."""
        history = cls()
        history.train, history.held_out = train, held_out
        history.smoothed = Series() if smoothed is None else smoothed
        history.evaluations.extend(evaluations)
        for mark in marks:
            what, _, value = mark.text.partition(" ")
            history.mark(mark.step, what, value)
        return history

    @property
    def marks(self) -> tuple[SettingChange, ...]:
        """Where a setting was changed, in the order of time."""
        return tuple(self._marks.values())

    @property
    def last(self) -> float | None:
        """The loss of the last step; None before step 1."""
        return self.train.last

    @property
    def line(self) -> Series:
        """The losses as a curve can show them where it has nothing else: without noise."""
        return self.smoothed if len(self.smoothed) else self.train

    def smooth(self, losses: Iterable[float]) -> None:
        """Go on with the smoothed losses, by those that were added last to `train`."""
        smooth = self.smoothed
        smooth.extend([*smoothed(losses, smooth.last or 0.0, len(smooth))])

    def mark(self, step: int, what: str, value: str) -> None:
        """Remember that after `step` a setting was changed; the last change of a step counts.

        Args:
            step: 0 or more.
            what: the sign of the setting, without a space.
            value: what the setting is now.
        """
        self._marks.pop((step, what), None)  # the order is that of the changes
        self._marks[step, what] = SettingChange(step, f"{what} {value}")
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
        size = max(column_size(steps, width), self.train.narrowest)
        return Curve(
            first=1,
            last=steps,
            steps=tuple(range(1, steps + 1, size)),
            train=self.train.columns(size),
            held_out=self.held_out.columns(size) if len(self.held_out) else self._evaluated(size),
            marks=self._marks_by(size),
            smoothed=last_of_each(self.smoothed, size) if len(self.smoothed) else b"",
        )

    def _evaluated(self, size: int) -> Fours:
        """What was measured of the hold-out in each column; NaN in those without."""
        known = [(one.step, one.held_out) for one in self.evaluations if one.held_out is not None]
        if not known:
            return ()
        columns: list[list[float]] = [[] for _ in range(0, len(self.train), size)]
        for step, held_out in known:
            columns[(step - 1) // size].append(held_out)
        return tuple((x[0], min(x), max(x), x[-1]) if x else (nan,) * 4 for x in columns)

    def _marks_by(self, size: int) -> tuple[SettingChange, ...]:
        """The marks of each column's first marked step."""
        steps: dict[int, int] = {}
        for step, _ in self._marks:
            steps.setdefault(step // size, step)
        told = set(steps.values())
        return tuple(mark for mark in self._marks.values() if mark.step in told)
