"""What every dialog of ours has in common."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui.screens.modal import Modal


class Dialog(ModalScreen[None], Modal):
    """A box above the lab: a widget of the class `dialog`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "close")]
    # Whole: Textual looks for a relative one beside the file of the class that inherits it.
    CSS_PATH: ClassVar[list[str | PurePath]] = [Path(__file__).with_name("dialog.tcss")]

    def action_close(self) -> None:
        """Close, once: escape may be pressed, or the answer come, when it has begun to go."""
        if self.is_current:
            self.dismiss()
