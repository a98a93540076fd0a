"""A number with its unit, as in a sentence."""

from __future__ import annotations


def quantity(number: int, unit: str) -> str:
    """How many there are of something that takes an s for more than one.

    >>> quantity(1, "word"), quantity(1234, "blank line")
    ('1 word', '1,234 blank lines')
    """
    return f"{number:,} {unit}" if number == 1 else f"{number:,} {unit}s"
