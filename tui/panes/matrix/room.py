"""The room that the matrix pane finds among the others, and what it takes of it."""

from __future__ import annotations

from typing import Final

from textual.widget import Widget

from tui.panes.matrix.scales import Fit, Room

OTHERS: Final = 46  # columns that the panes beside this one keep at the least
OTHERS_BELOW: Final = 12  # lines that the pane below this one keeps
BROAD: Final = 200  # columns of a terminal from which cells tell their numbers, rather than fit


def room_for(pane: Widget) -> Room:
    """Measure what the panes beside and below leave to the pane of the matrix."""
    assert isinstance(pane.parent, Widget)
    is_enlarged, width = pane.has_class("-maximized"), pane.screen.size.width
    is_whole = is_enlarged or pane.has_class("-below") or pane.has_class("-alone")
    # Unless it is enlarged, its own height is what is sought, and tells nothing.
    height = pane.size.height if is_enlarged else pane.parent.size.height - 2
    return Room(
        width=width - 2 - (0 if is_whole else OTHERS),
        height=height - (OTHERS_BELOW if stands_above(pane) else 0),
        is_whole=is_whole,
        is_enlarged=is_enlarged,
        is_broad=width >= BROAD,
    )


def stands_above(pane: Widget) -> bool:
    """Whether another pane stands below."""
    return pane.has_class("-below") and not pane.has_class("-maximized")


def take(pane: Widget, room: Room, fit: Fit) -> None:
    """Give the pane just the room that the matrix and the read-out need."""
    width = None if room.is_enlarged else "100%" if room.is_whole else fit.columns + 2
    pane.styles.width = width
    pane.styles.height = fit.height + 2 if stands_above(pane) else None
