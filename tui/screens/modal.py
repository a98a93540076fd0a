"""What stands in front of the lab: no key of the lab just vanishes in it."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.events import Key
from textual.timer import Timer
from textual.widget import Widget

from tui.actions import key_label
from tui.keys.overrides import keys_of
from tui.terminal.textual_private import ReturningScreen

SECONDS_TO_READ: Final = 4.0  # that the word about a key stays


class Modal(ReturningScreen, inherit_bindings=False):
    """A box that escape closes, with its hint in the lower border.

    Textual's own keys are left out: they go from field to field, and here there is one at the most.
    """

    BOX: ClassVar[str] = ".dialog"  # the selector of the box

    _hint: str | None = None  # of the border, while the border says something else
    _forgetting: Timer | None = None

    @property
    def is_closed(self) -> bool:
        """Whether it is gone: an answer of the engine's may come after that."""
        return self not in self.app.screen_stack

    def on_key(self, event: Key) -> None:
        """A key that nothing in the box took: where it means something in the lab, say so."""
        meant = keys_of(self.app).on(event.key)
        if meant is not None and event.key not in self.active_bindings:
            self._tell(f"esc closes this first, then {key_label(meant[0])}")

    def _tell(self, sentence: str) -> None:
        box = self.query_one(self.BOX, Widget)
        if self._hint is None:
            self._hint = str(box.border_subtitle or "")
        box.border_subtitle = sentence.replace("[", "\\[")  # borders read markup
        if self._forgetting is not None:
            self._forgetting.stop()
        self._forgetting = self.set_timer(SECONDS_TO_READ, self._forget)

    def _forget(self) -> None:
        if self.is_closed:
            return
        self.query_one(self.BOX, Widget).border_subtitle = self._hint or ""
        self._hint = None
