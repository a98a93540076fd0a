"""Headings that say at which steps the runs drew their names; few while they train."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from engine.wire.values import Drawn, Name, RunSummary
from tui.drawing.numbers import short_count
from tui.panes.names.scrolling import HEADING, Line

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


Headings = tuple[Heading | None, Heading | None]  # of the compared run, and of the selected one


def headings(
    draws: Sequence[Drawn], compared: RunSummary, selected: RunSummary
) -> dict[int, Headings]:
    """Find the headings above some draws, by their index; the first draw has one.

    Which have one depends on their neighbours alone, so that no heading moves as the log grows. Of
    a run without steps there is nothing to say.
    """
    left = _of_side(draws, [draw.compared for draw in draws]) if compared.is_trained else {}
    right = _of_side(draws, [draw.selected for draw in draws]) if selected.is_trained else {}
    return {index: (left.get(index), right.get(index)) for index in sorted(left | right)}


def headings_of(index: int, headings: dict[int, Headings]) -> Headings:
    """Find the headings that a draw is under, of each run that has one."""
    left: Heading | None = None
    right: Heading | None = None
    for at in headings:
        if at <= index:
            left, right = headings[at][0] or left, headings[at][1] or right
    return left, right


def steps_above(seen: Sequence[Line], headings: dict[int, Headings]) -> Headings:
    """Find the headings of the first line that is seen, but for those that it is itself."""
    if not seen:
        return None, None
    index, line = seen[0]
    told = headings[index] if line == HEADING else (None, None)
    left, right = headings_of(index, headings)
    return (None if told[0] else left), (None if told[1] else right)


def _of_side(draws: Sequence[Drawn], names: Sequence[Name | None]) -> dict[int, Heading]:
    if not names or names[0] is None:
        return {}
    steps = [None if name is None else name.step for name in names]
    changes = [True, *(a != b for a, b in pairwise(steps))]
    # Of the newest it is not known yet; as long as the run trains it is so.
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


def _runs(at: int, changes: Sequence[bool], headed: Sequence[bool]) -> bool:
    """Whether the next name is of another step, and under the same heading."""
    return at + 1 < len(changes) and changes[at + 1] and not headed[at + 1]
