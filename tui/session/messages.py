"""What the conversation with an engine tells the app, in order."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from engine.wire.events import Events, Snapshot, Stopped


@dataclass
class Started(Message):
    """The engine runs; the data is being opened."""


@dataclass
class Came(Message):
    """The engine told something."""

    event: Events

    def can_replace(self, message: Message) -> bool:
        """A snapshot that waits is outdated by the one behind it."""
        return (
            isinstance(message, Came)
            and isinstance(self.event, Snapshot)
            and isinstance(message.event, Snapshot)
        )


@dataclass
class NotOpened(Message):
    """There is an engine, but no data."""

    reason: str  # empty: nobody has opened any yet


@dataclass
class FoundOpen(Message):
    """Something else was open, and stays: perhaps another screen was quicker."""

    data: str


@dataclass
class Resumed(Message):
    """A lab whose engine had died was taken up from its newest automatic save."""


@dataclass
class Lost(Message):
    """The link to the engine is down."""

    reason: str
    seconds: float | None  # until it is tried again; None: only when a person wants it


@dataclass
class Silent(Message):
    """The engine says nothing any more, not even when asked for a sign of life."""

    reason: str


@dataclass
class SpeaksAgain(Message):
    """The engine that was silent answers."""


@dataclass
class WasStopped(Message):
    """The engine has ended, on purpose, but not on this screen's."""

    event: Stopped


@dataclass
class Over(Message):
    """The engine did not start, or has died."""

    reason: str
    is_saved: bool = False  # whether the lab is known to be saved
