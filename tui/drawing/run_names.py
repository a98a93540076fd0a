"""The names of runs, in as many columns as there are."""

from __future__ import annotations

from rich.cells import cell_len

from tui.terminal.letter_widths import drawable, shortened

_LEAST = 3  # columns that still tell something of a name


def short_name(name: str, room: int) -> str:
    """Write a run's name in at most so many columns; a number at its end tells it from others.

    >>> short_name("net", 6), short_name("bigram 12", 8), short_name("characters", 6)
    ('net', 'bigr… 12', 'chara…')
    """
    if cell_len(drawn := drawable(name)) <= room:
        return drawn
    stem, _, number = name.rpartition(" ")
    left = room - len(number) - 1
    if number.isdecimal() and left >= _LEAST:
        return f"{shortened(stem, left)} {number}"
    return shortened(name, room)
