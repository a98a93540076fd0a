"""What a screen and an engine say to each other, in frozen messages.

A screen sends a `Hello`, then any number of `Call`s. The engine answers the hello with `Welcome` or
`Refused`, each call with one `Reply` or one `Failure`, and sends events whenever it has news:

- `DatasetOpened`: another data set is open; everything about it that does not change.
- `Snapshot`: everything that does change, at one step. Each screen gets the cells, the columns of
  the loss plot and the names that it asked for with `Watch`.
- `Ended`: the training came to an end. Never dropped, where a newer snapshot replaces an older one.
- `Stopped`: the engine's last word, where it was told to end.

Texts, names and paths are as they are: who draws or prints them makes them safe.

This module imports no torch: the screen reads it too.
"""

from __future__ import annotations

from typing import Final

from engine.wire.answers import Answers
from engine.wire.events import Events
from engine.wire.message import Message
from engine.wire.requests import Requests

VERSION: Final = 9  # of this protocol; raised by every change that an older peer would misread


class Hello(Message, frozen=True):
    """The first message of a screen."""

    version: int
    client: str


class Welcome(Message, frozen=True):
    """The engine's answer to a hello it understands."""

    version: int
    engine: str
    pid: int
    lab: str  # its name


class Refused(Message, frozen=True):
    """Why the engine hangs up."""

    reason: str
    version: int  # of the protocol that it speaks


class Gone(Message, frozen=True):
    """Said instead of a greeting where the lab that a screen comes back to does not run."""

    lab: str  # its name
    has_crashed: bool  # otherwise it ended well
    saved: str | None  # its newest automatic save; perhaps that of a lab of this name before
    saved_at: float  # seconds since 1970, by the clock that `Description.since` is of


class Call(Message, frozen=True):
    """A request with a number that its answer carries too."""

    id: int
    request: Requests


class Reply(Message, frozen=True):
    """The answer to a call."""

    id: int
    answer: Answers


class Failure(Message, frozen=True):
    """Why a call could not be carried out, in a sentence for a person."""

    id: int
    reason: str
    setting: str = ""  # the one that the reason is about, of those that were to be set


FromClient = Hello | Call
FromEngine = Welcome | Refused | Gone | Reply | Failure | Events
