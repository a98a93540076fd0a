"""What a checkpoint says of a lab in its header: all but arrays, names and marks. No numpy."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from engine.settings.data_format import HOLDS_OUT, DataFormat
from engine.settings.lab_settings import DEFAULTS
from engine.settings.model_kinds import kind_of
from engine.settings.values import NO_PACE_LIMIT, ModelSpec, Settings, Value
from engine.wire.values import State

WITH_RUNS: Final = 3  # the first version of the format that knows runs
VERSION: Final = 4  # of the format; raised by every change that an older lab would misread


def of_run(number: int, what: str) -> str:
    """Name the array that holds something of a run."""
    return f"runs.{number}.{what}"


def of_state(number: int, part: str = "") -> str:
    """Name the array that holds a part of a trainer's state; what all such names begin with."""
    return of_run(number, f"state.{part}")


def of_stream(side: str) -> str:
    """Name the array that holds the state of the stream of random numbers of one side."""
    return f"stream_{side}"


class SavedRun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A run without its arrays and its marks."""

    number: int
    name: str
    kind: str
    settings: dict[str, Value | None]  # None: without a limit, as JSON knows no infinity
    state: State
    reason: str  # why the training failed; empty where it did not
    step: int
    goal: int
    loss_nll: float | None  # the last loss without λ · mean(W²)
    is_pinned: bool
    tests: int = 0  # how often it was evaluated on the words of the last test

    @property
    def spec(self) -> ModelSpec:
        """Which model it is, younger settings at their defaults; raises BadSetting if none is."""
        given = {name: NO_PACE_LIMIT if v is None else v for name, v in self.settings.items()}
        return kind_of(self.kind).spec(given)

    @property
    def is_trained(self) -> bool:
        """Whether it has a trainer, and so arrays."""
        return kind_of(self.kind).goal > 0


class Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A lab without its arrays, its names and its marks."""

    version: int
    written_by: str  # "makemore-tui 0.1.0"
    data: str | None  # the data file, as a URI; None: the built-in names
    data_sha256: str  # of its bytes, in hexadecimal
    symbols: int  # V
    device: str  # that it was trained on
    kept_settings: dict[str, Any]  # of `Settings`
    runs: tuple[SavedRun, ...]  # in the order in which they were begun
    selected: int  # number of a run
    compared: int  # the same
    begun: int  # runs that the lab has had
    wanted: int  # names that were still to be drawn
    drawn: int  # names drawn since the stream's start
    data_format: DataFormat
    hold_out_data: str | None = None  # the file that is held out, as a URI
    hold_out_sha256: str = ""  # of its bytes

    def __post_init__(self) -> None:
        """Refuse runs that are not in their order, and two to be shown that are not there."""
        numbers = [run.number for run in self.runs]
        if numbers != sorted(set(numbers)):
            raise ValueError("its runs are not in the order of their numbers")
        if self.selected == self.compared or not {self.selected, self.compared} <= {*numbers}:
            raise ValueError("the two runs that it shows are not among its runs")

    @property
    def selected_run(self) -> SavedRun:
        """The run that is selected."""
        return next(run for run in self.runs if run.number == self.selected)

    @property
    def has_hold_out(self) -> bool:
        """Whether some of the data is held out."""
        is_named = self.hold_out_data is not None or self.data_format.split in HOLDS_OUT
        return is_named or bool(self.settings.hold_out)

    @property
    def settings(self) -> Settings:
        """The settings, younger ones at their defaults; raises ValidationError for bad ones."""
        if not self.kept_settings.keys() <= set(Settings.__struct_fields__):
            raise msgspec.ValidationError("other settings than those of this version")
        return msgspec.convert(msgspec.structs.asdict(DEFAULTS) | self.kept_settings, Settings)
