"""The line below the list of `o`: hints, which give way to what a key has come to."""

from __future__ import annotations

from engine.text.printable import printable
from tui.drawing.fitted_text import FittedText
from tui.screens.open.path_entries import HINT


class OpenHint(FittedText):
    """Says what is known of a path, and what came of it."""

    def __init__(self) -> None:
        super().__init__(HINT, id="hint")
        self.reading: str | None = None  # the path that is being opened
        self.is_answer = False  # whether it says what a key has come to, for this path

    @property
    def delay(self) -> str:
        """That a file is still being read, as a sentence."""
        return f"{printable(self.reading or '')} is still being read."

    def answer(self, text: str, *, wrong: bool = False) -> None:
        """Say what a key has come to."""
        self.is_answer = True
        self.say(text, wrong=wrong)

    def remark(self, text: str) -> None:
        """Say what comes of looking, which may be late: what a key has come to matters more."""
        if not self.is_answer:
            self.say(text if self.reading is None else self.delay)
