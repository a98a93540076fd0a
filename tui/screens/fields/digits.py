"""A field for a whole number, which lets every other key pass."""

from __future__ import annotations

from dataclasses import dataclass

from textual.events import Key
from textual.message import Message
from textual.widgets import Input

_DIGITS = "0123456789,_"  # with what people put between thousands


class Digits(Input):
    """Takes digits. A letter is not swallowed: the dialog says what became of it."""

    @dataclass
    class Refused(Message):
        """Something else was typed or pasted."""

        what: str  # as a sentence says it

    def __init__(self, initial: str) -> None:
        super().__init__(initial, select_on_focus=True, restrict=f"[{_DIGITS}]*")

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Only digits are for the field."""
        return character is not None and character in _DIGITS

    def on_key(self, event: Key) -> None:
        """Leave to the dialog what is no digit."""
        if event.is_printable and not self.check_consume_key(event.key, event.character):
            event.prevent_default()  # or the field would take it, and ring
            self.post_message(self.Refused(f"'{event.character}' is no digit"))

    def restricted(self) -> None:
        """Something was pasted that is no number."""
        self.post_message(self.Refused("What was pasted has more than digits in it"))
