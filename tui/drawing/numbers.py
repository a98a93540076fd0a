"""Numbers as a person reads them, by one rule everywhere on the screen.

- A negative number has a minus sign, which a terminal of ASCII gets as a hyphen. The hyphen of an
  exponent stays one: 3.1e-06 is a word of its own, as programs read and write it.
- What is compared with 0, a weight or a difference, has a plus where it is above. 0 has no sign.
- From 1,000 on there are commas. A seed has none: it is a name, to be typed again.
- What has too few places to be seen has an exponent, so that a bare 0 is exactly that.
"""

from __future__ import annotations

from math import ceil, isfinite
from typing import Final

MINUS: Final = "\N{MINUS SIGN}"
_TINY: Final = 0.001  # below, three places would show zeros alone
_HUGE: Final = 9_999.95  # from there on, an exponent takes fewer columns


def figure(value: float, digits: int = 4, *, sign: bool = False) -> str:
    """A measured number in seven columns, and its sign: three digits behind the point, or four.

    >>> [figure(2.46421), figure(1234.56), figure(1234567.0), figure(float("inf")), figure(3.1e-6)]
    ['2.4642', '1,234.6', '1.2e+06', 'inf', '3.1e-06']
    >>> [figure(1.5, 3, sign=True), figure(-1.5, 3, sign=True), figure(-0.0, 3, sign=True)]
    ['+1.500', '−1.500', '0']
    """
    if value == 0:
        return "0"
    plus = "+" if sign else ""
    if abs(value) > 99.9:
        digits = 3 if abs(value) < 999.9 else 1
    if _TINY <= abs(value) < _HUGE or not isfinite(value):
        return with_minus(f"{value:{plus},.{digits}f}")
    return with_minus(f"{value:{plus}.2g}" if abs(value) >= _HUGE else f"{value:{plus}.1e}")


def compact(value: float) -> str:
    """A number that was chosen, with no more digits than it needs, and six at the most.

    >>> [compact(50.0), compact(0.625), compact(-200000.0), compact(1e6), compact(1e-5)]
    ['50', '0.625', '−200,000', '1e+06', '1e-05']
    """
    return with_minus(f"{value:,.6g}")


def short_count(count: int) -> str:
    """A count in four columns or fewer.

    >>> [short_count(9999), short_count(10_000), short_count(2_500_000_000), short_count(10**15)]
    ['9999', '10k', '2.5G', '1e15']
    """
    if count < 10_000:
        return str(count)
    scaled = float(count)
    for unit in ("k", "M", "G", "T"):
        scaled /= 1000
        if scaled < 999.5:
            return f"{scaled:.1f}{unit}" if scaled < 9.95 else f"{scaled:.0f}{unit}"
    return f"{count:.0e}".replace("e+", "e")


def short_rate(rate: float) -> str:
    """A number of steps per second in four columns or fewer.

    >>> [short_rate(rate) for rate in (19.7, 999.4, 1234.0, 9960.0, 65_432.0)]
    ['20', '999', '1.2k', '10k', '65k']
    """
    if rate < 999.5:
        return f"{rate:.0f}"
    return f"{rate / 1000:.1f}k" if rate < 9950 else short_count(max(10_000, round(rate)))


def short_signed(value: float) -> str:
    """A number of either sign in four columns; near 0 without a sign.

    >>> [short_signed(w) for w in (-0.04, -0.24, 9.96, -123.4, 45678.9, -1e120)]
    ['0.0', '−0.2', '+10', '−123', '+5e4', '−big']
    """
    if abs(value) < 0.05:
        return "0.0"
    if abs(value) < 9.95:
        return with_minus(f"{value:+.1f}")
    if abs(value) < 999.5:
        return with_minus(f"{value:+.0f}")
    if abs(value) < 9.5e9:
        return with_minus(f"{value:+.0e}".replace("e+0", "e"))
    return "+big" if value > 0 else f"{MINUS}big"


def short_share(value: float) -> str:
    """A probability in four columns; 0 is exactly that.

    >>> [short_share(p) for p in (0.0266, 1.0, 0.9996, 3.1e-06, 1e-12, 0.0)]
    ['.027', '1.00', '1.00', '3e-6', 'tiny', '0']
    """
    if value == 0:
        return "0"
    if value >= 0.9995:
        return f"{value:.2f}"
    if value >= _TINY:
        return f"{value:.3f}".removeprefix("0")
    return f"{value:.0e}".replace("e-0", "e-") if value >= 0.95e-9 else "tiny"


def duration(seconds: float) -> str:
    """A time to come, in ten columns or fewer.

    >>> [duration(s) for s in (0.2, 59.1, 312, 11_100, 50_000, 1e6, 1e10)]
    ['1 s', '60 s', '5 min', '3 h 5 min', '13 h', '11 days', '317 years']
    """
    if seconds <= 60:
        return f"{ceil(seconds)} s"
    minutes = round(seconds / 60)
    hours, days = minutes // 60, minutes // (24 * 60)
    if hours < 1:
        return f"{minutes} min"
    if hours < 10:
        return f"{hours} h {minutes % 60} min"
    if hours < 48:
        return f"{hours} h"
    return f"{days} days" if days < 730 else f"{short_count(days // 365)} years"


def with_minus(text: str) -> str:
    """A number as Python writes it, with the sign that we write."""
    return text.replace("-", MINUS, 1) if text.startswith("-") else text


def size(count: int) -> str:
    """A file's size in few columns.

    >>> [size(0), size(999), size(71_474), size(268_000_000)]
    ['0 B', '999 B', '71.5 kB', '268 MB']
    """
    if count < 1000:
        return f"{count} B"
    scaled = float(count)
    for unit in ("kB", "MB", "GB"):
        scaled /= 1000
        if scaled < 999.5:
            return f"{scaled:.0f} {unit}" if scaled >= 99.95 else f"{scaled:.1f} {unit}"
    return f"{scaled / 1000:,.1f} TB"
