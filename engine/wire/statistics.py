"""What a statistic of a data set is: its names, and a value of one of a few kinds.

Whoever tells statistics goes by their kinds, and knows none of them by its name.
"""

from __future__ import annotations

from typing import Final

from engine.wire.message import Message

SHOWN_ROWS: Final = 10  # of a ranking; more than that is for a file, or for an option


class Figure(Message, frozen=True):
    """One number."""

    number: int | float | None  # None: not counted, the file is too large
    out_of: int | None = None  # what it is a part of


class Distribution(Message, frozen=True):
    """How often each size occurs."""

    sizes: dict[int, int]  # size → how often; not empty

    @property
    def mean(self) -> float:
        """The mean size."""
        return sum(size * often for size, often in self.sizes.items()) / sum(self.sizes.values())


class Ranking(Message, frozen=True):
    """Characters, or pairs of them, and how often each occurs; the most frequent first."""

    rows: tuple[tuple[tuple[int, ...], int], ...]  # symbols, count


class Words(Message, frozen=True):
    """Some words of the data, or lines of a running text."""

    words: tuple[str, ...]
    are_lines: bool = False  # each begins a line of its own


class Statistic(Message, frozen=True):
    """One statistic of a data set."""

    name: str  # its key in JSON
    value: Figure | Distribution | Ranking | Words
    label: str = ""  # what it is called on a screen; empty: it is told in JSON alone
    short: str = ""  # the same for a narrow pane
    remark: str = ""  # what follows the label where there is room: "trained on", if not all counts
    comes_first: bool = False  # before all others in a pane of few lines

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is called on a screen, the longest first.

        >>> Statistic("pairs", Figure(1), "distinct pairs", "pairs", "trained on").names
        ('distinct pairs, trained on', 'distinct pairs', 'pairs')
        """
        plain = (self.label, self.short or self.label)
        return (f"{self.label}, {self.remark}", *plain) if self.remark else plain
