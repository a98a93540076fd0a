"""What is wrong with a config file, and the sentences that say it."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import Final

LONGEST_VALUE: Final = 100  # characters of one in a sentence


class ConfigError(Exception):
    """Something is wrong with a setting. Its text is shown as it is."""


def nearest(name: str, names: tuple[str, ...]) -> str:
    """A sentence that tells the nearest right name; empty where none is near."""
    near = get_close_matches(name, names, n=1)
    return f" The nearest is {near[0]}." if near else ""


def shown(value: object) -> str:
    """A value as the file would have it, in ASCII; of a long one the beginning."""
    text = json.dumps(value, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."
