"""The lines of all names, or texts, that are at hand; the pane shows a part of them."""

from __future__ import annotations

from textual.content import Content

from engine.settings.values import Source
from engine.wire.events import Snapshot
from tui.panes.names.drawing import heading_line, name_lines
from tui.panes.names.scrolling import HEADING, Line, NamesScroll
from tui.panes.names.step_headings import Headings
from tui.panes.names.texts_drawing import lines_of


def log_lines(
    snapshot: Snapshot,
    headings: dict[int, Headings],
    place: NamesScroll,
    width: int,
    *,
    is_of_text: bool,
    cut: str,
) -> dict[Line, Content]:
    """Draw each line by its place, the oldest first; `headings` are by the index of draws."""
    both = snapshot.settings.source == "both"
    side: Source = "selected" if place.right else "compared"
    lines: dict[Line, Content] = {}
    for draw in snapshot.names:
        picked = side if draw.index == place.cursor else None
        if draw.index in headings:
            lines[draw.index, HEADING] = heading_line(headings[draw.index], both, width)
        if is_of_text:
            own = lines_of(draw, both, width, picked)
        else:
            own = name_lines(draw, both, width, picked, cut)
        lines.update({(draw.index, at): line for at, line in enumerate(own)})
    return lines
