"""The configuration as text: the settings in force, and a file to begin with."""

from __future__ import annotations

import json
from math import isinf
from pathlib import Path
from typing import Any, Final

from tui.actions import ACTIONS, GROUP_TITLES
from tui.config.config import NO_LIMIT, SETTINGS, Config, read, settled
from tui.keys.overrides import KeyMap

_HEAD: Final = """\
# The configuration of makemore-tui. Take away the # in front of a line, and change it.
# Options of the command line come before what is here.
"""
_KEYS: Final = """\
# An action has a key, or a list of keys. A key is written as it is seen: "s", "[", "space", "f5",
# "ctrl+p", "shift+tab", "alt+x". Two actions cannot share one.
[keys]
"""


def default_file() -> str:
    """A file that changes nothing, with every setting and every action, and what it is for."""
    lines = [_HEAD]
    for name, setting in SETTINGS.items():
        lines += [f"# {setting.does}", f"# {name} = {_toml(getattr(Config(), name))}", ""]
    lines.append(_KEYS)
    for group, title in GROUP_TITLES.items():
        lines += [f"# --- {title}", ""]
        for action in ACTIONS:
            if action.group == group:
                lines += [f"# {action.description}", f"# {action.id} = {_toml(action.keys)}", ""]
    return "\n".join(lines[:-1])


def in_force(path: Path) -> dict[str, Any]:
    """Every setting of the file at `path` and of the defaults, with where it comes from.

    Raises:
        ConfigError: says what is wrong in the file.
    """
    given = read(path)
    config = settled(given, {})
    keys, changed = KeyMap(config.keys), given.get("keys", {})
    origins = {name: path.name if name in given else "default" for name in SETTINGS}
    if config.frames != given.get("frames", Config().frames):
        origins["frames"] = "slow_link"
    return {
        "path": str(path),
        "exists": path.exists(),
        "settings": {
            name: {"value": _plain(getattr(config, name)), "from": origin}
            for name, origin in origins.items()
        },
        "keys": {
            action.id: {
                "value": list(keys.of(action.id)),
                "from": path.name if action.id in changed else "default",
            }
            for action in ACTIONS
        },
    }


def as_toml(facts: dict[str, Any]) -> str:
    """What `in_force` tells, as a file that says the same."""
    there = "" if facts["exists"] else " (there is no such file)"
    lines = [f"# {json.dumps(facts['path'])[1:-1]}{there}"]
    for section in ("settings", "keys"):
        lines += ["", "[keys]"] if section == "keys" else []
        entries = {name: _toml(fact["value"]) for name, fact in facts[section].items()}
        width = max(len(f"{name} = {value}") for name, value in entries.items())
        for name, value in entries.items():
            lines.append(f"{f'{name} = {value}':<{width}}  # {facts[section][name]['from']}")
    return "\n".join(lines)


def _plain(value: Any) -> Any:
    return NO_LIMIT if isinstance(value, float) and isinf(value) else value


def _toml(value: Any) -> str:
    """A value; TOML writes those that occur here as JSON does."""
    if isinstance(value, tuple | list) and len(value) == 1:
        value = value[0]
    return json.dumps(_plain(value))
