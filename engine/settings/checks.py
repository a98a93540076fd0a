"""Which values of the settings make sense."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from engine.errors import BadSetting
from engine.settings.data_format import DataFormat
from engine.settings.limits import (
    LARGEST_SEED,
    LARGEST_SMOOTHING,
    LARGEST_VOCABULARY,
    LONGEST_PREFIX,
    LONGEST_TEXT,
)

LONGEST_SHOWN: Final = 24  # characters of a refused value: all of any whole number of 64 bits


def _is_encoding(name: str) -> bool:
    """Whether Python knows how to read text in an encoding of this name."""
    try:
        "a".encode(name)
    except (LookupError, ValueError):
        return False
    return True


_CHECKS: Final[dict[str, tuple[Callable[[Any], bool], str]]] = {
    "learning_rate": (lambda x: 0 < x < math.inf, "a number above 0"),
    "regularisation": (lambda x: 0 <= x < math.inf, "a number from 0 up"),
    "smoothing": (
        lambda x: 0 <= x <= LARGEST_SMOOTHING,
        f"a number from 0 to {LARGEST_SMOOTHING:,.0f}",
    ),
    "pace": (lambda x: x > 0, "a number of steps per second above 0"),
    "temperature": (lambda x: 0 <= x < math.inf, "a number from 0 up"),
    "hold_out": (lambda x: 0 <= x < 1, "a fraction from 0 up to, not including, 1"),
    "prefix": (lambda x: len(x) <= LONGEST_PREFIX, f"at most {LONGEST_PREFIX:,} characters"),
    "length": (
        lambda x: 1 <= x <= LONGEST_TEXT,
        f"a whole number of characters from 1 to {LONGEST_TEXT:,}",
    ),
    "seed": (lambda x: 0 <= x < 2**64, f"a whole number from 0 to {2**64 - 1:,}"),
    "sample_seed": (lambda x: 0 <= x <= LARGEST_SEED, f"a whole number from 0 to {LARGEST_SEED:,}"),
    "encoding": (_is_encoding, "the name of an encoding, such as utf-8, latin-1 or cp1252"),
    "alphabet": (
        lambda x: 0 <= x <= LARGEST_VOCABULARY,
        f"a whole number of characters from 1 to {LARGEST_VOCABULARY:,}, or 0 for all",
    ),
    "save_every": (lambda x: x >= 0, "a number of seconds from 0 up"),  # of `makemore-tui train`
}


def check(name: str, value: Any) -> None:
    """Refuse a value that makes no sense.

    Raises:
        BadSetting: says which values do.
    """
    allows, values = _CHECKS.get(name, (lambda _: True, ""))
    if not allows(value):
        text = str(value)
        shown = text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
        raise BadSetting(f"{name.replace('_', ' ').capitalize()} {shown}: give {values}.", name)


def wanted(name: str) -> str:
    """Which values of a setting make sense: "a number above 0"."""
    return _CHECKS[name][1]


def check_format(asked: DataFormat) -> None:
    """Refuse what makes no sense, whatever the file.

    Raises:
        BadSetting: says what does.
    """
    check("encoding", asked.encoding)
    check("alphabet", asked.alphabet)
    has_columns = asked.column or asked.weight or asked.header is not None
    if asked.format in ("lines", "text") and has_columns:
        raise BadSetting(
            f"--format {asked.format} knows no columns: leave out --column, --weight and --header,"
            " or read a table with --format csv, tsv or json."
        )
    if asked.format == "json" and asked.header is not None:
        raise BadSetting("JSON has no header: leave out --header and --no-header.")
