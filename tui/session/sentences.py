"""What a person is told of an engine that has ended, is out of reach, or cannot save."""

from __future__ import annotations

from typing import Final

from engine.wire.events import Stopped
from tui.session.messages import LinkLost

NO_DATA: Final = "No data. Press {key} to open a file."
DIVERGES: Final = (
    "The loss is above ten times ln V, and does not fall: the training diverges. {key} lowers the"
    " learning rate."
)


def not_saved(trouble: str) -> str:
    """Why the lab could not be saved automatically; empty where it could."""
    return trouble and f"Not saved: {trouble} It is tried again."


def link_down(event: LinkLost, key: str, *, is_training: bool) -> str:
    """Why the engine's machine cannot be reached, what goes on there, and how it is tried again."""
    goes_on = "The training goes on there. " if is_training else ""
    next_one = f"{key} tries again."
    if event.seconds is not None:
        next_one = f"Next attempt in {event.seconds:g} s; {key} tries now."
    return f"{event.reason} {goes_on}{next_one}"


def last_word(event: Stopped, key: str) -> str:
    """Who has ended the engine, what became of the lab, and which key starts an engine again."""
    who = {
        "screen": "This lab was stopped from elsewhere.",
        "signal": "The engine was ended by a signal, as when its machine shuts down.",
    }[event.by]
    if event.trouble:
        again = "goes on from its newest save" if event.saved else "starts it again"
        return f"{who} It could not be saved: {event.trouble} {key} {again}."
    if event.saved is None:
        return f"{who} {key} starts it again."
    return f"{who} It is saved; {key} takes it up again."
