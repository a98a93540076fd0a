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

import shlex
from typing import Final, Literal

import msgspec

VERSION: Final = 7  # of this protocol; raised by every change that an older peer would misread

State = Literal["idle", "training", "paused", "done", "failed"]
Source = Literal["counts", "net", "both"]
Stream = Literal["keyed", "video", "notebook", "torch"]
View = Literal["counts", "probabilities", "net", "weights", "difference"]
SettingKind = Literal["number", "whole", "choice", "text"]
Ladder = Literal["learning_rate", "regularisation", "smoothing", "pace", "temperature"]
Round = Literal["source", "stream", "keep_sampling"]  # settings whose values have no order
Exportable = Literal["dataset", "matrix", "loss", "samples", "names"]
Format = Literal["auto", "lines", "csv", "tsv", "json", "text"]
OtherState = Literal["saved", "crashed", "ended", "running", "unknown"]  # saved: a person ended it
Over = Literal["nothing", "checkpoint", "anything"]  # what a file may take the place of
Kind = Literal["folder", "file", "special", "broken"]  # broken: a link to nothing

KEPT_NAMES: Final = 1000  # by the engine: more than any screen shows
KEPT_CHARACTERS: Final = 1 << 22  # of drawn texts; a thousand of the longest names have less
NAMES_AT_ONCE: Final = 10  # that a key draws, and that are there when data opens; of texts, one
PACE: Final = 20.0  # steps per second: slow enough to see the loss fall, 100 steps in 5 seconds
NO_PACE_LIMIT: Final = float("inf")  # steps per second
MOST_SAVED: Final = 100  # labs; a person is asked before there are more. Each has up to five files
LENGTH: Final = 500  # characters to draw of a running text: as makemore's and nanoGPT's samples


class Message(msgspec.Struct, frozen=True, tag=True):
    """Anything that crosses the wire. Its tag is the name of its class."""


# --- values ---------------------------------------------------------------------------------------


class DataFormat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a data file is read: which words, or which one text, it holds."""

    format: Format = "auto"  # auto: what the file's ending and its first lines look like
    column: str = ""  # of the words: its name, or its number from 1; empty: the first of words
    weight: str = ""  # column of how often each word counts; empty: each row counts once
    header: bool | None = None  # whether a table's first row names its columns; None: as it looks
    comments: str = ""  # lines that begin so are left out; empty: none
    encoding: str = "utf-8"  # as Python names it
    lower: bool = False  # lower-case everything
    alphabet: int = 0  # characters to keep, the commonest; 0: all, if they are not too many

    @property
    def options(self) -> str:
        """The same as on the command line; what is as by default is left out.

        >>> DataFormat("csv", "first name", header=False, comments="#", lower=True).options
        "--format csv --column 'first name' --no-header --comments '#' --lower"
        """
        words: list[str] = []
        for name in ("format", "column", "weight", "comments", "encoding", "alphabet"):
            value = getattr(self, name)
            if value != getattr(_DEFAULT_FORMAT, name):
                words += [f"--{name}", str(value)]
            if name == "weight" and self.header is not None:
                words.append("--header" if self.header else "--no-header")
        return shlex.join([*words, *(["--lower"] if self.lower else [])])


_DEFAULT_FORMAT: Final = DataFormat()


class Settings(msgspec.Struct, frozen=True):
    """Everything a person can change while the lab is open."""

    learning_rate: float
    regularisation: float  # λ of λ · mean(W²)
    smoothing: float  # k, added to every count
    pace: float  # training steps per second; infinite: no limit
    seed: int  # of the weights
    hold_out: float  # fraction of the distinct words
    source: Source  # which model the names are drawn from
    stream: Stream
    sample_seed: int
    temperature: float
    top_k: int  # 0: all characters
    prefix: str
    keep_sampling: bool
    length: int = LENGTH  # characters to draw where the data is one running text


class Lines(msgspec.Struct, frozen=True):
    """What the loss can be compared with; nats per character."""

    floor: float  # the least mean NLL that any bigram model reaches on this data
    counts: float  # the count model at the present smoothing
    uniform: float  # ln V
    held_out: float | None  # the count model on the hold-out; None without one


class Cells(msgspec.Struct, frozen=True):
    """A window of a matrix: the values of `rows` × `columns`, row by row, as float64 bytes."""

    view: View
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    values: bytes
    low: float  # smallest value of the whole matrix
    high: float  # largest value of the whole matrix


class Reading(msgspec.Struct, frozen=True):
    """All that is known of one pair."""

    row: int
    column: int
    count: int
    row_total: int
    rank: int  # 1: the most frequent successor of its row; equals share the better rank
    p_counts: float
    p_net: float
    weight: float


class Mark(msgspec.Struct, frozen=True):
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
    marks: tuple[Mark, ...]


class Name(msgspec.Struct, frozen=True):
    """A name that a model made."""

    text: str
    nll: float  # mean over its characters and its end, under the model that it came from
    in_data: bool | None  # None where the words of the data are not kept
    ended: bool = True  # False: cut off at the length limit
    step: int | None = None  # of the net that drew it; None: of the counts, or not known
    current: bool = False  # whether the model is still as it was then


class Drawn(msgspec.Struct, frozen=True):
    """One draw: a name of one model, or of both with the same random numbers."""

    index: int  # since the stream's start, from 0
    counts: Name | None
    net: Name | None


class Character(msgspec.Struct, frozen=True):
    """One step of a word's score: how likely the character `symbol` was after `previous`."""

    previous: str
    symbol: str
    p_counts: float
    p_net: float


