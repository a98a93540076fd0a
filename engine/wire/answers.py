"""What an engine answers to the requests of a screen."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.settings.data_format import DataFormat
from engine.wire.message import Message
from engine.wire.requests import Open, Resume
from engine.wire.values import Character, Entry, RecentFile, State

OtherState = Literal["saved", "crashed", "ended", "running", "unknown"]  # saved: a person ended it


class OtherLab(msgspec.Struct, frozen=True):
    """A lab beside the one that is open. One that does not run can be taken up."""

    name: str
    path: str  # of its newest automatic save: `Resume` takes it up; empty: nothing is saved
    data: str  # path; empty where it is not known
    step: int | None  # None where it is not known
    state: OtherState = "saved"
    loss: float | None = None
    saved_at: float | None = None  # seconds since 1970; None where it is not known
    again: Open | Resume | None = None  # with its name begins it again, where nothing is saved
    trouble: str = ""  # why no more is known, as a sentence


class Done(Message, frozen=True):
    """It has been carried out."""


class GoesOn(Message, frozen=True):
    """The engine does not end."""

    why: Literal["watched", "training"]


class OpenAlready(Message, frozen=True):
    """A lab was open, and was left as it was."""

    data: str  # path
    is_asked: bool  # whether it is what was to be opened


class Saved(Message, frozen=True):
    """The lab is in a file."""

    path: str  # absolute
    lab: str = ""  # the name that takes the lab up, where the file is its newest automatic save


class Exists(Message, frozen=True):
    """There is a file of that name already, and nothing was written."""

    path: str  # absolute


class Description(Message, frozen=True):
    """A lab in a line."""

    lab: str
    data: str | None  # path; None: nothing is open
    model: str
    device: str
    state: State
    step: int
    goal: int
    loss: float | None
    clients: int  # screens attached
    since: float  # when the engine started: seconds since 1970
    pid: int
    left_at: str | None  # newest save of a lab of this name before, that waits to be taken up
    trained: int = 0  # runs that are being trained, the one that `state` is of perhaps among them


class Scored(Message, frozen=True):
    """A word's score, a character at a time."""

    characters: tuple[Character, ...]
    in_data: bool | None
    compared: str  # name of the one run
    selected: str  # name of the other


class Text(Message, frozen=True):
    """Text to copy or to write to a file."""

    text: str


class Browsed(Message, frozen=True):
    """The entries of a folder that a path may go on to, in the order of their names.

    `head` and an entry's name make its path. Entries whose names have control characters or are
    not UTF-8 cannot be typed, and are counted only.
    """

    head: str
    entries: tuple[Entry, ...]  # the first so many
    common: str  # what the names of all have in common, from their beginning
    more: int  # entries beyond those
    unnameable: int
    whole: bool  # False: the folder is so large that not all of it was looked at
    recent: tuple[RecentFile, ...]  # the newest first
    labs: tuple[OtherLab, ...] = ()  # all but this, those saved last first, where nothing was typed


class Examined(Message, frozen=True):
    """How a data file would be read."""

    data_format: DataFormat  # what the options said; the rest is to be found when it is opened
    hold_out_data: str | None
    options: str  # with what was found, as on the command line
    found: str  # see `DatasetOpened.format_found`


Answers = (
    Done | GoesOn | OpenAlready | Scored | Text | Browsed | Examined | Saved | Exists | Description
)
