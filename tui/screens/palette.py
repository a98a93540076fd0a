"""The command palette: Textual's, dressed as the other dialogs are."""

from __future__ import annotations

from typing import ClassVar

from textual.command import CommandList, CommandPalette
from textual.containers import Vertical
from textual.content import Content
from textual.widgets.option_list import Option

from tui.screens.in_front import InFront


class Palette(CommandPalette, InFront):
    """Textual's, which fails where it is closed, or opened again, while it still searches."""

    CSS_PATH = "palette.tcss"
    BOX: ClassVar[str] = "#--container"

    def __init__(self) -> None:
        super().__init__(placeholder="A word of its name, or of what it does")

    def on_mount(self) -> None:
        """Say what it is."""
        box = self.query_one(self.BOX, Vertical)
        box.border_title = "Commands"
        box.border_subtitle = "enter · esc"

    def _watch__list_visible(self) -> None:
        if self.is_current:
            super()._watch__list_visible()

    def _start_no_matches_countdown(self, search_value: str) -> None:
        """At once: for half a second Textual shows an empty box."""
        if self.is_current:
            sentence = Content.styled("No command is called so.", "$foreground-muted not bold")
            none = Option(sentence, disabled=True, id=self._NO_MATCHES)
            self.query_one(CommandList).add_option(none)
            self._list_visible = True
