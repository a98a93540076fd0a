"""A screen on which every widget is told of each size that it gets."""

from __future__ import annotations

from typing import Any

from textual.geometry import Size
from textual.screen import Screen


class ResizingScreen(Screen[None], inherit_bindings=False):
    """Mends a race of Textual's, in private parts of it.

    Textual compares an arrangement with the one before, and tells the widgets whose size differs.
    But whoever asks for a widget's place in between may have made it arrange everything already;
    then nothing seems to differ, and a pane stays drawn for the size that it had.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._told = self._compositor._full_map  # the places that widgets know of

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        """Arrange all widgets, also where only some scroll, and tell those that do not know yet."""
        self._compositor._full_map = self._told
        super()._refresh_layout(size)
        self._told = self._compositor._full_map
