"""The command palette: Textual's, dressed as the other dialogs are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import App
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.containers import Vertical
from textual.content import Content
from textual.widgets.option_list import Option

from tui.screens.modal import Modal


@dataclass(frozen=True)
class Command:
    """A line of the palette."""

    title: str
    help: str
    do: Callable[[], Any]


class Palette(CommandPalette, Modal):
    """Textual's, which fails where it is closed, or opened again, while it still searches."""

    CSS_PATH = "palette.tcss"
    BOX: ClassVar[str] = "#--container"

    def __init__(self, commands: Sequence[Command]) -> None:
        """A palette of these commands, and of those of Textual's own that the app leaves."""
        super().__init__(
            (_provider_of(commands), *App.COMMANDS),
            placeholder="A word of its name, or of what it does",
        )

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


def _provider_of(commands: Sequence[Command]) -> type[Provider]:
    """Textual asks providers, and makes them itself."""

    class Listed(Provider):
        """The commands of a list, in its order."""

        async def discover(self) -> Hits:
            """All of them."""
            for command in commands:
                yield DiscoveryHit(command.title, command.do, help=command.help)

        async def search(self, query: str) -> Hits:
            """Those that match what was typed."""
            matcher = self.matcher(query)
            for command in commands:
                score = max(matcher.match(command.title), matcher.match(command.help) * 0.8)
                if score > 0:
                    title = matcher.highlight(command.title)
                    yield Hit(score, title, command.do, help=command.help)

    return Listed
