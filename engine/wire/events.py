"""What an engine tells its screens without being asked: a data set, a snapshot, an end."""

from __future__ import annotations

from typing import Literal

from engine.settings.data_format import DataFormat
from engine.settings.descriptions import SettingDescription
from engine.settings.values import Settings
from engine.wire.message import Message
from engine.wire.requests import Open
from engine.wire.statistics import Statistic
from engine.wire.values import Cells, Curve, Drawn, Reading, ReferenceLosses, State


class DatasetOpened(Message, frozen=True):
    """A data set, and everything about it that does not change."""

    number: int  # counts the data sets this engine has opened; a snapshot names the one it is of
    opening: Open | None  # opens it again, in another engine; None where no request can
    folder: str  # that relative paths on the engine's machine begin in
    path: str
    name: str
    device: str
    characters: tuple[str, ...]  # by symbol; the first is the boundary
    labels: tuple[str, ...]  # how each is written where it stands alone; see `engine.text.labels`
    frequencies: tuple[
        int, ...
    ]  # how often each symbol is followed by another: the the matrix's row sums
    statistics: tuple[Statistic, ...]  # all that have a label, in the order they are told
    save_to: str | None = None  # see `Open`
    data_format: DataFormat = DataFormat()  # as it was read: nothing is left to be found
    format_found: str = ""  # what `auto` chose and what else it could be; empty: nothing to choose
    hold_out_data: str | None = None  # path of the file that is held out
    lab: str = ""  # the name that it has from now on
    settings: tuple[SettingDescription, ...] = ()  # all that `Configure` can give a value


class Snapshot(Message, frozen=True):
    """Everything that changes, at one step."""

    data: int  # number of the data set
    state: State
    reason: str  # why the training failed; empty otherwise
    step: int  # updates made
    goal: int
    loss: float | None  # of the last step, before its update; None at step 0
    nll: float  # of the net as it is now, nats per character
    steps_per_second: float
    settings: Settings
    lines: ReferenceLosses
    cells: Cells | None
    reading: Reading | None
    curve: Curve | None
    names: tuple[Drawn, ...]  # the newest, oldest first
    drawn: int  # names since the stream's start
    clients: int = 1  # screens attached, this one included
    trouble: str = ""  # why the lab could not be saved automatically; empty where it could
    newest_from: int = 0  # index of the first of the names that were asked for last
    loss_nll: float | None = None  # `loss` without λ · mean(W²): of the same weights
    is_diverging: bool = False  # the loss is above ten times ln V, and does not come back


class Ended(Message, frozen=True):
    """The training reached its goal, or failed."""

    state: Literal["done", "failed"]
    step: int
    loss: float | None
    reason: str


class Stopped(Message, frozen=True):
    """The engine was told to end; it hangs up after this."""

    by: Literal["screen", "signal"]
    saved: str | None  # the file that the lab can be taken up from; None: nothing was kept
    trouble: str = ""  # why it could not be saved; empty where it could, or was not to be
    lab: str = ""  # see `Saved`


Events = DatasetOpened | Snapshot | Ended | Stopped
