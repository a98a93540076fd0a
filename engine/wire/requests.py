"""What a screen can ask an engine for."""

from __future__ import annotations

import shlex
from typing import Literal

from engine.settings.data_format import DataFormat
from engine.settings.lab_settings import SEED
from engine.settings.values import PACE, ModelSpec, Value
from engine.wire.inside import Look
from engine.wire.message import Message
from engine.wire.values import View

Exportable = Literal["dataset", "matrix", "loss", "samples", "names", "inside"]
Over = Literal["nothing", "checkpoint", "anything"]  # what a file may take the place of


class Request(Message, frozen=True):
    """What a screen can ask for."""


class Open(Request, frozen=True):
    """Open a data set and start a lab on it.

    Answer: `Done`; `Saved`, of the lab that was open before; or `OpenAlready`.
    """

    path: str | None = None  # None: the built-in names
    hold_out: float = 0.0
    device: str = "auto"
    seed: int = SEED
    pace: float | None = PACE  # of the net; None: no limit, as the claim of a lab is JSON
    save_to: str | None = None  # a file that the lab is saved to when it ends; whole, or with ~
    unless_open: bool = False  # a lab that is open, perhaps by another in this moment, stays
    data_format: DataFormat = DataFormat()
    hold_out_data: str | None = None  # a file of words to hold out, instead of a fraction
    lab: str = ""  # one that ended before its first save, and begins again; empty: another lab
    model: ModelSpec | None = None  # to select; settings that it lacks have their defaults
    steps: int = 0  # the goal of this model; 0: that of its kind

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
    """Train the selected run to its goal; `more`: first move that many steps on. Answer: `Done`."""

    more: int = 0


class Pause(Request, frozen=True):
    """Stop training the selected run after the present burst. Answer: `Done`."""


class StepOnce(Request, frozen=True):
    """Make one step of the selected run, then rest. Answer: `Done`."""


class Reset(Request, frozen=True):
    """Begin the selected run again at step 0, beside what it was. Answer: `Done`."""

    by: int = 0  # added to the seed of its weights; 0: the same again


class BeginRun(Request, frozen=True):
    """Begin another run beside the others, and select it. Answer: `Done`."""

    kind: str  # of `DatasetOpened.kinds`
    settings: dict[str, Value] = {}  # noqa: RUF012  msgspec copies it; others have their defaults
    name: str = ""  # empty: as its kind
    steps: int = 0  # its goal; 0: that of its kind


class SelectRun(Request, frozen=True):
    """Train and show another run. Answer: `Done`."""

    run: int | None  # None: the one that was begun `by` runs later, round and round
    by: int = 1


class CompareRun(Request, frozen=True):
    """Compare the selected run with this one. Answer: `Done`."""

    run: int


class ChangeRun(Request, frozen=True):
    """Call a run otherwise, or pin it. Answer: `Done`."""

    run: int
    name: str | None = None  # None: as it is called
    is_pinned: bool | None = None


class DeleteRun(Request, frozen=True):
    """Delete a run with all that it has learned. Answer: `Done`."""

    run: int


class Configure(Request, frozen=True):
    """Give settings a value: of the lab, or of the two runs that are shown. Answer: `Done`.

    All of them, or none where one makes no sense: the failure names it. What belongs to a run from
    its beginning begins another.
    """

    settings: dict[str, Value]


class Adjust(Request, frozen=True):
    """Move a setting `by` rungs up (or down), or on, round and round. Answer: `Done`.

    Several that come before a snapshot has shown the first each count.
    """

    setting: str
    by: int


class Draw(Request, frozen=True):
    """Draw names with the sampler's settings; they arrive in the next snapshot. Answer: `Done`."""

    count: int = 10


class Score(Request, frozen=True):
    """Score a word under the two runs that are shown. Answer: `Scored`."""

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
    all_runs: bool = False  # not only the two that are shown
    inside: Look | None = None  # a picture of what is inside the selected run
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
    | BeginRun
    | SelectRun
    | CompareRun
    | ChangeRun
    | DeleteRun
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
