"""An engine made of figures: it answers at once, and does what a test tells it to."""

from __future__ import annotations

import asyncio
import math
import os
from array import array
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from typing import Any

import msgspec

from engine.settings.data_format import DataFormat
from engine.settings.lab_settings import DEFAULTS
from engine.settings.model_kinds import KINDS
from engine.settings.setting import setting_in
from engine.settings.values import Value
from engine.wire.answers import (
    Answers,
    Browsed,
    Description,
    Done,
    Examined,
    GoesOn,
    OpenAlready,
    OtherLab,
    Saved,
    Scored,
    Text,
)
from engine.wire.client import EngineError, LabGone, LinkDown
from engine.wire.events import DatasetOpened, Ended, Events, Snapshot, Stopped
from engine.wire.requests import (
    Adjust,
    BeginRun,
    Browse,
    ChangeRun,
    CompareRun,
    Configure,
    DeleteLab,
    DeleteRun,
    Describe,
    Examine,
    Export,
    Open,
    Pause,
    RenameLab,
    Requests,
    Reset,
    Resume,
    Save,
    Score,
    SelectRun,
    Train,
    Watch,
)
from engine.wire.values import (
    Cells,
    Character,
    Drawn,
    Entry,
    Name,
    Reading,
    RecentFile,
    ReferenceLosses,
    State,
)
from tests.tui.fake_data import dataset, made_up_count
from tests.tui.fake_inside import ALL, made_up_inside
from tests.tui.fake_runs import FakeRun, noise

SETTINGS = msgspec.structs.replace(DEFAULTS, source="compared")  # of the lab


def of_selected(name: str) -> Any:
    """A property of the selected run, which a test may read and set of the engine too."""
    return property(
        lambda engine: getattr(engine.selected, name),
        lambda engine, value: setattr(engine.selected, name, value),
    )


class FakeConnection:
    """Keeps what was asked; tells what it is told to tell."""

    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine
        self.news: asyncio.Queue[Events | EngineError | None] = asyncio.Queue()

    async def call(self, request: Requests) -> Answers:
        return await self._engine.answer(request)

    async def events(self) -> AsyncIterator[Events]:
        while (event := await self.news.get()) is not None:
            if isinstance(event, EngineError):
                raise event
            yield event


