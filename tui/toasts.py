"""What the lab says for a while, in a corner: a sentence once, however long a key is held."""

from __future__ import annotations

from time import monotonic

from textual.notifications import SeverityLevel

from engine.protocol import Stopped
from tui.keyboard import KeyboardApp
from tui.keys import KeyMap
from tui.letters import laid_out
from tui.terminal import Terminal


class ToastingApp(KeyboardApp, inherit_bindings=False):
    """An app whose toasts do not pile up; with a dialog open, they are the dialog's."""

    SUSPENDED_SCREEN_CLASS = "-suspended"

    def __init__(self, terminal: Terminal, keys: KeyMap) -> None:
        super().__init__(terminal, keys)
        self._said: dict[tuple[str, str], float] = {}  # with the severity: until when it shows

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Say a sentence, unless the very same is still to be seen."""
        now, seconds = monotonic(), self.NOTIFICATION_TIMEOUT if timeout is None else timeout
        self._said = {said: until for said, until in self._said.items() if until > now}
        if (message, severity) in self._said:
            return
        self._said[message, severity] = now + seconds
        super().notify(
            laid_out(message), title=title, severity=severity, timeout=seconds, markup=markup
        )


def last_word(event: Stopped, keys: KeyMap) -> str:
    """Who has ended the engine, what became of the lab, and what to do.

    Args:
        event: what it said itself.
        keys: those in force.
    """
    who = {
        "screen": "This lab was stopped from elsewhere.",
        "signal": "The engine was ended by a signal, as when its machine shuts down.",
    }[event.by]
    key = keys.name("engine.restart")
    if event.trouble:
        again = "goes on from its newest save" if event.saved else "starts it again"
        return f"{who} It could not be saved: {event.trouble} {key} {again}."
    if event.saved is None:
        return f"{who} {key} starts it again."
    return f"{who} It is saved; {key} takes it up again."


def absence(state: str, keys: KeyMap) -> str:
    """Why there is nothing to work on, and what to do about it.

    Args:
        state: of the engine, as the status line shows it.
        keys: those in force.
    """
    match state:
        case "starting":
            return "The engine is still starting."
        case "engine ended":
            return f"The engine is not running: {keys.name('engine.restart')} starts it again."
        case "no data":
            return f"No data. Press {keys.name('dataset.open')} to open a file."
        case "opening":
            return "The data is still being read."
        case "link down":
            return f"The link is down: {keys.name('engine.restart')} tries it at once."
    return "The engine does not answer."
