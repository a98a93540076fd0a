"""A question that pressing enter again answers."""

from __future__ import annotations

from time import monotonic
from typing import Final

# Without any enter, before one is an answer: a key that is held repeats after 0.7 s at the latest.
SECONDS_TO_ANSWER: Final = 0.8


class Confirmation:
    """Whether enter was pressed twice over one thing, with a pause and nothing else between."""

    def __init__(self) -> None:
        self._about: object = None
        self._at = 0.0

    def ask(self, about: object) -> str:
        """The question is asked, perhaps again: from now on a pause counts.

        Returns:
            What to say in front of the question where an answer came too soon; else nothing.
        """
        before, self._about, self._at = self._about, about, monotonic()
        return "Wait a moment: " if before == about else ""

    def forget(self) -> None:
        """Something else was typed, or the answer has been used."""
        self._about = None

    def is_sure(self, about: object) -> bool:
        """Whether an enter now answers the question about this, and is no key that is held."""
        return about == self._about and monotonic() - self._at > SECONDS_TO_ANSWER
