"""The names of the pictures, in a line: the one that is shown stands out."""

from __future__ import annotations

from textual.content import Content

from engine.wire.inside import Inside


def tabs(inside: Inside, width: int) -> Content:
    """Write all names; where they have no room, the one that is shown comes first."""
    names = list(inside.pictures)
    if len("  ".join(names)) > width:
        at = names.index(inside.name)
        names = [*names[at:], *names[:at]]
    parts: list[str | tuple[str, str]] = []
    for name in names:
        style = "bold underline" if name == inside.name else "$foreground-muted"
        parts += [(name, style), "  "]
    return Content.assemble(*parts[:-1])
