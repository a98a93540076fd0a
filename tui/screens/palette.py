"""The command palette: Textual's, dressed as the other dialogs are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import App
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.containers import Vertical

from tui.screens.dialog import Modal
from tui.terminal.textual_private import ClosablePalette


@dataclass(frozen=True)
class Command:
    """A line of the palette."""

    title: str
    help: str
    do: Callable[[], Any]


class Palette(ClosablePalette, Modal):
    """Textual's palette, with a border and a hint as the other dialogs have."""

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
