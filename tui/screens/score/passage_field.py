"""A field for a passage of a running text, whose line breaks stand in it as their labels."""

from __future__ import annotations

import re
from collections.abc import Mapping

from textual import events

from engine.text.printable import is_obeyed
from tui.screens.fields.field import Field


class PassageField(Field):
    """Holds a passage in one line: what a field cannot hold is written as its label."""

    def __init__(self, written: Mapping[str, str], passage: str = "") -> None:
        self._written = {letter: label for letter, label in written.items() if is_obeyed(letter)}
        self._meant = {label: letter for letter, label in self._written.items()}
        super().__init__(self._in_a_line(passage), placeholder="to be, or", select=True)

    @property
    def passage(self) -> str:
        """What stands there, as it is in the data."""
        return _replaced(self.value, self._meant)

    def on_paste(self, event: events.Paste) -> None:
        """Take all lines of what is pasted, as one passage; Textual takes the first."""
        event.prevent_default()
        event.stop()
        self.replace(self._in_a_line(event.text), *self.selection)

    def _in_a_line(self, text: str) -> str:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = _replaced(text, self._written)
        return "".join(letter for letter in text if not is_obeyed(letter))


def _replaced(text: str, parts: Mapping[str, str]) -> str:
    r"""A text in which some parts stand for others.

    >>> _replaced("to\nbe", {"\n": "␊"})
    'to␊be'
    """
    if not parts:
        return text
    longest_first = sorted(parts, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), lambda found: parts[found[0]], text)
