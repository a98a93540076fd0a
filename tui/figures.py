"""Numbers as a person reads them, in few columns whatever their size; text that is safe to draw."""

from __future__ import annotations


def figure(value: float, digits: int = 4, *, sign: bool = False) -> str:
    """A number with so many digits behind the point, or with an exponent where it is huge.

    >>> [figure(2.46421), figure(1234567.0), figure(float("inf")), figure(1.5, 3, sign=True)]
    ['2.4642', '1.2e+06', 'inf', '+1.500']
    """
    plus = "+" if sign else ""
    return f"{value:{plus}.{digits}f}" if abs(value) < 10_000 else f"{value:{plus}.2g}"


def shown(text: str) -> str:
    """What a person typed, without what a terminal would obey.

    >>> shown("a" + chr(27) + "[31m")
    'a�[31m'
    """
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


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
