"""What is to become of a training, when its screen is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tui.screens.dialog import Dialog
from tui.sentence import Sentence

if TYPE_CHECKING:
    from tui.leaving import LeavingApp


class QuitScreen(Dialog):
    """Three ways, each with a key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k,enter", "keep", show=False),
        Binding("s", "stop", show=False),
        Binding("x", "drop", show=False),
    ]
    AUTO_FOCUS = None

    def __init__(self, lab: LeavingApp, trouble: str = "") -> None:
        """A question.

        Args:
            lab: what is left.
            trouble: why the lab could not be saved; empty where that was not tried.
        """
        super().__init__()
        self._lab = lab
        self._trouble = trouble

    def compose(self) -> ComposeResult:
        """What goes on, and the keys."""
        with Vertical(classes="dialog") as dialog:
            idle = self._trouble and not self._lab.is_training
            dialog.border_title = "Quit?" if idle else "Quit while it trains?"
            dialog.border_subtitle = "esc stays"
            if self._trouble:
                yield Sentence(self._trouble, id="hint").add_class("-wrong")
            way_back = self._lab.engine.attach_command
            yield Answer("k", f"Keep it in the background; later,\n{way_back}", "keep")
            if self._trouble:
                yield Answer("x", "End it, without what is not saved.", "drop")
            else:
                yield Answer("s", "Stop: save, and end the engine.", "stop")

    def action_keep(self) -> None:
        """Leave the engine to itself."""
        self._lab.action_detach()

    def action_stop(self) -> None:
        """Save, and end the engine."""
        if not self._trouble:
            self.action_close()
            self._lab.stop()

    def action_drop(self) -> None:
        """End the engine, which cannot save."""
        if self._trouble:
            self.action_close()
            self._lab.stop(save=False)


class Answer(Horizontal):
    """A key, and what it does beside it, in as many lines as that takes; a click does it too."""

    def __init__(self, key: str, what: str, action: str) -> None:
        super().__init__(Static(key, classes="key"), Static(what, classes="what", markup=False))
        self._action = action

    async def on_click(self) -> None:
        """Do what the key does."""
        await self.run_action(f"screen.{self._action}")
