"""A `LabDriver` trains a lab's runs at their pace, draws names, and does what clients ask of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Literal

from engine.lab import snapshots
from engine.lab.lab import Lab
from engine.lab.pacing import BURST_SECONDS, Pacing
from engine.lab.run import Run
from engine.wire.answers import Answers, Done, Text
from engine.wire.events import Ended
from engine.wire.requests import (
    Adjust,
    BeginRun,
    ChangeRun,
    CompareRun,
    Configure,
    DeleteRun,
    Draw,
    Export,
    Pause,
    Reset,
    Score,
    SelectRun,
    StepOnce,
    Train,
)

NAMES_PER_SECOND: Final = 5.0  # when sampling goes on by itself: as fast as one can read
TEXTS_PER_SECOND: Final = 0.5


class LabDriver:
    """Carries out requests on a lab, and trains and draws whenever that is due.

    Only the lab's thread may use it.
    """

    def __init__(
        self,
        lab: Lab,
        changed: Callable[[], None],
        drew: Callable[[], None],
        rests: Callable[[], None],
        ended: Callable[[Ended], None],
    ) -> None:
        """Begin with a lab that neither trains nor draws.

        Args:
            lab: the lab to run.
            changed: called when anything of the lab has changed.
            drew: called when names have come that nobody asked for, or a loss was measured: there
                is nothing to keep.
            rests: called when a training is interrupted.
            ended: called when a training has come to its end, or a run has made room.
        """
        self.lab = lab
        self._changed = changed
        self._drew = drew
        self._unasked = 0  # names that are still to be drawn though nobody asked
        self._rests = rests
        self._ended = ended
        self._pacings: dict[int, Pacing] = {}  # by the run's number
        self._next_name = 0.0

    @property
    def steps_per_second(self) -> float:
        """How fast the selected run trains."""
        return self._pacing(self.lab.selected).per_second

    @property
    def is_training(self) -> bool:
        """Whether any run trains."""
        return self.lab.trained > 0

    @property
    def due(self) -> float | None:
        """The moment to call `go_on`, on the monotonic clock; None if only a request makes one."""
        due = [
            self._pacing(run).next(_pace(run)) for run in self.lab.runs if run.state == "training"
        ]
        if self.lab.wanted:
            due.append(0.0)
        elif self.lab.settings.keep_sampling:
            due.append(self._next_name)
        if self._unmeasured is not None:
            due.append(0.0)
        return min(due, default=None)

    @property
    def _unmeasured(self) -> Run | None:
        """A run that rests, and whose loss is that of earlier weights."""
        return next((run for run in self.lab.runs if not run.is_measured), None)

    def draw_first_names(self) -> None:
        """Draw some names of a lab that has just begun, so that there is something to see."""
        self._unasked = self.lab.at_once
        self.lab.draw(self._unasked)

    def carry_out(self, request: object) -> Answers:
        """Do what a client asks of a lab that is open.

        Raises:
            EngineError: it cannot be done; says why.
        """
        lab, run, before = self.lab, self.lab.selected, [*self.lab.runs]
        paces = {each.number: _pace(each) for each in lab.runs if each.trainer is not None}
        match request:
            case Score(word):
                return snapshots.scored(lab, word)
            case Export(what, view):
                return Text(snapshots.exported(lab, what, view))
            case Train(more):
                if run.state != "training":
                    self._pacing(run).clear()
                    self._pacing(run).begin()
                run.train(more)
            case Pause():
                run.pause()
                self._rests()
            case StepOnce():
                lab.step_once()
                self._pacing(run).clear()
                self._advanced(run)
            case Reset(by):
                seed = (int(run.settings.get("seed", 0)) + by) % 2**64
                lab.begin_again(run, {"seed": seed} if by else {})
            case BeginRun(kind, settings, name, steps):
                lab.runs.begin(kind, settings, name, steps)
                lab.draw_again()
            case SelectRun(number, by):
                lab.runs.select(lab.runs.later(by).number if number is None else number)
                lab.draw_again()
            case CompareRun(number):
                lab.runs.compare(number)
                lab.draw_again()
            case ChangeRun(number, name, is_pinned):
                if name is not None:
                    lab.runs.rename(number, name)
                if is_pinned is not None:
                    lab.runs.of(number).is_pinned = is_pinned
            case DeleteRun(number):
                lab.delete_run(number)
                self._pacings.pop(number, None)
            case Configure(settings):
                lab.configure(settings)
            case Adjust(setting, by):
                lab.adjust(setting, by)
            case Draw(count):
                lab.draw(count)
        names = {each.name for each in lab.runs}  # one that is begun again hands its name on
        for each in before:
            if each.name not in names and not isinstance(request, DeleteRun):
                last = each.history.last
                self._ended(Ended(each.name, "made room", each.step, last, ""))
        for each in lab.runs:
            if each.number in paces and _pace(each) != paces[each.number]:
                self._pacing(each).begin()  # not only when the old pace's next step is due
        self._changed()
        return Done()

    def go_on(self) -> None:
        """Train, draw and measure as much as is due by now."""
        self._train()
        self._sample()
        if (run := self._unmeasured) is not None:
            run.measure_on()
            if run.is_measured:
                self._drew()

    def _pacing(self, run: Run) -> Pacing:
        return self._pacings.setdefault(run.number, Pacing())

    def _train(self) -> None:
        """Make a burst of each run that is due: those that train share the time evenly.

        A run waits for a name that is drawn from it in part.
        """
        drawing = [*self.lab.drawn_from.values()] if self.lab.sampler.is_drawing else []
        runs = [run for run in self.lab.runs if run.state == "training" and run not in drawing]
        for run in runs:
            pacing, began = self._pacing(run), time.monotonic()
            if steps := pacing.steps(_pace(run)):
                if made := self.lab.advance(run, steps):
                    pacing.made(made, time.monotonic() - began, _pace(run))
                self._advanced(run)

    def _advanced(self, run: Run) -> None:
        """Tell the owner of the steps that were just made, and of the end if there is one."""
        self._changed()
        if run.state in ("done", "failed"):
            self._rests()
            state: Literal["done", "failed"] = "done" if run.state == "done" else "failed"
            self._ended(Ended(run.name, state, run.step, run.history.last, run.reason))

    def _sample(self) -> None:
        lab, now = self.lab, time.monotonic()
        if lab.settings.keep_sampling and lab.wanted == 0 and now >= self._next_name:
            lab.draw(1)
            per_second = TEXTS_PER_SECOND if lab.corpus.is_text else NAMES_PER_SECOND
            self._next_name = now + 1 / per_second
        was_drawing = lab.sampler.is_drawing
        while lab.wanted:
            is_drawn = lab.draw_on()
            if is_drawn and self._unasked:
                self._unasked -= 1
                self._drew()
            elif is_drawn:
                self._changed()
            if (is_drawn and was_drawing) or time.monotonic() > now + BURST_SECONDS:
                break  # before another begins, those have their turn that have waited for this one


def _pace(run: Run) -> float:
    """Steps per second; infinite: no limit."""
    return float(run.settings["pace"])
