"""What is to become of a training, when its screen is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Static

from tui.drawing.fitted_text import FittedText
from tui.screens.dialog import Dialog

Way = Literal["keep", "stop", "drop"]  # keep: in the background; drop: without saving


class QuitScreen(Dialog):
    """Three ways, each with a key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k,enter", "choose('keep')", show=False),
        Binding("s", "choose('stop')", show=False),
        Binding("x", "choose('drop')", show=False),
    ]
    AUTO_FOCUS = None

    @dataclass
    class Chosen(Message):
        """What a person wants."""

        way: Way

    def __init__(self, attach_command: str, trouble: str = "", *, is_training: bool) -> None:
        """A question; `trouble` says why the lab could not be saved, where that was tried."""
        super().__init__()
        self._attach_command = attach_command
        self._trouble = trouble
        self._is_training = is_training

    def compose(self) -> ComposeResult:
        """What goes on, and the keys."""
        idle = self._trouble and not self._is_training
        with self.box("Quit?" if idle else "Quit while it trains?", "esc stays"):
            if self._trouble:
                yield FittedText(self._trouble, id="hint").add_class("-wrong")
            way_back = f"Keep it in the background; later,\n{self._attach_command}"
            yield Answer("k", way_back, "keep")
            if self._trouble:
                yield Answer("x", "End it, without what is not saved.", "drop")
            else:
                yield Answer("s", "Stop: save, and end the engine.", "stop")

    def action_choose(self, way: Way) -> None:
        """Answer, if that is one of the answers."""
        if way == ("stop" if self._trouble else "drop"):
            return
        if way != "keep":
            self.action_close()
        self.app.post_message(self.Chosen(way))


class Answer(Horizontal):
    """A key, and what it does beside it, in as many lines as that takes; a click does it too."""

    def __init__(self, key: str, what: str, way: Way) -> None:
        super().__init__(Static(key, classes="key"), Static(what, classes="what", markup=False))
        self._way = way

    async def on_click(self) -> None:
        """Do what the key does."""
        await self.run_action(f"screen.choose('{self._way}')")
