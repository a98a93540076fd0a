"""The thread that owns every tensor: it carries out requests, trains, and publishes snapshots.

Between two bursts of training it carries out all requests that have come, so that whatever a screen
is told belongs to one step. When nothing is due it waits, and takes no processor time at all.
"""

from __future__ import annotations

import logging
import math
import queue
import time
from collections import deque
from os.path import expanduser
from pathlib import Path
from typing import Final

import msgspec

from engine import snapshots
from engine.errors import EngineError, NoData
from engine.inbox import Audience, Inbox, Job, Joined, Left
from engine.lab import Lab
from engine.protocol import (
    Adjust,
    Answers,
    Configure,
    Done,
    Draw,
    Ended,
    Export,
    Open,
    Pause,
    Reset,
    Score,
    StepOnce,
    Text,
    Train,
    Watch,
)
from engine.reading import built_in_path
from engine.trainer import Burst

BURST_SECONDS: Final = 0.004  # how long a request waits, unless a single step takes longer
NAMES_PER_SECOND: Final = 5.0  # when sampling goes on by itself: as fast as one can read
RATE_SECONDS: Final = 1.0  # steps per second are those of the last second

log = logging.getLogger(__name__)


class Worker:
    """Owns the lab. Everything from outside comes through the inbox."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._audiences: list[Audience] = []
        self._lab: Lab | None = None
        self._number = 0  # of the data set
        self._next_step = 0.0
        self._next_name = 0.0
        self._burst = 1  # steps that take about BURST_SECONDS
        self._bursts: deque[tuple[float, int]] = deque()  # when each ended, and its steps

    def run(self) -> None:
        """Work until no more will come."""
        while True:
            try:
                item = self._inbox.get(timeout=self._seconds_to_wait())
                while item is not None:
                    self._take(item)
                    if self._lab is not None:
                        self._publish(self._lab)  # a long queue is seen to shrink
                    item = self._inbox.get_nowait()
                return
            except queue.Empty:
                pass
            if self._lab is not None:
                self._train(self._lab)
                self._sample(self._lab)
                self._publish(self._lab)

    # --- what comes from outside ------------------------------------------------------------------

    def _take(self, item: Joined | Left | Job) -> None:
        match item:
            case Joined(audience):
                self._audiences.append(audience)
                if self._lab is not None:
                    audience.publish(snapshots.dataset_opened(self._lab, self._number))
                    audience.stale = True
            case Left(audience):
                self._audiences.remove(audience)
            case Job(audience, request, answer):
                try:
                    answer(self._carry_out(audience, request))
                except EngineError as error:
                    answer(error)
                except Exception as error:  # a person gets a sentence, the log the traceback
                    log.exception("request %r", request)
                    answer(EngineError(f"the engine failed at this ({error}); see its log."))

    def _carry_out(self, audience: Audience, request: object) -> Answers:
        if isinstance(request, Open):
            self._open(request)
            return Done()
        lab = self._lab
        if lab is None:
            raise NoData("No data is open. Open a file first.")
        pace = lab.settings.pace
        match request:
            case Watch():
                snapshots.check_watch(lab, request)
                audience.watch, audience.stale, audience.due = request, True, 0.0
                return Done()
            case Score(word):
                return snapshots.scored(lab, word)
            case Export(what, view):
                return Text(snapshots.exported(lab, what, view))
            case Train(more):
                if lab.state != "training":
                    self._bursts.clear()
                    self._next_step = time.monotonic()
                lab.train(more)
            case Pause():
                lab.pause()
            case StepOnce():
                self._made(lab, lab.step_once())
                self._bursts.clear()  # no rate to speak of
            case Reset(seed):
                lab.reset(seed)
                self._bursts.clear()
            case Configure():
                changes = msgspec.structs.asdict(request).items()
                lab.configure(**{k: value for k, value in changes if value is not msgspec.UNSET})
            case Adjust(setting, by):
                lab.adjust(setting, by)
            case Draw(count):
                lab.draw(count)
        if lab.settings.pace != pace:
            self._next_step = time.monotonic()  # not only when the old pace's next step is due
        self._changed()
        return Done()

    def _open(self, request: Open) -> None:
        path = built_in_path() if request.path is None else Path(expanduser(request.path))
        self._lab = Lab(path, request.hold_out, request.device, request.seed, request.pace)
        self._number += 1
        self._bursts.clear()
        self._burst = 1
        for audience in self._audiences:
            # What was watched may lie outside the new matrix.
            audience.watch = Watch(frames=audience.watch.frames)
            audience.publish(snapshots.dataset_opened(self._lab, self._number))
        self._changed()

    # --- what goes on by itself -------------------------------------------------------------------

    def _train(self, lab: Lab) -> None:
        now = time.monotonic()
        if lab.state != "training" or now < self._next_step:
            return
        pace = lab.settings.pace
        if pace < math.inf:
            steps = max(1, round(pace * BURST_SECONDS))
            period = steps / pace
            late = now - self._next_step > max(period, 1.0)  # the machine slept, say
            self._next_step = (now if late else self._next_step) + period
        else:
            steps = self._burst
        burst = lab.advance(steps)
        elapsed = time.monotonic() - now
        if pace == math.inf:
            self._burst = max(1, min(2 * steps, int(steps * BURST_SECONDS / elapsed)))
        self._made(lab, burst)

    def _made(self, lab: Lab, burst: Burst) -> None:
        """Some steps were made: take note, and tell everybody if they were the last."""
        now = time.monotonic()
        self._bursts.append((now, len(burst.losses)))
        while len(self._bursts) > 2 and now - self._bursts[0][0] > RATE_SECONDS:
            self._bursts.popleft()
        self._changed()
        if lab.state in ("done", "failed"):
            self._publish(lab, at_once=True)
            ended = Ended(
                state="done" if lab.state == "done" else "failed",
                step=lab.trainer.step,
                loss=lab.history.last,
                reason=lab.reason,
            )
            for audience in self._audiences:
                audience.publish(ended)

    def _sample(self, lab: Lab) -> None:
        now = time.monotonic()
        if lab.settings.keep_sampling and lab.wanted == 0 and now >= self._next_name:
            lab.draw(1)
            self._next_name = now + 1 / NAMES_PER_SECOND
        while lab.wanted:
            lab.draw_next()
            self._changed()
            if time.monotonic() > now + BURST_SECONDS:
                break

    def _publish(self, lab: Lab, at_once: bool = False) -> None:
        now = time.monotonic()
        for audience in self._audiences:
            if audience.stale and (at_once or now >= audience.due):
                audience.publish(
                    snapshots.snapshot(lab, self._number, audience.watch, self._steps_per_second())
                )
                audience.stale, audience.due = False, now + 1 / audience.watch.frames

    # --- time -------------------------------------------------------------------------------------

    def _changed(self) -> None:
        for audience in self._audiences:
            audience.stale = True

    def _steps_per_second(self) -> float:
        """Over the last second; 0 where there was no burst."""
        if len(self._bursts) < 2:
            return 0.0
        seconds = self._bursts[-1][0] - self._bursts[0][0]
        steps = sum(steps for _, steps in self._bursts) - self._bursts[0][1]
        return steps / seconds if seconds else 0.0

    def _seconds_to_wait(self) -> float | None:
        """Until something is due; None: for ever."""
        due = [audience.due for audience in self._audiences if audience.stale]
        if self._lab is not None and self._lab.state == "training":
            due.append(0.0 if self._lab.settings.pace == math.inf else self._next_step)
        if self._lab is not None and self._lab.wanted:
            due.append(0.0)
        elif self._lab is not None and self._lab.settings.keep_sampling:
            due.append(self._next_name)
        return max(0.0, min(due) - time.monotonic()) if due else None
