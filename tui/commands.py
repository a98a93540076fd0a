"""The command palette: every action, view, theme, stream and source, found by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from textual.command import DiscoveryHit, Hit, Hits, Provider

from engine.protocol import Configure, Source, Stream, View
from tui import themes
from tui.actions import ACTIONS
from tui.plain import spelled
from tui.terminal import terminal_of

if TYPE_CHECKING:
    from tui.app import LabApp

VIEWS: Final[dict[View, str]] = {
    "counts": "counts",
    "probabilities": "P of the counts",
    "net": "P of the net",
    "weights": "weights of the net",
    "difference": "difference of the two P",
}
SOURCES: Final[dict[Source, str]] = {"counts": "the counts", "net": "the net", "both": "both"}
STREAMS: Final[dict[Stream, str]] = {
    "keyed": "keyed: a name is the same alone and among a million",
    "video": "that of the lecture's video",
    "notebook": "that of the lecture's notebook",
    "torch": "that of today's torch",
}


@dataclass(frozen=True)
class Command:
    """A line of the palette."""

    title: str
    help: str
    do: Callable[[], Any]


class LabCommands(Provider):
    """Everything that can be done by name."""

    async def discover(self) -> Hits:
        """All commands: the actions first, in the table's order."""
        for command in self._commands():
            yield DiscoveryHit(command.title, command.do, help=command.help)

    async def search(self, query: str) -> Hits:
        """The commands that match what was typed."""
        matcher = self.matcher(query)
        for command in self._commands():
            score = max(matcher.match(command.title), matcher.match(command.help) * 0.8)
            if score > 0:
                yield Hit(score, matcher.highlight(command.title), command.do, help=command.help)

    def _commands(self) -> Iterator[Command]:
        from tui.app import LabApp

        assert isinstance(self.app, LabApp)
        unicode = terminal_of(self.app).unicode
        for command in commands(self.app):
            title, sentence = (spelled(t, unicode=unicode) for t in (command.title, command.help))
            yield Command(title, sentence, command.do)


def commands(lab: LabApp) -> Iterator[Command]:
    """All commands."""
    label = lab.keys.label
    for action in ACTIONS:
        yield Command(
            f"{action.tooltip} ({label(action.id)})",
            action.description,
            partial(lab.run_action, action.does),
        )
    views = (
        f"{label('matrix.next_view')} and {label('matrix.previous_view')} turn from view to view."
    )
    for view, name in VIEWS.items():
        yield Command(f"Matrix: {name}", views, partial(lab.show_view, view))
    for source, name in SOURCES.items():
        yield Command(
            f"Names from {name}",
            f"{label('samples.source')} goes from one to the next.",
            partial(lab.send, Configure(source=source)),
        )
    for stream, name in STREAMS.items():
        yield Command(
            f"Stream: {stream}",
            f"Random numbers, {name}. {label('samples.stream')} goes to the next.",
            partial(lab.send, Configure(stream=stream)),
        )
    ours = (themes.DARK, themes.LIGHT)
    for theme in (*ours, *sorted(set(lab.available_themes) - set(ours))):
        yield Command(
            f"Theme: {theme}",
            "Change the colours, until the lab is closed.",
            partial(setattr, lab, "theme", theme),
        )
