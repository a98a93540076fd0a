"""What the terminal can show: how many colours, and whether more than ASCII. Imports no Textual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Colours = Literal["truecolour", "256", "16", "none"]


@dataclass(frozen=True)
class Terminal:
    """The abilities of a terminal."""

    colours: Colours = "truecolour"
    unicode: bool = True
