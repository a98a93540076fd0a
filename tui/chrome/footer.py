"""The footer: the keys of the focused pane and the most important others, as many as fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Resize
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static

from tui.actions import ACTIONS, GROUP_TITLES, PANE_GROUPS, Action, Group, action_of, textual_key
from tui.chrome.breakpoints import arrangement
from tui.drawing.ascii import spelled
from tui.keys.overrides import KeyMap, keys_of
from tui.terminal.capabilities import terminal_of

_GAP: Final = 1  # column between two keys
_TURN: Final = "pane"  # what the numbers do where not all panes have room

Hint = tuple[str, str, str, str]  # what a `KeyHint` is made of


class KeyHint(Static):
    """A key and its word; a click is as good as the key."""

    ALLOW_SELECT = False

    def __init__(self, key: str, shown: str, label: str, tooltip: str = "") -> None:
        """A hint: the key as Textual names it and as it is shown, and what it does in a word."""
        key_in_bold = (shown, "bold $footer-key-foreground")
        super().__init__(Content.assemble(key_in_bold, (f" {label}", "$foreground-muted")))
        self._key = key
        self.tooltip = tooltip or None

    def on_mouse_down(self) -> None:
        """Press the key."""
        self.app.simulate_key(self._key)


class KeyFooter(Horizontal):
    """As many keys as the width has room for: it drops a whole key, never half of one."""

    _hints: tuple[Hint, ...] | None = None  # known once something has the focus
    _is_trained = True  # the selected run

    def on_mount(self) -> None:
        """Show other keys whenever other keys are in force."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def tell(self, *, is_trained: bool) -> None:
        """Offer the keys of steps only where the selected run has any."""
        if is_trained != self._is_trained:
            self._is_trained = is_trained
            if self._hints is not None:
                self.call_after_refresh(self._show_others)

    def _bindings_changed(self, screen: Screen[Any]) -> None:
        if self._hints is None:
            self._hints = ()
        if self.app.app_focus and screen is self.screen:
            self.call_after_refresh(self._show_others)

    async def _show_others(self) -> None:
        """Show the keys that are in force and fit, unless they are what is shown."""
        hints = tuple(self._fitting())
        if hints != self._hints:
            self._hints = hints
            await self.recompose()

    def compose(self) -> ComposeResult:
        """Yield the keys."""
        for hint in self._hints or ():
            yield KeyHint(*hint)

    def _fitting(self) -> Iterator[Hint]:
        """Yield as many keys as fit: the important ones first, then those of the focused pane."""
        unicode, keys = terminal_of(self.app).unicode, keys_of(self.app)
        active = {
            binding.id: binding.key
            for _, binding, _, _ in self.screen.active_bindings.values()
            if binding.show and binding.id
        }
        twins = {action.twin for action in ACTIONS if action.label and action.twin}
        shown = [action_of(i) for i in active if i not in twins and action_of(i).label]
        if not self._is_trained:
            shown = [action for action in shown if not action.id.startswith("train.")]
        # Training leads, the pane's own keys follow, and the way out is at the end.
        focused = self.screen.focused
        groups = PANE_GROUPS.get((focused.id if focused else None) or "", ())
        shown.sort(key=lambda action: _place(action, groups))
        room = self.app.size.width - 2  # the footer's own margin, left and right
        panes = "".join(keys.name(f"pane.{number}") for number in range(1, 6))
        hidden = self.app.size != Size(0, 0) and arrangement(*self.app.size) != "all"
        if hidden:
            room -= len(panes) + 1 + len(_TURN) + _GAP
        fits: set[str] = set()
        for action in sorted(shown, key=lambda action: not action.important):
            needed = sum(map(len, _said(action, keys, unicode))) + 1 + _GAP
            if needed <= room + _GAP:
                room -= needed
                fits.add(action.id)
        for action in shown:
            if action.id in fits:
                if hidden and action.id == "help":
                    yield textual_key(keys.name("pane.next")), panes, _TURN, ""
                yield active[action.id], *_said(action, keys, unicode), action.tooltip

    def on_resize(self, event: Resize) -> None:
        """Choose the keys that fit another width."""
        if self._hints is not None:
            self.call_after_refresh(self._show_others)


def _place(action: Action, groups: tuple[Group, ...]) -> tuple[int, int]:
    if action.important:
        place = -1 if action.group == "train" else len(GROUP_TITLES)
    else:
        place = groups.index(action.group) if action.group in groups else 0
    return place, ACTIONS.index(action)


def _said(action: Action, keys: KeyMap, unicode: bool) -> tuple[str, str]:
    ids = filter(None, (action.id, action.twin))
    return " ".join(map(keys.label, ids)), spelled(action.label, unicode=unicode)
