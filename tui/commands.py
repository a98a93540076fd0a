"""Every action in the command palette, found by its name or its sentence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.actions import ACTIONS, Action, key_label


class ActionProvider(Provider):
    """The table of actions, as commands."""

    async def discover(self) -> Hits:
        """All actions, in the table's order."""
        for action in ACTIONS:
            yield DiscoveryHit(_title(action), self._doing(action), help=action.description)

    async def search(self, query: str) -> Hits:
        """The actions that match what was typed."""
        matcher = self.matcher(query)
        for action in ACTIONS:
            title = _title(action)
            score = max(matcher.match(title), matcher.match(action.description) * 0.8)
            if score > 0:
                yield Hit(score, matcher.highlight(title), self._doing(action),
                          help=action.description)  # fmt: skip

    def _doing(self, action: Action) -> Callable[[], Awaitable[object]]:
        return lambda: self.app.run_action(action.does)


def _title(action: Action) -> str:
    return f"{action.tooltip} ({key_label(action.keys[0])})"
