"""What an engine tells its screens without being asked: a data set, a snapshot, an end."""

from __future__ import annotations

from typing import Literal

from engine.settings.data_format import DataFormat
from engine.settings.model_kinds import ModelKind
from engine.settings.recipes import Recipe
from engine.settings.setting import Setting
from engine.settings.values import Settings, Value
from engine.wire.inside import Inside
from engine.wire.message import Message
from engine.wire.requests import Open
from engine.wire.statistics import Statistic
from engine.wire.values import (
    Cells,
    Curve,
    Drawn,
    Overlay,
    Reading,
    ReferenceLosses,
    RunSummary,
    State,
)


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
    settings: tuple[Setting, ...] = ()  # of the lab, whatever its runs are
    kinds: tuple[ModelKind, ...] = ()  # of models, with their settings
    recipes: tuple[Recipe, ...] = ()  # published runs of models of these kinds
    too_large: str = ""  # for models that see several symbols, and why; empty: it is not

    def kind_of(self, run: RunSummary) -> ModelKind:
        """What is known of the kind of a run's model."""
        return next(kind for kind in self.kinds if kind.kind == run.kind)


class Snapshot(Message, frozen=True):
    """Everything that changes, at one step of the selected run."""

    data: int  # number of the data set
    runs: tuple[RunSummary, ...]  # the compared one, the selected one; or all, see `Watch`
    selected: int  # number of the run that is trained and shown
    compared: int  # number of the run that it is compared with
    reason: str  # why its training failed; empty otherwise
    loss: float | None  # of its last step, before the update; None at step 0
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
    loss_nll: float | None = None  # `loss` without λ · mean(W²); None where the run has no λ
    is_diverging: bool = False  # the loss is above ten times ln V, and does not come back
    overlays: tuple[Overlay, ...] = ()  # the losses of the other runs
    rate: float | None = None  # of the next step; None: as it is set, or the run has none
    trained: int = 0  # runs that are being trained, the selected one perhaps among them
    inside: Inside | None = None  # see `Watch`

    def run(self, number: int) -> RunSummary:
        """The run of a number, which is among `runs`."""
        return next(run for run in self.runs if run.number == number)

    @property
    def selected_run(self) -> RunSummary:
        """The run that is trained and shown."""
        return self.run(self.selected)

    @property
    def compared_run(self) -> RunSummary:
        """The run that the selected one is compared with."""
        return self.run(self.compared)

    @property
    def run_settings(self) -> dict[str, Value]:
        """The settings of both runs that are shown; of what both have, the selected one's."""
        return self.compared_run.settings | self.selected_run.settings

    @property
    def state(self) -> State:
        """Whether the selected run trains."""
        return self.selected_run.state

    @property
    def step(self) -> int:
        """Updates that the selected run has made."""
        return self.selected_run.step

    @property
    def goal(self) -> int:
        """The step that the selected run trains to."""
        return self.selected_run.goal

    @property
    def nll(self) -> float:
        """The selected run's mean NLL of the training words, as it was measured last."""
        return self.selected_run.nll


class Ended(Message, frozen=True):
    """A training reached its goal, or failed; or a run made room for another."""

    run: str  # its name
    state: Literal["done", "failed", "made room"]
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
