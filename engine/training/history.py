"""The losses of a training, and how they look at the width of a plot.

All of them up to a million steps; then the newest million, and of each block of those before its
first, smallest, largest and last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from engine.training.series import CHUNK, Series, block_size, in_blocks
from engine.wire.values import Curve, SettingChange

MARKED: Final = {"learning_rate": "lr", "regularisation": "λ", "seed": "seed"}  # in a plot
MOST_MARKS: Final = 10_000  # the newest are kept; no plot has room for more
OF_BLOCKS: Final = ("", "_smallest", "_largest", "_last")  # behind a column's name


class History:
    """The losses since step 1, and where a setting was changed on the way."""

    def __init__(self) -> None:
        self.train = Series()
        self.held_out = Series()  # of the same steps, or empty
        self._marks: dict[tuple[int, str], SettingChange] = {}  # by step and setting

    @classmethod
    def of(cls, train: Series, held_out: Series, marks: Sequence[SettingChange]) -> History:
        """The history that has these losses and marks."""
        history = cls()
        history.train, history.held_out = train, held_out
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

    def mark(self, step: int, what: str, value: str) -> None:
        """Remember that after `step` a setting was changed; the last change of a step counts.

        Args:
            step: 0 or more.
            what: one of the values of `MARKED`.
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
        # A power of two: columns stay where they are, and as they are, until it doubles.
        size = max(1 << (-(-steps // width) - 1).bit_length(), self.train.narrowest)
        return Curve(
            first=1,
            last=steps,
            steps=tuple(range(1, steps + 1, size)),
            train=self.train.columns(size),
            held_out=self.held_out.columns(size) if len(self.held_out) else (),
            marks=self._marks_by(size),
        )

    def _marks_by(self, size: int) -> tuple[SettingChange, ...]:
        """The marks of each column's first marked step."""
        steps: dict[int, int] = {}
        for step, _ in self._marks:
            steps.setdefault(step // size, step)
        told = set(steps.values())
        return tuple(mark for mark in self._marks.values() if mark.step in told)

    def csv(self) -> str:
        """Step and losses, a line each.

        Where the oldest are kept in blocks alone, each of these has a line: its first step, how
        many steps it has, and of each kind of loss the first, smallest, largest and last.
        """
        return "\n".join([*self._csv_parts(), ""])

    def _csv_parts(self) -> Iterator[str]:
        """Some lines at a time: a million lines are large, and larger as so many objects."""
        kinds = {"loss": self.train, "held_out_nll": self.held_out}
        kinds = {name: series for name, series in kinds.items() if len(series)}
        before, size = in_blocks(len(self.train)), block_size(len(self.train))
        if not before:
            yield ",".join(["step", *(kinds or ("loss",))])
        else:
            yield ",".join(["step", "steps", *(name + of for name in kinds for of in OF_BLOCKS)])
            blocks = np.vstack([series.blocks_4N for series in kinds.values()]).T.tolist()
            yield "\n".join(
                f"{start + 1},{min(size, before - start)},{','.join(map(repr, row))}"
                for start, row in zip(range(0, before, size), blocks, strict=True)
            )
        behind_step, between, end = (",1,", ",,,,", ",,,") if before else (",", ",", "")
        newest = np.array([series.newest() for series in kinds.values()]).T
        for start in range(0, len(newest), CHUNK):
            rows = enumerate(newest[start : start + CHUNK].tolist(), before + start + 1)
            yield "\n".join(
                f"{step}{behind_step}{between.join(map(repr, row))}{end}" for step, row in rows
            )
