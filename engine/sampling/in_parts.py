"""Work that is done a part at a time, of some milliseconds each, with other things in between."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")
InParts = Generator[None, None, Result]


def finished(work: InParts[Result]) -> Result:
    """Do all parts, one after another; returns what comes of them."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: Result = end.value
            return result
