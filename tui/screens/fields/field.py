"""A field for a line of text, which draws letters in as many columns as they may need."""

from __future__ import annotations

from rich.highlighter import Highlighter
from rich.text import Text
from textual.events import Key

from engine.text.printable import UNOBEYED, is_obeyed
from tui.terminal.letter_widths import laid_out
from tui.terminal.textual_private import ColumnInput


class _LayingOut(Highlighter):
    """The letters' stand-ins: as many as the letters, so that the cursor's place is the same."""

    def highlight(self, text: Text) -> None:
        """Called for the value each time it is drawn."""
        text.plain = laid_out(text.plain)


class Field(ColumnInput):
    """Textual's, whose cursor is where the letters are; its value is what was typed."""

    def __init__(self, value: str = "", *, placeholder: str = "", select: bool = False) -> None:
        super().__init__(
            "" if is_obeyed(value) else value,
            placeholder=placeholder,
            highlighter=_LayingOut(),
            select_on_focus=select,
            restrict=UNOBEYED,  # whether it is typed or pasted
        )

    async def on_key(self, event: Key) -> None:
        """Take letters that cannot be seen, too: keyboards for Persian have one on shift+space."""
        if event.character and not event.is_printable and not is_obeyed(event.character):
            event.stop()
            event.prevent_default()
            self.replace(event.character, *self.selection)
