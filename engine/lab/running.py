"""`Running` trains a lab at its pace, draws its names, and does what clients ask of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Literal

import msgspec

from engine.lab import snapshots
from engine.lab.lab import Lab
from engine.lab.pacing import BURST_SECONDS, Pacing
from engine.wire.answers import Answers, Done, Text
from engine.wire.events import Ended
from engine.wire.requests import (
    Adjust,
    Configure,
    Draw,
    Export,
    Pause,
    Reset,
    Score,
    StepOnce,
    Train,
)

NAMES_PER_SECOND: Final = 5.0  # when sampling goes on by itself: as fast as one can read
TEXTS_PER_SECOND: Final = 0.5


class Running:
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
            drew: called when names have come that nobody asked for: there is nothing to keep.
            rests: called when a training is interrupted.
            ended: called when a training has come to its end.
        """
        self.lab = lab
        self._changed = changed
        self._drew = drew
        self._unasked = 0  # names that are still to be drawn though nobody asked
        self._rests = rests
        self._ended = ended
        self._pacing = Pacing()
        self._next_name = 0.0

    @property
    def steps_per_second(self) -> float:
        """How fast it trains."""
        return self._pacing.per_second

    @property
    def is_training(self) -> bool:
        """Whether it trains."""
        return self.lab.state == "training"

    @property
    def due(self) -> float | None:
        """The moment to call `go_on`, on the monotonic clock; None if only a request makes one."""
        due = []
        if self.is_training:
            due.append(self._pacing.next(self.lab.settings.pace))
        if self.lab.wanted:
            due.append(0.0)
        elif self.lab.settings.keep_sampling:
            due.append(self._next_name)
        return min(due, default=None)

    def draw_first_names(self) -> None:
        """Draw some names of a lab that has just begun, so that there is something to see."""
        self._unasked = self.lab.at_once
        self.lab.draw(self._unasked)

    def carry_out(self, request: object) -> Answers:
        """Do what a client asks of a lab that is open.

        Raises:
            EngineError: it cannot be done; says why.
        """
        lab, pace = self.lab, self.lab.settings.pace
        match request:
            case Score(word):
                return snapshots.scored(lab, word)
            case Export(what, view):
                return Text(snapshots.exported(lab, what, view))
            case Train(more):
                if not self.is_training:
                    self._pacing.clear()
                    self._pacing.begin()
                lab.train(more)
            case Pause():
                lab.pause()
                self._rests()
            case StepOnce():
                lab.step_once()
                self._pacing.clear()
                self._advanced()
            case Reset(by):
                lab.reset((lab.settings.seed + by) % 2**64 if by else None)
                self._pacing.clear()
            case Configure():
                changes, seed = msgspec.structs.asdict(request).items(), lab.settings.seed
                lab.configure(**{k: value for k, value in changes if value is not msgspec.UNSET})
                if lab.settings.seed != seed:
                    self._pacing.clear()
            case Adjust(setting, by):
                lab.adjust(setting, by)
            case Draw(count):
                lab.draw(count)
        if lab.settings.pace != pace:
            self._pacing.begin()  # not only when the old pace's next step is due
        self._changed()
        return Done()

    def go_on(self) -> None:
        """Train and draw as much as is due by now."""
        self._train()
        self._sample()

    def _train(self) -> None:
        pace, began = self.lab.settings.pace, time.monotonic()
        if not self.is_training or (steps := self._pacing.steps(pace)) == 0:
            return
        burst = self.lab.advance(steps)
        self._pacing.made(len(burst.losses), time.monotonic() - began, pace)
        self._advanced()

    def _advanced(self) -> None:
        """Tell the owner of the steps that were just made, and of the end if there is one."""
        self._changed()
        if self.lab.state in ("done", "failed"):
            self._rests()
            state: Literal["done", "failed"] = "done" if self.lab.state == "done" else "failed"
            losses = self.lab.history
            self._ended(Ended(state, self.lab.trainer.step, losses.last, self.lab.reason))

    def _sample(self) -> None:
        lab, now = self.lab, time.monotonic()
        if lab.settings.keep_sampling and lab.wanted == 0 and now >= self._next_name:
            lab.draw(1)
            per_second = TEXTS_PER_SECOND if lab.corpus.is_text else NAMES_PER_SECOND
            self._next_name = now + 1 / per_second
        while lab.wanted:
            lab.draw_next()
            if self._unasked:
                self._unasked -= 1
                self._drew()
            else:
                self._changed()
            if time.monotonic() > now + BURST_SECONDS:
                break