class Entry(msgspec.Struct, frozen=True):
    """Something in a folder."""

    name: str
    kind: Kind
    size: int | None = None  # bytes; None where it is no file, or cannot be told


class RecentFile(msgspec.Struct, frozen=True):
    """A file that was opened before."""

    path: str
    options: str = ""  # how it was read, as on the command line; empty: as was found


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


# --- requests -------------------------------------------------------------------------------------


class SettingDescription(msgspec.Struct, frozen=True):
    """What a person has to know of a setting to give it a value."""

    name: str  # of the field of `Configure`
    label: str  # "learning rate"
    meaning: str  # a sentence
    allows: str  # which values, with their unit: "a number above 0"
    kind: SettingKind
    choices: tuple[str, ...] = ()


class Request(Message, frozen=True):
    """What a screen can ask for."""


class Open(Request, frozen=True):
    """Open a data set and start a lab on it.

    Answer: `Done`; `Saved`, of the lab that was open before; or `OpenAlready`.
    """

    path: str | None = None  # None: the built-in names
    hold_out: float = 0.0
    device: str = "auto"
    seed: int = 2147483647
    pace: float = PACE
    save_to: str | None = None  # a file that the lab is saved to when it ends; whole, or with ~
    unless_open: bool = False  # a lab that is open, perhaps by another in this moment, stays
    data_format: DataFormat = DataFormat()
    hold_out_data: str | None = None  # a file of words to hold out, instead of a fraction
    lab: str = ""  # one that ended before its first save, and begins again; empty: another lab

    @property
    def options(self) -> str:
        """How the data is read, as on the command line; empty: as it looks."""
        held_out = [] if self.hold_out_data is None else ["--hold-out-data", self.hold_out_data]
        return " ".join(filter(None, (self.data_format.options, shlex.join(held_out))))


class Resume(Request, frozen=True):
    """Take up a lab where a file left it. Answer: as for `Open`."""

    path: str | None = None  # None: `Description.left_at`
    data: str | None = None  # where the data file is now, if it has moved
    device: str | None = None  # None: that of the lab, or the best on a machine without it
    save_to: str | None = None  # see `Open`
    unless_open: bool = False  # as for `Open`
    hold_out_data: str | None = None  # where the file is now that is held out, if it has moved
    lab: str = ""  # as for `Open`


class Save(Request, frozen=True):
    """Write the whole lab into a file of the engine's machine. Answer: `Saved`, or `Exists`."""

    path: str
    over: Over = "nothing"  # "anything" is for what a person has said of this very file


class Copy(Request, frozen=True):
    """Write the lab as it is into a new file of the engine's machine, for a command to read.

    Nothing of the lab changes; it does not count as saved. Answer: `Saved`.
    """

    path: str


class Describe(Request, frozen=True):
    """What is known of the lab in a line, whether data is open or not. Answer: `Description`."""


class Ping(Request, frozen=True):
    """A sign of life, however busy the lab is. Answer: `Done`, from the server itself."""


class Stop(Request, frozen=True):
    """Save, and end the engine. Answer: `Done`; a lab that cannot be saved goes on.

    With `unless_needed` the answer may be `GoesOn`: then other screens look on, and this one counts
    no longer as a screen; or it trains, and nothing has changed.
    """

    save: bool = True
    unless_needed: bool = False


class Train(Request, frozen=True):
    """Train on to the goal; `more`: first move the goal that many steps on. Answer: `Done`."""

    more: int = 0


class Pause(Request, frozen=True):
    """Stop training after the present burst. Answer: `Done`."""


class StepOnce(Request, frozen=True):
    """Make one step, then rest. Answer: `Done`."""


class Reset(Request, frozen=True):
    """Start again at step 0, from the same weights or another seed's. Answer: `Done`."""

    by: int = 0  # added to the seed; 0: the same again


