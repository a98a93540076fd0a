"""Every action in the command palette, found by its name or its sentence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.actions import ACTIONS, Action, key_label
from tui.plain import spelled
from tui.terminal import terminal_of


class ActionProvider(Provider):
    """The table of actions, as commands."""

    async def discover(self) -> Hits:
        """All actions, in the table's order."""
        for action in ACTIONS:
            yield DiscoveryHit(self._title(action), self._doing(action), help=self._help(action))

    async def search(self, query: str) -> Hits:
        """The actions that match what was typed."""
        matcher = self.matcher(query)
        for action in ACTIONS:
            title, sentence = self._title(action), self._help(action)
            score = max(matcher.match(title), matcher.match(sentence) * 0.8)
            if score > 0:
                yield Hit(score, matcher.highlight(title), self._doing(action),
                          help=sentence)  # fmt: skip

    def _doing(self, action: Action) -> Callable[[], Awaitable[object]]:
        return lambda: self.app.run_action(action.does)

    def _title(self, action: Action) -> str:
        return self._spelled(f"{action.tooltip} ({key_label(action.keys[0])})")

    def _help(self, action: Action) -> str:
        return self._spelled(action.description)

    def _spelled(self, text: str) -> str:
        return spelled(text, unicode=terminal_of(self.app).unicode)
