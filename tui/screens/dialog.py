"""What every dialog has in common: escape closes it, and no key of the lab just vanishes in it."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.events import Key
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widget import Widget

from tui.actions import key_label
from tui.keys import keys_of

SECONDS_TO_READ: Final = 4.0  # that the word about a key stays
SECONDS_TO_ANSWER: Final = 0.5  # before a key can be the answer to a question: it may be held


class Dialog(ModalScreen[None]):
    """A box above the lab: a widget of the class `dialog`, with its hint in the lower border."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "close")]
    CSS_PATH = "dialogs.tcss"

    def __init__(self) -> None:
        super().__init__()
        self._hint: str | None = None  # of the border, while the border says something else
        self._forgetting: Timer | None = None

    @property
    def is_closed(self) -> bool:
        """Whether it is gone: an answer of the engine's may come after that."""
        return self not in self.app.screen_stack

    def action_close(self) -> None:
        """Close, once: escape may be pressed, or the answer come, when it has begun to go."""
        if self.is_current:
            self.dismiss()

    def on_key(self, event: Key) -> None:
        """A key that nothing in the dialog took: where it means something in the lab, say so."""
        meant = keys_of(self.app).on(event.key)
        if meant is not None and event.key not in self.active_bindings:
            self._tell(f"esc closes this first, then {key_label(meant[0])}")

    def _tell(self, sentence: str) -> None:
        box = self.query_one(".dialog", Widget)
        if self._hint is None:
            self._hint = str(box.border_subtitle or "")
        box.border_subtitle = sentence.replace("[", "\\[")  # borders read markup
        if self._forgetting is not None:
            self._forgetting.stop()
        self._forgetting = self.set_timer(SECONDS_TO_READ, self._forget)

    def _forget(self) -> None:
        if self.is_closed:
            return
        self.query_one(".dialog", Widget).border_subtitle = self._hint or ""
        self._hint = None
