"""The mouse wheel, for panes that scroll by themselves.

Not a widget: of two widgets Textual would take the styles of one only.
"""

from __future__ import annotations

from textual import events

NOTCH = 2  # lines; at the matrix's smallest scale two rows share one


class Wheeled:
    """Turns movements of the mouse wheel into a number of lines and columns."""

    def wheel(self, lines: int, columns: int) -> None:
        """Show what is so many lines further down, and so many columns further right."""

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down; with shift or ctrl, to the right."""
        self._turned(event, NOTCH)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up; with shift or ctrl, to the left."""
        self._turned(event, -NOTCH)

    def on_mouse_scroll_right(self) -> None:
        """Scroll to the right, where the mouse or the touch pad can tell it."""
        self.wheel(0, NOTCH)

    def on_mouse_scroll_left(self) -> None:
        """Scroll to the left."""
        self.wheel(0, -NOTCH)

    def _turned(self, event: events.MouseEvent, by: int) -> None:
        aside = event.shift or event.ctrl
        self.wheel(0 if aside else by, by if aside else 0)