class Configure(Request, frozen=True, omit_defaults=True):
    """Give settings a value; those left out stay as they are. Answer: `Done`.

    All of them, or none where one makes no sense: the failure names it.
    """

    learning_rate: float | msgspec.UnsetType = msgspec.UNSET
    regularisation: float | msgspec.UnsetType = msgspec.UNSET
    smoothing: float | msgspec.UnsetType = msgspec.UNSET
    pace: float | msgspec.UnsetType = msgspec.UNSET
    source: Source | msgspec.UnsetType = msgspec.UNSET
    stream: Stream | msgspec.UnsetType = msgspec.UNSET
    sample_seed: int | msgspec.UnsetType = msgspec.UNSET
    temperature: float | msgspec.UnsetType = msgspec.UNSET
    top_k: int | msgspec.UnsetType = msgspec.UNSET
    prefix: str | msgspec.UnsetType = msgspec.UNSET
    keep_sampling: bool | msgspec.UnsetType = msgspec.UNSET
    length: int | msgspec.UnsetType = msgspec.UNSET
    seed: int | msgspec.UnsetType = msgspec.UNSET  # another one starts again at step 0


class Adjust(Request, frozen=True):
    """Move a setting `by` rungs up (or down) its ladder, or on, round and round. Answer: `Done`.

    Several that come before a snapshot has shown the first each count.
    """

    setting: Ladder | Round
    by: int


class Draw(Request, frozen=True):
    """Draw names with the sampler's settings; they arrive in the next snapshot. Answer: `Done`."""

    count: int = 10


class Score(Request, frozen=True):
    """Score a word under both models. Answer: `Scored`."""

    word: str


class Export(Request, frozen=True):
    """A pane's content as text. Answer: `Text`.

    `dataset` is JSON, `matrix` and `loss` are CSV; the names that are kept are CSV as `samples`,
    with all that is known of each, and a name a line as `names`.
    """

    what: Exportable
    view: View = "counts"


class Browse(Request, frozen=True):
    """What a path, typed so far, may go on to; and what was opened last. Answer: `Browsed`."""

    path: str = ""  # on the engine's machine; relative to its folder, or ~ for its home


class Examine(Request, frozen=True):
    """How a data file would be read: what options say, and what is found. Answer: `Examined`."""

    path: str | None  # on the engine's machine, as for `Browse`; None: the built-in names
    options: str = ""  # as on the command line


class RenameLab(Request, frozen=True):
    """Give a lab that does not run another name. Answer: `Done`."""

    name: str
    new: str


class DeleteLab(Request, frozen=True):
    """Delete a lab that does not run, with all its saves. Answer: `Done`."""

    name: str


class Watch(Request, frozen=True):
    """What this screen shows, and so wants in its snapshots. Answer: `Done`."""

    view: View = "counts"
    rows: tuple[int, ...] = ()
    columns: tuple[int, ...] = ()
    cursor: tuple[int, int] | None = None  # the pair to read out
    loss_columns: int = 0
    names: int = 0  # the newest so many
    frames: float = 20.0  # snapshots per second, at the most


Requests = (
    Open
    | Resume
    | Save
    | Copy
    | Describe
    | Ping
    | Stop
    | Train
    | Pause
    | StepOnce
    | Reset
    | Configure
    | Adjust
    | Draw
    | Score
    | Export
    | Browse
    | Examine
    | RenameLab
    | DeleteLab
    | Watch
)


# --- answers --------------------------------------------------------------------------------------


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


class Scored(Message, frozen=True):
    """A word's score, a character at a time."""

    characters: tuple[Character, ...]
    in_data: bool | None


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


# --- events ---------------------------------------------------------------------------------------


class DatasetOpened(Message, frozen=True):
    """A data set, and everything about it that does not change."""

    number: int  # counts the data sets this engine has opened; a snapshot names the one it is of
    opening: Open | None  # opens it again, in another engine; None where no request can
    folder: str  # that relative paths on the engine's machine begin in
    path: str
    name: str
    device: str
    characters: tuple[str, ...]  # by symbol; the first is the boundary
    labels: tuple[str, ...]  # how each is written where it stands alone; see `engine.labels`
    frequencies: tuple[int, ...]  # how often each symbol is followed by another: the row sums of N
    words: int
    distinct: int | None  # None: not counted, the file is too large
    held_out: int | None  # words in the hold-out; None: no hold-out
    blank_lines: int
    shortest: int
    longest: int
    mean_length: float
    lengths: tuple[tuple[int, int], ...]  # (length, words)
    bigrams: int
    distinct_bigrams: int
    empty_cells: int
    top_bigrams: tuple[tuple[int, int, int], ...]  # (symbol, symbol, count)
    first_letters: tuple[tuple[int, int], ...]  # (symbol, words)
    first_words: tuple[str, ...]
    save_to: str | None = None  # see `Open`
    bigrams_trained_on: int | None = None  # those that the matrix counts; None: no hold-out
    data_format: DataFormat = DataFormat()  # as it was read: nothing is left to be found
    format_found: str = ""  # what `auto` chose and what else it could be; empty: nothing to choose
    hold_out_data: str | None = None  # path of the file that is held out
    left_out: int = 0  # words (of a text: characters) with characters beyond the alphabet
    comment_lines: int = 0
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
    lines: Lines
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


# --- envelopes ------------------------------------------------------------------------------------


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
