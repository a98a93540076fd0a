"""The footer: the keys of the focused pane and the most important others, as many as fit."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.events import Resize
from textual.geometry import Size
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from tui.actions import ACTIONS, GROUP_TITLES, PANE_GROUPS, Action, Group, action_of, textual_key
from tui.chrome.arrangement import arrangement
from tui.drawing.ascii import spelled
from tui.keys.key_map import KeyMap, keys_of
from tui.terminal.capabilities import terminal_of

_GAP: Final = 1  # column between two keys
_TURN: Final = "pane"  # what the numbers do where not all panes have room


class KeyFooter(Footer):
    """Textual's footer, cut to the width: it drops a whole key, never half of one."""

    def __init__(self) -> None:
        super().__init__(compact=True, show_command_palette=False)

    def compose(self) -> ComposeResult:
        """Yield as many keys as fit: the important ones first, then those of the focused pane."""
        if not self._bindings_ready:
            return
        unicode, keys = terminal_of(self.app).unicode, keys_of(self.app)
        active = {
            binding.id: (binding, enabled)
            for _, binding, enabled, _ in self.screen.active_bindings.values()
            if binding.show and binding.id
        }
        twins = {action.twin for action in ACTIONS if action.label and action.twin}
        shown = [action_of(i) for i in active if i not in twins and action_of(i).label]
        room = self.app.size.width - 2  # the footer's own margin, left and right
        panes = "".join(keys.name(f"pane.{number}") for number in range(1, 5))
        hidden = self.app.size != Size(0, 0) and arrangement(*self.app.size) != "all"
        if hidden:
            room -= len(panes) + 1 + len(_TURN) + _GAP
        fits: set[str] = set()
        for action in sorted(shown, key=lambda action: not action.important):
            needed = sum(map(len, _said(action, keys, unicode))) + 1 + _GAP
            if needed <= room + _GAP:
                room -= needed
                fits.add(action.id)
        # Training leads, the pane's own keys follow, and the way out is at the end.
        focused = self.screen.focused
        groups = PANE_GROUPS.get((focused.id if focused else None) or "", ())
        shown.sort(key=lambda action: _place(action, groups))
        for action in shown:
            if action.id in fits:
                if hidden and action.id == "help":
                    yield FooterKey(
                        textual_key(keys.name("pane.next")), panes, _TURN, "app.turn(1)"
                    ).data_bind(compact=Footer.compact)
                binding, enabled = active[action.id]
                key, label = _said(action, keys, unicode)
                yield FooterKey(
                    binding.key, key, label, binding.action,
                    disabled=not enabled, tooltip=action.tooltip,
                ).data_bind(compact=Footer.compact)  # fmt: skip

    def on_resize(self, event: Resize) -> None:
        """Choose the keys that fit another width."""
        if self._bindings_ready:
            self.call_after_refresh(self.recompose)


def _place(action: Action, groups: tuple[Group, ...]) -> tuple[int, int]:
    if action.important:
        place = -1 if action.group == "train" else len(GROUP_TITLES)
    else:
        place = groups.index(action.group) if action.group in groups else 0
    return place, ACTIONS.index(action)


def _said(action: Action, keys: KeyMap, unicode: bool) -> tuple[str, str]:
    """Write an action's keys and its word."""
    ids = filter(None, (action.id, action.twin))
    return " ".join(map(keys.label, ids)), spelled(action.label, unicode=unicode)
