"""What every dialog has in common: it closes with escape, and no key of the lab vanishes in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path, PurePath
from typing import ClassVar, Final

from textual import getters
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widget import Widget

from engine.wire.answers import Answers
from engine.wire.requests import Requests
from tui.actions import key_label
from tui.keys.overrides import keys_of
from tui.terminal.textual_private import ReturningScreen
from tui.terminal_app import TerminalApp

SECONDS_TO_READ: Final = 4.0  # that the word about a key stays

Call = Callable[[Requests], Awaitable[Answers]]  # carries out a request; raises EngineError


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


class Dialog(ModalScreen[None], Modal):
    """A box above the lab: a widget of the class `dialog`."""

    app = getters.app(TerminalApp)
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "close")]
    # Whole: Textual looks for a relative one beside the file of the class that inherits it.
    CSS_PATH: ClassVar[list[str | PurePath]] = [Path(__file__).with_name("dialog.tcss")]

    awaits_answer = False  # of the engine: keys wait, as it closes then, but escape closes at once

    def answered(self) -> None:
        """Let keys that have waited for an answer go on."""
        self.awaits_answer = False
        self.app.dispatcher.look_again()

    def box(self, title: str, keys: str) -> Vertical:
        """The box, with its title in the upper border, and what keys do in the lower one."""
        box = Vertical(classes="dialog")
        box.border_title = title.replace("[", "\\[")  # borders read markup
        box.border_subtitle = keys
        return box

    def action_close(self) -> None:
        """Close, once: escape may be pressed, or the answer come, when it has begun to go."""
        if self.is_current:
            self.dismiss()
