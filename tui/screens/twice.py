"""A question that pressing enter again answers."""

from __future__ import annotations

from time import monotonic
from typing import Final

SECONDS_TO_ANSWER: Final = 0.5  # before a key can be the answer to a question: it may be held


class Twice:
    """Whether enter was pressed twice over the same thing, with nothing else between."""

    def __init__(self) -> None:
        self._about: object = None
        self._at = 0.0

    def ask(self, about: object) -> None:
        """A question was asked, perhaps again, as a held key does."""
        if about != self._about:
            self._about, self._at = about, monotonic()

    def forget(self) -> None:
        """Something else was typed, or the answer has been used."""
        self._about = None

    def is_sure(self, about: object) -> bool:
        """Whether an enter now answers the question about this, and is no key that is held."""
        return about == self._about and monotonic() - self._at > SECONDS_TO_ANSWER