class FakeEngine:
    """Behaves like an engine whose training is done by a test: `step_to`, `fail`, `die`."""

    name = "names"
    host = ""
    state = of_selected("state")
    step = of_selected("step")
    goal = of_selected("goal")
    losses = of_selected("losses")
    held_out = of_selected("held_out")
    marks = of_selected("marks")

    @property
    def attach_command(self) -> str:
        there = f"--host {self.host} " if self.host else ""
        return f"makemore-tui attach {there}{self.name}"

    @property
    def silence(self) -> str:
        return f"{self.name} does not answer: its process, 1, is stopped."

    def renamed(self, name: str) -> None:
        self.name = name

    def go_on_command(self, saved: str, lab: str) -> str:
        return f"makemore-tui attach {lab}" if lab else f"makemore-tui --resume {saved}"

    def __init__(self, data: DatasetOpened | None = None, *, slow: bool = False) -> None:
        self.data = data or dataset()
        self.requests: list[Requests] = []
        self.refuse: dict[type, str] = {}  # requests that fail, and with what sentence
        self.answers: dict[type, Answers] = {}  # to requests, instead of the usual
        self.starts = 0
        self.attached = False  # whether only a running engine would have done
        self.stops = 0
        self.leaves = 0
        self.cannot_save = ""
        self.is_open = False  # some data
        self.is_asked = True  # what is open already
        self.opened = 0  # how often data was
        self.left_at: str | None = None  # the save that a new engine can go on with
        self.clients = 1  # as it tells
        self.others: int | None = None  # screens, in the moment in which one leaves
        self.trouble = ""
        self.wait = asyncio.Event()  # start() rests here until a test sets it
        if not slow:
            self.wait.set()
        self.settings = SETTINGS
        self.runs: list[FakeRun] = []
        self.compared = self.begin("counts")
        self.selected = self.begin("bigram", "net")
        self.reason = ""
        self.rate: float | None = None  # the schedule's
        self.is_diverging = False
        self.places: int | None = None  # that each P is averaged over
        self.has_inside = ALL  # the pictures of the selected run
        self.names: list[Drawn] = []
        self.newest_from = 0  # the first name of the last draw
        self.files: dict[str, tuple[Entry, ...]] = {}  # by the head of their paths
        self.labs: tuple[OtherLab, ...] = ()
        self.recent: tuple[RecentFile, ...] = ()
        self.examined: dict[str | None, Examined] = {}  # by path
        self.exports: dict[str, str] = {}
        self.watch: Watch | None = None
        self.epitaph = "The engine was ended by SIGKILL. Its log is /tmp/engine.log."
        self.connection: FakeConnection | None = None
        self.start_error: str | None = None
        self.link_down = False
        self.began = 1000.0  # seconds since 1970
        self.gone: LabGone | None = None  # what the next start finds

    # --- what the screen calls

    async def start(self, *, attach: bool = False) -> FakeConnection:
        self.starts += 1
        self.attached = attach
        await self.wait.wait()
        if self.gone is not None:
            gone, self.gone = self.gone, None
            raise gone
        if self.start_error:
            raise (LinkDown if self.link_down else EngineError)(self.start_error)
        self.connection = FakeConnection(self)
        if self.is_open:
            self.tell(self.data)
        return self.connection

    async def leave(self) -> None:
        self.leaves += 1
        self.hang_up()

    async def stop(self, *, save: bool = True, unless_needed: bool = False) -> GoesOn | None:
        others = self.clients - 1 if self.others is None else self.others
        if unless_needed and (others or self.description().trained):
            return GoesOn("watched" if others else "training")
        if save and self.cannot_save:
            raise EngineError(self.cannot_save)
        self.stops += 1
        saved = "/saves/newest" if save and self.step else None
        self.is_stopped(Stopped("screen", saved, lab=self.name if saved else ""))
        return None

    async def obituary(self) -> str:
        return self.epitaph

    async def answer(self, request: Requests) -> Answers:
        self.requests.append(request)
        if type(request) in self.refuse:
            raise EngineError(self.refuse[type(request)])
        if type(request) in self.answers:
            return self.answers[type(request)]
        match request:
            case Describe():
                return self.description()
            case Open(unless_open=True) | Resume(unless_open=True) if self.is_open:
                return OpenAlready(self.data.path, self.is_asked)
            case Open() | Resume():
                if isinstance(request, Resume) and not (request.path or self.left_at):
                    raise EngineError("there is no automatic save to go on from.")
                self.is_open = True
                self.opened += 1
                if isinstance(request, Open):
                    again = msgspec.structs.replace(request, save_to=None, unless_open=False)
                    self.data = msgspec.structs.replace(self.data, opening=again)
                self.tell(self.data)
            case Save(path):
                return Saved(path)
            case Watch():
                self.watch = request
            case Train(more=more):
                self.state, self.goal = "training", self.goal + more
            case Pause():
                self.state = "paused"
            case Reset(by=by):
                seed = int(self.selected.settings["seed"]) + by
                self._begin_again(self.selected, {"seed": seed} if by else {})
            case Adjust(setting=setting, by=by):
                self._configure({setting: self._moved(setting, by)})
            case Configure(settings=settings):
                self._configure(settings)
            case BeginRun(kind=kind, settings=settings, name=name, steps=steps):
                self.selected = self.begin(kind, name, settings)
                self.goal = steps or self.goal
            case SelectRun(run=number, by=by):
                if number is None:
                    at = (self.runs.index(self.selected) + by) % len(self.runs)
                    number = self.runs[at].number
                before, self.selected = self.selected, self.run(number)
                self.compared = before if self.selected is self.compared else self.compared
            case CompareRun(run=number):
                self.compared = self.run(number)
            case ChangeRun(run=number, name=new_name, is_pinned=is_pinned):
                run = self.run(number)
                run.name = run.name if new_name is None else new_name
                run.is_pinned = run.is_pinned if is_pinned is None else is_pinned
            case DeleteRun(run=number):
                self.runs.remove(self.run(number))
                others = [run for run in self.runs if run is not self.compared]
                self.selected = self.selected if self.selected in self.runs else others[-1]
                others = [run for run in self.runs if run is not self.selected]
                self.compared = self.compared if self.compared in self.runs else others[0]
            case Score(word=word):
                word_ = [self.data.labels[0], *word, self.data.labels[0]]
                pairs = pairwise(word_)
                characters = tuple(Character(a, b, 0.25, 0.125) for a, b in pairs)
                return Scored(characters, False, self.compared.name, self.selected.name)
            case Export(what=what, view=view):
                return Text(self.exports.get(what, f"{what},{view}\n1,2\n"))
            case Browse(path=path):
                return self._browsed(path)
            case RenameLab(name=name, new=new):
                self.labs = tuple(
                    msgspec.structs.replace(lab, name=new) if lab.name == name else lab
                    for lab in self.labs
                )
            case DeleteLab(name=name):
                self.labs = tuple(lab for lab in self.labs if lab.name != name)
            case Examine(path=path, options=options):
                how = DataFormat("lines", comments=options)  # as if they named the comments' prefix
                return self.examined.get(path, Examined(how, None, options, ""))
        self.tell_snapshot()
        return Done()

    def _configure(self, settings: dict[str, Value]) -> None:
        for name, value in settings.items():
            run = self._run_with(name)
            if run is None:
                self.settings = msgspec.structs.replace(self.settings, **{name: value})
            elif run.kind.setting(name).begins_run:
                self._begin_again(run, {name: value})
            else:
                run.settings = {**run.settings, name: value}

    def _moved(self, name: str, by: int) -> Value:
        run = self._run_with(name)
        if run is not None:
            return run.kind.setting(name).moved(run.settings[name], by)
        setting = setting_in(self.data.settings, name)
        assert setting is not None
        return setting.moved(getattr(self.settings, name), by)

    def _run_with(self, name: str) -> FakeRun | None:
        return next((run for run in (self.selected, self.compared) if name in run.settings), None)

    def _begin_again(self, run: FakeRun, changes: dict[str, Value]) -> None:
        settings = run.settings | changes
        if run.step:
            self.selected = self.begin(run.kind.kind, "", settings)
        else:
            run.settings = settings

    def _browsed(self, path: str) -> Browsed:
        head, slash, stem = path.rpartition("/")
        found = [e for e in self.files.get(head + slash, ()) if e.name.startswith(stem)]
        common = os.path.commonprefix([entry.name for entry in found])  # noqa: RUF071
        labs = () if path else self.labs
        return Browsed(head + slash, tuple(found), common, 0, 0, True, self.recent, labs)

    # --- what a test does

    def asked(self, kind: type) -> list[Any]:
        return [request for request in self.requests if isinstance(request, kind)]

    def tell(self, event: Events) -> None:
        if self.connection is not None:
            self.connection.news.put_nowait(event)

    def tell_snapshot(self) -> None:
        if self.watch is not None:
            self.tell(self.snapshot())

    def begin(self, kind: str, name: str = "", settings: dict[str, Value] | None = None) -> FakeRun:
        """Begin another run, which is not selected."""
        if not name and any(run.name == kind for run in self.runs):
            name = f"{kind} {len(self.runs)}"
        number = max((run.number for run in self.runs), default=0) + 1
        self.runs.append(FakeRun(number, KINDS[kind], name, settings or {}))
        return self.runs[-1]

    def run(self, number: int) -> FakeRun:
        return next(run for run in self.runs if run.number == number)

    def step_to(self, step: int, state: State = "training") -> None:
        """Train the selected run."""
        self.selected.train_to(step)
        self.state = state
        self.tell_snapshot()

    def draw(self, count: int = 10, source: str = "compared") -> None:
        self.newest_from = len(self.names)
        for n in range(len(self.names), len(self.names) + count):
            made = ("mor", "axx", "minaymoryles", "kondlaisah", "anchshizarie", "cony", "a",
                    "emma", "junide", "xavierannabellemariahsophiaelizabeth")[n % 10]  # fmt: skip
            name = Name(made, 2.1 + n % 7 / 5, made == "emma", n % 10 != 9, current=True)
            other = Name(made[::-1], 2.3, False, step=self.step, current=True)
            self.names.append(
                Drawn(
                    n,
                    name if source != "selected" else None,
                    other if source != "compared" else None,
                )
            )
        self.tell_snapshot()

    def fail(self, reason: str) -> None:
        self.state, self.reason = "failed", reason
        self.tell_snapshot()
        self.tell(Ended(self.selected.name, "failed", self.step, None, reason))

    def die(self) -> None:
        self.is_open = False
        self.hang_up()

    def is_stopped(self, event: Stopped) -> None:
        """End, because another screen wants it, or a signal."""
        self.tell(event)
        self.die()

    def hang_up(self) -> None:
        if self.connection is not None:
            self.connection.news.put_nowait(None)
            self.connection = None

    def snapshot(self) -> Snapshot:
        watch, selected, compared = self.watch or Watch(), self.selected, self.compared
        runs = self.runs if watch.all_runs else (compared, selected)
        loss = selected.losses[-1] if selected.losses else None
        decay = selected.settings.get("regularisation")
        return Snapshot(
            data=self.data.number, runs=tuple(run.summary() for run in runs),
            selected=selected.number, compared=compared.number, reason=self.reason, loss=loss,
            steps_per_second=20.0 if self.state == "training" else 0.0, settings=self.settings,
            lines=ReferenceLosses(2.4540, compared.nll, 3.2958, compared.held_out_nll),
            cells=self._cells(watch),
            reading=self._reading(watch.cursor),
            curve=selected.curve(self._width_of_columns(selected)),
            names=tuple(self.names[-watch.names :]) if watch.names else (),
            drawn=len(self.names), clients=self.clients, trouble=self.trouble,
            loss_nll=None if loss is None or decay is None else loss - 1.5 * float(decay),
            is_diverging=self.is_diverging, newest_from=self.newest_from,
            overlays=tuple(run.overlay(self._width_of_columns(run, selected)) for run in self.runs
                           if run is not selected and run.losses),
            rate=self.rate, trained=sum(run.state == "training" for run in self.runs),
            inside=None if watch.inside is None else made_up_inside(watch.inside, self.has_inside),
        )  # fmt: skip

    def description(self) -> Description:
        return Description(
            "names", self.data.path if self.is_open else None, "bigram", "cpu", self.state,
            self.step, self.goal, None, self.clients, self.began, 1, self.left_at,
            sum(run.state == "training" for run in self.runs),
        )  # fmt: skip

    def value(self, view: str, row: int, column: int) -> float:
        compared, selected = (
            run.probability(row, column, self.data.frequencies)
            for run in (self.compared, self.selected)
        )
        share = self.step / (self.step + 20)
        views: dict[str, Callable[[], float]] = {
            "counts": lambda: float(made_up_count(row, column)),
            "compared": lambda: compared,
            "selected": lambda: selected,
            "weights": lambda: noise(row, column) * 2 + share * (math.log(selected or 1) + 4),
            "difference": lambda: selected - compared,
        }
        return views[view]()

    def _cells(self, watch: Watch) -> Cells | None:
        if not watch.rows:
            return None
        values = [self.value(watch.view, r, c) for r in watch.rows for c in watch.columns]
        return Cells(
            watch.view, watch.rows, watch.columns, array("d", values).tobytes(),
            min(values), max(values), None if watch.view == "counts" else self.places,
        )  # fmt: skip

    def _reading(self, cursor: tuple[int, int] | None) -> Reading | None:
        if cursor is None:
            return None
        row, column = cursor
        return Reading(
            row, column, made_up_count(row, column), self.data.frequencies[row], 3,
            self.value("compared", row, column), self.value("selected", row, column),
            self.value("weights", row, column) if "weights" in self.selected.kind.views else None,
        )  # fmt: skip

    def _width_of_columns(self, *runs: FakeRun) -> int:
        """How many steps a column of the loss holds, so that the longest of the runs fits."""
        columns = max(1, self.watch.loss_columns if self.watch else 40)
        return max(1, -(-max(len(run.losses) for run in runs) // columns))
