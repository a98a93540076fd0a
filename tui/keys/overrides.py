"""The keys in force: those of the table of actions, with a person's own keys put over them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from tui.actions import ACTIONS, Action, action_of, key_label, textual_key

Keys = tuple[str, ...]  # as `tui.actions` writes them


class KeyMap:
    """The keys in force. Whatever shows a key, or listens to one, asks here."""

    def __init__(self, changes: Mapping[str, Keys] | None = None) -> None:
        """Put keys, by action id, over those of the table. They are checked already."""
        self._changes = dict(changes or {})

    def of(self, action_id: str) -> Keys:
        """The keys of an action; the first is shown."""
        return self._changes.get(action_id) or action_of(action_id).keys

    def name(self, action_id: str) -> str:
        """The first key of an action as a sentence names it: ctrl+r."""
        return self.of(action_id)[0]

    def label(self, action_id: str) -> str:
        """The first key of an action as a table shows it: ^r."""
        return key_label(self.name(action_id))

    def on(self, key: str) -> tuple[str, Action] | None:
        """The key as it is written, and its action, for a key as Textual names it."""
        return self._actions.get(key)

    @cached_property
    def _actions(self) -> dict[str, tuple[str, Action]]:
        # When a key is pressed: Textual, which names them, is there then.
        return {textual_key(key): (key, action) for action in ACTIONS for key in self.of(action.id)}

    def for_textual(self) -> dict[str, str]:
        """The changed keys, as `App.set_keymap` takes them."""
        return {
            action_id: ",".join(map(textual_key, keys)) for action_id, keys in self._changes.items()
        }


DEFAULT_KEYS: Final = KeyMap()


def keys_of(app: Any) -> KeyMap:
    """The key map of the lab that a widget belongs to; the table's own keys in any other app."""
    keys = getattr(app, "keys", None)
    return keys if isinstance(keys, KeyMap) else DEFAULT_KEYS
