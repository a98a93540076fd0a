"""Where the built-in names are. Imports neither torch nor numpy."""

from __future__ import annotations

from pathlib import Path
from typing import Final

NAME: Final = "names.txt"


def built_in_path() -> Path:
    """Where the built-in names are: in the installed package, or above it in a checkout."""
    packaged = Path(__file__).with_name(NAME)
    return packaged if packaged.exists() else Path(__file__).parents[1] / NAME
