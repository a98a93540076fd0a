"""What is to become of a training, when its screen is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from tui.drawing.fitted_text import FittedText
from tui.screens.dialog import Dialog

Way = Literal["keep", "stop", "drop"]  # keep: in the background; drop: without saving


class QuitScreen(Dialog):
    """Three ways, each with a key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k,enter", "keep", show=False),
        Binding("s", "stop", show=False),
        Binding("x", "drop", show=False),
    ]
    AUTO_FOCUS = None

    @dataclass
    class Chosen(Message):
        """What a person wants."""

        way: Way

    def __init__(self, attach_command: str, trouble: str = "", *, is_training: bool) -> None:
        """A question.

        Args:
            attach_command: takes up a lab that was kept.
            trouble: why the lab could not be saved; empty where that was not tried.
            is_training: whether the lab trains.
        """
        super().__init__()
        self._attach_command = attach_command
        self._trouble = trouble
        self._is_training = is_training

    def compose(self) -> ComposeResult:
        """What goes on, and the keys."""
        with Vertical(classes="dialog") as dialog:
            idle = self._trouble and not self._is_training
            dialog.border_title = "Quit?" if idle else "Quit while it trains?"
            dialog.border_subtitle = "esc stays"
            if self._trouble:
                yield FittedText(self._trouble, id="hint").add_class("-wrong")
            way_back = f"Keep it in the background; later,\n{self._attach_command}"
            yield Answer("k", way_back, "keep")
            if self._trouble:
                yield Answer("x", "End it, without what is not saved.", "drop")
            else:
                yield Answer("s", "Stop: save, and end the engine.", "stop")

    def action_keep(self) -> None:
        """Leave the engine to itself."""
        self.app.post_message(self.Chosen("keep"))

    def action_stop(self) -> None:
        """Save, and end the engine."""
        if not self._trouble:
            self.action_close()
            self.app.post_message(self.Chosen("stop"))

    def action_drop(self) -> None:
        """End the engine, which cannot save."""
        if self._trouble:
            self.action_close()
            self.app.post_message(self.Chosen("drop"))


class Answer(Horizontal):
    """A key, and what it does beside it, in as many lines as that takes; a click does it too."""

    def __init__(self, key: str, what: str, action: str) -> None:
        super().__init__(Static(key, classes="key"), Static(what, classes="what", markup=False))
        self._action = action

    async def on_click(self) -> None:
        """Do what the key does."""
        await self.run_action(f"screen.{self._action}")
