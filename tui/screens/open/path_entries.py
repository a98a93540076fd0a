"""What a path may go on to, as a person sees it."""

from __future__ import annotations

from typing import Final

from engine.wire.answers import Browsed
from engine.wire.values import Entry
from tui.drawing.numbers import size
from tui.screens.fields.choices import Choice

HINT: Final = "A file of words, or a text. Tab completes; shift+tab: the options."
_NOTES: Final = {"special": "no file", "broken": "link to nothing"}


def choice_of(head: str, entry: Entry) -> Choice:
    """An entry as a line of the list."""
    slash = "/" if entry.kind == "folder" else ""
    note = _NOTES.get(entry.kind, "" if entry.size is None else size(entry.size))
    return Choice(entry.name + slash, note, head + entry.name + slash)


def completed(seen: Browsed, text: str) -> str:
    """A path as far as all names that it may go on to agree; as it is where there are none."""
    if not (seen.whole and seen.entries):
        return text
    only = len(seen.entries) == 1 and not seen.more and seen.entries[0].kind == "folder"
    return seen.head + seen.common + ("/" if only else "")


def told(seen: Browsed | None) -> str:
    """What the list does not show; where nothing is listed yet, what may be typed."""
    if seen is None:
        return HINT
    parts = []
    if not seen.entries:
        parts.append("Nothing there begins like this.")
    if seen.more or not seen.whole:
        count = f"{seen.more:,}" if seen.whole else "Many"
        parts.append(f"{count} more are not listed: type on.")
    if seen.unnameable:
        parts.append(f"{seen.unnameable:,} with names that cannot be typed are not listed.")
    return " ".join(parts) or HINT
