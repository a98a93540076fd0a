"""Where the built-in names are. Imports neither torch nor numpy."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import engine

NAME: Final = "names.txt"


def built_in_path() -> Path:
    """Where the built-in names are: in the installed package, or above it in a checkout."""
    package = Path(engine.__file__).parent
    packaged = package / NAME
    return packaged if packaged.exists() else package.parent / NAME
