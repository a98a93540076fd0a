"""Values as people type them: numbers with commas between thousands, one word of several."""

from __future__ import annotations

import re
from collections.abc import Collection
from math import inf
from typing import Final

from engine.settings.setting import NO, YES, Setting, choice_value
from engine.settings.values import Value
from engine.wire.client import EngineError

NO_LIMIT: Final = "no limit"
LARGEST: Final = 2**64 - 1  # whole number that a request can hold
LONGEST: Final = 400  # characters of a number: more digits than any has
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")


def text_of(value: Value) -> str:
    """A setting's value as it is typed, exactly.

    >>> [text_of(value) for value in (50.0, 1 / 3, 1e-05, float("inf"), True, 42, "em")]
    ['50', '0.3333333333333333', '1e-05', 'no limit', 'yes', '42', 'em']
    """
    match value:
        case bool():
            return YES if value else NO
        case float():
            short = f"{value:g}"
            return NO_LIMIT if short == "inf" else short if float(short) == value else repr(value)
        case _:
            return str(value)


def value_of(text: str, setting: Setting) -> Value:
    """What a text means as the value of a setting.

    Raises:
        EngineError: it is no such value; says what would be.
    """
    match setting.kind:
        case "text":
            return text
        case "choice":
            return chosen(text, setting.choices)
        case "whole":
            return whole(text, setting.label)
        case "number":
            takes_all = setting.high == inf and not setting.below_high
            unlimited = takes_all and text.strip().lower() in (NO_LIMIT, "inf", "∞")
            return inf if unlimited else number(text, setting.label)


def number(text: str, what: str) -> float:
    """A number.

    Raises:
        EngineError: it is none, or may be another than was meant.
    """
    try:
        return float(_plain(text, what))
    except ValueError:
        raise EngineError(f"The {what} is a number, such as 0.5 or 1e-3.") from None


def whole(text: str, what: str) -> int:
    """A whole number.

    Raises:
        EngineError: it is none, or none that the engine takes.
    """
    try:
        found = int(_plain(text, what))
    except ValueError:
        raise EngineError(f"The {what} is a whole number, such as 42.") from None
    if abs(found) > LARGEST:
        raise EngineError(f"The {what} is too large: {LARGEST:,} is the largest that there is.")
    return found


def chosen(text: str, choices: Collection[str]) -> Value:
    """One of some words; its beginning will do.

    Raises:
        EngineError: it is none of them, or may be several.
    """
    meant = [choice for choice in choices if choice.startswith(text.strip().lower() or " ")]
    if len(meant) != 1:
        raise EngineError(f"Type one of {', '.join(choices)}.")
    return choice_value(meant[0])


def _plain(text: str, what: str) -> str:
    """A number without what people put between thousands, and with the sign that Python knows."""
    text = text.strip().replace("−", "-").replace("_", "")
    if len(text) > LONGEST:
        raise EngineError(f"The {what} has too many digits.")
    if "," in text and not _THOUSANDS.fullmatch(text):
        raise EngineError("A comma stands between thousands, as in 1,000; decimals have a point.")
    return text.replace(",", "")
