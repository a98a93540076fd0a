"""What the objects behind the keys ask of the screen. The app is one; a test makes its own."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol

from textual.notifications import SeverityLevel
from textual.screen import Screen

from engine.wire.requests import Requests
from tui.keys.overrides import KeyMap


class Ui(Protocol):
    """A screen that says things, asks things, and can be left."""

    keys: KeyMap

    @property
    def screen(self) -> Screen[Any]:
        """What is in front: the lab, or a dialog."""

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has yet to take what it was sent."""

    def notify(self, message: str, *, severity: SeverityLevel = "information") -> None:
        """Say a sentence for a while."""

    def tell_absence(self) -> None:
        """Say why there is nothing for a key to work on."""

    def push_screen(self, screen: Screen[None]) -> Any:
        """Open a dialog."""

    def send(self, request: Requests) -> Any:
        """Carry out a request; what goes wrong is said."""

    def run_worker(
        self, work: Coroutine[Any, Any, None], *, group: str = "default", exclusive: bool = False
    ) -> Any:
        """Begin what takes a while; where it is exclusive, what runs in its group ends."""

    def hold_keys(self, *, held: bool) -> None:
        """Let keys wait, as a question is about to be asked; or let them go on."""

    def copy_to_clipboard(self, text: str) -> None:
        """Put a text into the clipboard of the terminal."""

    def exit(self) -> None:
        """Close the screen."""
