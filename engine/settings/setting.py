"""What a setting is: its name, what it means, which values make sense, and what keys move it to."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from math import inf
from typing import Final, Literal

import msgspec

from engine.errors import BadSetting
from engine.settings.values import Value

SettingKind = Literal["number", "whole", "choice", "text"]
LONGEST_SHOWN: Final = 24  # characters of a refused value: all of any whole number of 64 bits
YES, NO = "yes", "no"  # how a person gives the two values of a choice that is true or false


class Setting(msgspec.Struct, frozen=True):
    """A setting as the engine describes it: the screen and the command line need no list of theirs.

    A number lies between two others, of which each may be excluded; infinity is a number too.
    """

    name: str  # as requests have it: "learning_rate"
    label: str  # "learning rate"
    meaning: str  # a sentence
    kind: SettingKind
    default: Value
    allows: str = ""  # which values, with their unit: "a number above 0"
    low: float = -inf
    high: float = inf
    above_low: bool = False  # `low` itself makes no sense
    below_high: bool = False
    rungs: tuple[float, ...] = ()  # what a key moves a number to, in their order
    choices: dict[str, str] = {}  # values, and what each of them means
    sign: str = ""  # how it is written where there is little room: "lr"; empty: nowhere
    begins_run: bool = False  # another value is for another run

    @property
    def values(self) -> str:
        """Which values make sense."""
        return self.allows or f"one of {', '.join(self.choices)}"

    def check(self, value: Value) -> None:
        """Refuse a value that makes no sense.

        Raises:
            BadSetting: says which values do.
        """
        if self._makes_sense(value):
            return
        text = str(value)
        shown = text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
        name = self.name.replace("_", " ").capitalize()
        raise BadSetting(f"{name} {shown}: give {self.values}.", self.name)

    def moved(self, value: Value, by: int) -> Value:
        """The value some rungs up (or down), where the ends stop it; or as many choices further on.

        Raises:
            BadSetting: there is nothing to move along.

        >>> Setting("k", "k", "", "number", 1.0, rungs=(0.0, 1.0, 2.0)).moved(0.5, 1)
        1.0
        """
        if self.choices:
            values: Sequence[Value] = [choice_value(each) for each in self.choices]
            return values[(values.index(value) + by) % len(values)]
        if not self.rungs or isinstance(value, str):
            raise BadSetting(f"The {self.label} has no steps to move by: give its value.")
        if by > 0:
            place = bisect.bisect_right(self.rungs, value) - 1 + by
        else:
            place = bisect.bisect_left(self.rungs, value) + by
        moved = self.rungs[min(max(place, 0), len(self.rungs) - 1)]
        return int(moved) if self.kind == "whole" else moved

    def _makes_sense(self, value: Value) -> bool:
        if self.kind == "choice":
            return value in [choice_value(each) for each in self.choices]
        if self.kind == "text":
            return isinstance(value, str) and len(value) <= self.high
        if isinstance(value, bool | str) or (self.kind == "whole" and not isinstance(value, int)):
            return False
        above = self.low < value if self.above_low else self.low <= value
        return above and (value < self.high if self.below_high else value <= self.high)


def choice_value(text: str) -> Value:
    """The value that a choice stands for: yes and no are true and false."""
    return {YES: True, NO: False}.get(text, text)


def one_two_five(low: int, high: int) -> tuple[float, ...]:
    """1, 2 and 5 of each decade, from 10^low to 10^high.

    >>> one_two_five(-1, 1)
    (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
    """
    decades = [float(f"{digit}e{power}") for power in range(low, high) for digit in (1, 2, 5)]
    return (*decades, 10.0**high)


def setting_in(settings: Iterable[Setting], name: str) -> Setting | None:
    """The setting of a name; None if there is none."""
    return next((each for each in settings if each.name == name), None)
