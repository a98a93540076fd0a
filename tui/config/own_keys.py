"""A person's own keys: what `[keys]` in `config.toml` may say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tui.actions import ACTIONS, action_of
from tui.config.errors import ConfigError, nearest, shown
from tui.keys.key_names import MOVING, OF_DIALOGS, parsed
from tui.keys.overrides import Keys


def checked_keys(table: object) -> dict[str, Keys]:
    """The keys of a table, by action id.

    Raises:
        ConfigError: an action or a key is unknown, or not to be had.
    """
    if not isinstance(table, dict):
        raise ConfigError(f"keys is {shown(table)}. Give a table [keys] of actions and keys.")
    changes = {action_id: _keys_of(action_id, value) for action_id, value in _flat(table)}
    owners: dict[str, str] = {}
    for action in ACTIONS:
        for key in changes.get(action.id, action.keys):
            other = owners.setdefault(key, action.id)
            if other != action.id:
                mine, theirs = (action.id, other) if action.id in changes else (other, action.id)
                raise ConfigError(
                    f"keys.{mine} has the key {key}, which is that of {theirs} too. Give one"
                    " another key."
                )
    return changes


def _flat(table: dict[str, Any], before: str = "") -> Iterator[tuple[str, object]]:
    """TOML reads train.toggle = "x" as a table in a table."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value


def _keys_of(action_id: str, value: object) -> Keys:
    ids = tuple(action.id for action in ACTIONS)
    if action_id not in ids:
        more = nearest(action_id, ids) or " makemore-tui config --default lists all."
        raise ConfigError(f"keys: there is no action {shown(action_id)}.{more}")
    texts = value if isinstance(value, list) else [value]
    if not texts or not all(isinstance(text, str) for text in texts):
        wanted = 'Give a key such as "f5", or a list of keys.'
        raise ConfigError(f"keys.{action_id} is {shown(value)}. {wanted}")
    return tuple(dict.fromkeys(_key(action_id, str(text)) for text in texts))


def _key(action_id: str, text: str) -> str:
    try:
        key = parsed(text)
    except ValueError as error:
        raise ConfigError(f"keys.{action_id} is {shown(text)}. {error}") from error
    if key not in action_of(action_id).keys:
        use = "moves the cursor" * (key in MOVING) or "is for dialogs" * (key in OF_DIALOGS)
        if use:
            raise ConfigError(f"keys.{action_id} has the key {key}, which {use}. Choose another.")
    return key
