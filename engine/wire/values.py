"""The values that messages carry: cells of a matrix, a loss curve, names, files, labs."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.settings.values import Value

State = Literal["idle", "training", "paused", "done", "failed"]
View = str  # "counts", "compared", "selected", "difference", or one of `ModelKind.views`
Kind = Literal["folder", "file", "special", "broken"]  # broken: a link to nothing


class RunSummary(msgspec.Struct, frozen=True, array_like=True):
    """A run in a line."""

    number: int
    name: str
    kind: str
    parameters: int
    state: State
    step: int
    goal: int
    nll: float  # of the training words, as it was measured last; nats per character
    held_out_nll: float | None  # None without a hold-out
    is_pinned: bool
    is_trained: bool  # False: it is fitted to its data at once, and has no steps
    settings: dict[str, Value]


class Overlay(msgspec.Struct, frozen=True, array_like=True):
    """The losses of a run that is not selected, in columns as wide as those of the selected one."""

    run: int  # number
    name: str
    steps: int  # that it has made; not all of them may have columns
    width: int  # steps of a column; the first begins at step 1
    losses: bytes  # the last of each column, as float32; of minibatches the smoothed ones


class ReferenceLosses(msgspec.Struct, frozen=True):
    """What the loss can be compared with; nats per character."""

    floor: float  # the least mean NLL that any bigram model reaches on this data
    compared: float  # the run that the selected one is compared with, as it is now
    uniform: float  # ln V
    held_out: float | None  # the compared run on the hold-out; None without one


class Cells(msgspec.Struct, frozen=True):
    """A window of a matrix: the values of `rows` × `columns`, row by row, as float64 bytes."""

    view: View
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    values: bytes
    low: float  # smallest value of the whole matrix
    high: float  # largest value of the whole matrix
    places: int | None = None  # of the data that P is averaged over; None: it is P of all places


class Reading(msgspec.Struct, frozen=True):
    """All that is known of one pair."""

    row: int
    column: int
    count: int
    row_total: int
    rank: int  # 1: the most frequent successor of its row; equals share the better rank
    p_compared: float
    p_selected: float
    weight: float | None  # of the selected run, where it has one for each pair


class SettingChange(msgspec.Struct, frozen=True):
    """A change of a setting in the course of a training."""

    step: int
    text: str  # "lr 20"


class Curve(msgspec.Struct, frozen=True):
    """The loss history, as wide as a plot: for each column its first step and four losses."""

    first: int  # step
    last: int  # step
    steps: tuple[int, ...]  # the first step of each column
    train: tuple[tuple[float, float, float, float], ...]  # first, smallest, largest, last
    held_out: tuple[tuple[float, float, float, float], ...]  # empty without a hold-out
    marks: tuple[SettingChange, ...]
    smoothed: bytes = b""  # `train`, where it is of minibatches: as `Overlay.losses`; else empty


class Name(msgspec.Struct, frozen=True):
    """A name that a run's model made."""

    text: str
    nll: float  # mean over its characters and its end, under the model that it came from
    in_data: bool | None  # None where the words of the data are not kept
    ended: bool = True  # False: cut off at the length limit
    step: int | None = None  # of the run that drew it; None: it has no steps, or it is not known
    current: bool = False  # whether the model is still as it was then


class Drawn(msgspec.Struct, frozen=True):
    """One draw: a name of one run, or of two with the same random numbers."""

    index: int  # since the stream's start, from 0
    compared: Name | None
    selected: Name | None


class Character(msgspec.Struct, frozen=True):
    """One step of a word's score: how likely the character `symbol` was after `previous`."""

    previous: str
    symbol: str
    p_compared: float
    p_selected: float


class Entry(msgspec.Struct, frozen=True):
    """Something in a folder."""

    name: str
    kind: Kind
    size: int | None = None  # bytes; None where it is no file, or cannot be told


class RecentFile(msgspec.Struct, frozen=True):
    """A file that was opened before."""

    path: str
    options: str = ""  # how it was read, as on the command line; empty: as was found
