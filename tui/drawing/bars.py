"""Bars of text: upright ones of eighths of a block, lying ones of lines, which keep rows apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

_UPRIGHT: Final = " ▁▂▃▄▅▆▇█"


def columns(values: Sequence[float], height: int) -> list[str]:
    """A histogram, a column for each value, as `height` lines.

    What is not nothing shows at least an eighth: a rare length is told from one that never occurs.

    >>> columns([0, 1, 2, 4], 2)
    ['   █', ' ▄██']
    """
    top = max(values, default=0) or 1
    eighths = [max(1, round(v / top * height * 8)) if v else 0 for v in values]
    return [
        "".join(_UPRIGHT[max(0, min(8, e - line * 8))] for e in eighths)
        for line in reversed(range(height))
    ]


def bar(value: float, top: float, width: int) -> str:
    """A lying bar, `width` columns long where the value is `top`.

    >>> bar(1, 2, 5)
    '━━╸  '
    """
    halves = max(0, min(width * 2, round(value / top * width * 2))) if top else 0
    return ("━" * (halves // 2) + "╸" * (halves % 2)).ljust(width)


def sparkline(values: Iterable[float], width: int) -> str:
    """Values from the oldest to the newest, a column each, the largest as high as a line.

    >>> sparkline([20, 40, 10], 5)
    '  ▄█▂'
    """
    values = list(values)
    top = max(values, default=0) or 1
    return "".join(_UPRIGHT[max(1, round(value / top * 8))] for value in values).rjust(width)
