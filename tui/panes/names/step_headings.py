"""Headings that say at which steps the net drew its names; few while it trains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from engine.wire.values import Drawn
from tui.drawing.numbers import short_count

GROUP: Final = 5  # names under one heading, where each is of another step: a second's


@dataclass(frozen=True)
class Heading:
    """A heading with the step of the names below it."""

    step: int | None  # None: not known
    runs: bool = False  # whether those below are of this step and of later ones

    @property
    def texts(self) -> tuple[str, ...]:
        """The heading in several lengths, the longest first.

        >>> Heading(1200, runs=True).texts
        ('step 1,200+', '1,200+', '1200+')
        """
        if self.step is None:
            return "step unknown", "unknown", "?"
        plus = "+" * self.runs
        number = f"{self.step:,}{plus}"
        return f"step {number}", number, f"{short_count(self.step)}{plus}"


def headings(draws: Sequence[Drawn]) -> dict[int, Heading]:
    """Find the headings above some draws, by their index; the first draw has one.

    Which have one depends on their neighbours alone, so that no heading moves as the log grows.

    >>> from engine.wire.values import Name
    >>> names = [Name("ab", 2.0, None, step=step) for step in (0, 0, 7)]
    >>> found = headings([Drawn(index, None, name) for index, name in enumerate(names)])
    >>> {index: heading.texts[0] for index, heading in found.items()}
    {0: 'step 0', 2: 'step 7'}
    """
    if not draws or draws[0].net is None:
        return {}
    steps = [None if draw.net is None else draw.net.step for draw in draws]
    changes = [True, *(a != b for a, b in pairwise(steps))]
    # Of the newest it is not known yet; as long as the net trains it is so.
    changes_again = [*changes[1:], True]

    def begins(at: int) -> bool:
        runs = changes[at - 1] and changes_again[at]
        return not runs or draws[at].index % GROUP == 0

    headed = [at == 0 or (changes[at] and begins(at)) for at in range(len(draws))]
    return {
        draw.index: Heading(steps[at], _runs(at, changes, headed))
        for at, draw in enumerate(draws)
        if headed[at]
    }


def heading_of(index: int, headings: dict[int, Heading]) -> Heading | None:
    """Find the heading that a draw is under; None if it has none."""
    return next((headings[at] for at in sorted(headings, reverse=True) if at <= index), None)


def _runs(at: int, changes: Sequence[bool], headed: Sequence[bool]) -> bool:
    """Whether the next name is of another step, and under the same heading."""
    return at + 1 < len(changes) and changes[at + 1] and not headed[at + 1]
