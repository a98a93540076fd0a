"""What the conversation with an engine tells the app, in order."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from engine.wire.events import Events, Snapshot, Stopped
from tui.session.link import Link


@dataclass
class EngineEvent(Message):
    """The engine told something."""

    event: Events

    def can_replace(self, message: Message) -> bool:
        """Whether a snapshot that waits is outdated by this one."""
        return (
            isinstance(message, EngineEvent)
            and isinstance(self.event, Snapshot)
            and isinstance(message.event, Snapshot)
        )


@dataclass
class LabAlreadyOpen(Message):
    """Something else was open, and stays: perhaps another screen was quicker."""

    data: str


@dataclass
class LabResumed(Message):
    """A lab whose engine had died was taken up from its newest automatic save."""


class RunSelected(Message):
    """What may have selected another run is done, and the snapshot before this shows it."""


class LinkChange(Message):
    """The link has come to another state."""

    link: Link


@dataclass
class EngineStarted(LinkChange):
    """The engine runs; the data is being opened."""

    link = Link.OPENING


@dataclass
class NoData(LinkChange):
    """There is an engine, but no data."""

    link = Link.NO_DATA
    reason: str  # empty: nobody has opened any yet


@dataclass
class LinkLost(LinkChange):
    """The engine's machine cannot be reached."""

    link = Link.LOST
    reason: str
    seconds: float | None  # until it is tried again; `None` if only when a person wants it


@dataclass
class EngineSilent(LinkChange):
    """The engine says nothing any more, not even when asked for a sign of life."""

    link = Link.SILENT
    reason: str


class EngineAnswersAgain(Message):
    """The engine that was silent answers; the link is as it was before."""


@dataclass
class EngineStopped(LinkChange):
    """The engine has ended, on purpose, but not on this screen's."""

    link = Link.ENDED
    event: Stopped


@dataclass
class EngineEnded(LinkChange):
    """The engine did not start, or has died."""

    link = Link.ENDED
    reason: str
    is_saved: bool = False  # whether the lab is known to be saved
