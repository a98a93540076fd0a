"""What every dialog of ours has in common."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui.screens.in_front import InFront


class Dialog(ModalScreen[None], InFront):
    """A box above the lab: a widget of the class `dialog`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "close")]
    CSS_PATH = "dialogs.tcss"

    def action_close(self) -> None:
        """Close, once: escape may be pressed, or the answer come, when it has begun to go."""
        if self.is_current:
            self.dismiss()
