"""The names of keys, as people write them and as the table of actions has them.

Textual takes any text for a key, and then never hears it. So a person's keys are checked here, and
without Textual, which takes a while to import.
"""

from __future__ import annotations

import unicodedata
from difflib import get_close_matches
from string import ascii_lowercase, digits, punctuation
from typing import Final

_NAMED: Final = (
    "space", "tab", "enter", "escape", "backspace", "delete", "insert", "home", "end", "pageup",
    "pagedown", "up", "down", "left", "right",
)  # fmt: skip
_ALIASES: Final = {
    "esc": "escape", "return": "enter", "del": "delete", "ins": "insert", "pgup": "pageup",
    "pgdn": "pagedown", "backtab": "shift+tab", "⇧tab": "shift+tab", "spacebar": "space",
    "←": "left", "→": "right", "↑": "up", "↓": "down", " ": "space",
    "plus": "+", "minus": "-", "slash": "/", "backslash": "\\", "at": "@", "underscore": "_",
}  # fmt: skip
_MODIFIERS: Final = "ctrl alt shift"  # in Textual's order
_FUNCTION: Final = tuple(f"f{n}" for n in range(1, 25))
_EDITING: Final = ("insert", "delete", "home", "end", "pageup", "pagedown",
                   "up", "down", "left", "right")  # fmt: skip
# A terminal sends the same for both.
_SAME: Final = {
    "ctrl+h": "backspace", "ctrl+i": "tab", "ctrl+j": "enter", "ctrl+m": "enter",
    "ctrl+[": "escape",
}  # fmt: skip

KNOWN: Final = frozenset(
    {
        *_NAMED,
        *_FUNCTION,
        "shift+tab",
        *(f"ctrl+{letter}" for letter in ascii_lowercase if f"ctrl+{letter}" not in _SAME),
        *(f"ctrl+{key}" for key in (*_EDITING, *_FUNCTION)),
        *(f"shift+{key}" for key in _EDITING),
        *(f"ctrl+shift+{key}" for key in _EDITING),
        *(f"alt+{key}" for key in ascii_lowercase + digits),
    }
)
_SIGNS: Final = {
    unicodedata.name(sign).lower().replace(" ", "_").replace("-", "_"): sign for sign in punctuation
}

MOVING: Final = frozenset(
    {
        *("up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
        *("ctrl+home", "ctrl+end", "h", "j", "k", "l"),
    }
)
OF_DIALOGS: Final = frozenset({"enter", "escape"})


def parsed(text: str) -> str:
    """A key as the table of actions writes it.

    >>> [parsed(key) for key in ("Ctrl+P", "^p", "F5", "[", "question_mark", "S", "shift+s")]
    ['ctrl+p', 'ctrl+p', 'f5', '[', '?', 'S', 'S']

    Raises:
        ValueError: there is no such key; says which there is.
    """
    if len(text) == 1 and text.isprintable() and text not in _ALIASES:
        return text
    if len(text) == 2 and text[0] == "^":  # as the footer shows it
        text = f"ctrl+{text[1]}"
    *modifiers, last = text.lower().split("+")
    last = _ALIASES.get(last, last)
    if modifiers == ["shift"] and len(last) == 1 and last.isalpha():
        return last.upper()
    key = "+".join([*sorted(modifiers, key=_MODIFIERS.find), last])
    if key in KNOWN or key in _ALIASES.values():
        return key
    if key in _SIGNS:
        return _SIGNS[key]
    if key in _SAME:
        raise ValueError(f"A terminal cannot tell it from {_SAME[key]}. Choose another.")
    near = get_close_matches(key, [*sorted(KNOWN), *_SIGNS], n=1, cutoff=0.7)
    raise ValueError("There is no such key." + (f" The nearest is {near[0]}." if near else ""))
