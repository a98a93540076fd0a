"""The thread that owns every tensor: it carries out requests, trains, and publishes snapshots.

Between two bursts of training it carries out all requests that have come, so that whatever a screen
is told belongs to one step. When nothing is due it waits, and takes no processor time at all.
"""

from __future__ import annotations

import contextlib
import logging
import math
import queue
import threading
import time
from os.path import expanduser
from pathlib import Path
from typing import Final, Literal

import msgspec

from engine import checkpoint, snapshots
from engine.errors import BadSetting, EngineError, NoData
from engine.home import Home
from engine.inbox import Audience, Inbox, Job, Joined, Kept, Left
from engine.keeper import Keeper
from engine.lab import Lab
from engine.protocol import (
    Adjust,
    Answers,
    Configure,
    Describe,
    Done,
    Draw,
    Ended,
    Export,
    Open,
    Pause,
    Reset,
    Resume,
    Save,
    Score,
    StepOnce,
    Stop,
    Stopped,
    Text,
    Train,
    Watch,
)
from engine.rate import Rate
from engine.reading import built_in_path
from engine.trainer import Burst

SECONDS_TO_COME: Final = 10.0  # for the screen that started the engine
BURST_SECONDS: Final = 0.004  # how long a request waits, unless a single step takes longer
NAMES_PER_SECOND: Final = 5.0  # when sampling goes on by itself: as fast as one can read

log = logging.getLogger(__name__)


class Worker:
    """Owns the lab. Everything from outside comes through the inbox."""

    def __init__(self, inbox: Inbox, home: Home) -> None:
        """A worker without data.

        Args:
            inbox: what it is to do.
            home: whose lab it is, and where it is saved.
        """
        self._inbox = inbox
        self._home = home
        self._keeper = Keeper(home.autosaves, home.save_seconds, lambda: inbox.put(Kept()))
        self._audiences: list[Audience] = []
        self._over = False
        self._stopped_by: Literal["screen", "signal"] = "signal"
        # Without a screen or a training; the first screen is on its way.
        self._alone_since = time.monotonic() + SECONDS_TO_COME
        self._lab: Lab | None = None
        self._number = 0  # of the data set
        self._next_step = 0.0
        self._next_name = 0.0
        self._burst = 1  # steps that take about BURST_SECONDS
        self._rate = Rate()

    def run(self) -> None:
        """Work until no more will come, until told to stop, or until nobody needs it.

        What is worth it is saved before the end.

        Raises:
            EngineError: it could not be saved.
        """
        while not self._over:
            with contextlib.suppress(queue.Empty):
                item = self._inbox.get(timeout=self._seconds_to_wait())
                while item is not None and not self._over:
                    self._take(item)
                    if self._lab is not None:
                        self._publish(self._lab)  # a long queue is seen to shrink
                    item = self._inbox.get_nowait()
                self._over = True
            if self._lab is not None and not self._over:
                self._train(self._lab)
                self._sample(self._lab)
                self._publish(self._lab)
                self._keeper.keep(self._lab)
            self._over = self._over or self._is_forsaken()
        trouble = ""
        try:
            if self._lab is not None:
                self._keeper.finish(self._lab)
        except EngineError as error:
            trouble = str(error)
            raise
        finally:
            self._keeper.wait()
            self._take_leave(trouble)

    # --- what comes from outside ------------------------------------------------------------------

    def _take(self, item: Joined | Left | Job | Kept) -> None:
        match item:
            case Joined(audience):
                self._audiences.append(audience)
                if self._lab is not None:
                    audience.publish(snapshots.dataset_opened(self._lab, self._number))
                    audience.stale = True
            case Left(audience):
                self._audiences.remove(audience)
                if audience.is_screen:
                    self._alone_since = time.monotonic()
                    self._stale()
            case Kept():
                self._stale()  # the trouble that there was, or is over
            case Job(audience, request, answer):
                try:
                    if not isinstance(request, Describe) and not audience.is_screen:
                        audience.is_screen = True
                        self._stale()
                    if isinstance(request, Save):
                        self._keeper.save_as(self._opened(), request, answer)
                    else:
                        answer(self._carry_out(audience, request))
                except EngineError as error:
                    answer(error)
                except Exception as error:  # a person gets a sentence, the log the traceback
                    log.exception("request %r", request)
                    answer(EngineError(f"the engine failed at this ({error}); see its log."))

    def _carry_out(self, audience: Audience, request: object) -> Answers:
        match request:
            case Open():
                self._open(request)
                return Done()
            case Resume():
                self._resume(request)
                return Done()
            case Describe():
                return self._home.described(self._lab, self._screens)
            case Stop(save):
                self._stop(save)
                return Done()
        lab = self._opened()
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
                    self._rate.clear()
                    self._next_step = time.monotonic()
                lab.train(more)
            case Pause():
                lab.pause()
                self._rest()
            case StepOnce():
                self._made(lab, lab.step_once())
                self._rate.clear()  # no rate to speak of
            case Reset(seed):
                lab.reset(seed)
                self._rate.clear()
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

    def _opened(self) -> Lab:
        if self._lab is None:
            raise NoData("No data is open. Open a file first.")
        return self._lab

    def _open(self, request: Open) -> None:
        path = built_in_path() if request.path is None else Path(expanduser(request.path))
        self._adopt(Lab(path, request.hold_out, request.device, request.seed, request.pace))

    def _resume(self, request: Resume) -> None:
        saved = request.path or self._home.crashed_at
        if saved is None:
            raise BadSetting("there is no automatic save of a lab that crashed. Name a file.")
        data = None if request.data is None else Path(expanduser(request.data))
        self._adopt(checkpoint.load(Path(expanduser(saved)), data=data, device=request.device))
        self._keeper.changed(at_once=True)  # from now on, a crash goes back to here

    def _adopt(self, lab: Lab) -> None:
        """Go on with another lab; what is worth it of the one before is saved."""
        if self._lab is not None:
            with contextlib.suppress(EngineError):
                self._keeper.finish(self._lab)
        self._lab = lab
        self._keeper.opened()
        self._number += 1
        self._rate.clear()
        self._burst = 1
        for audience in self._audiences:
            # What was watched may lie outside the new matrix.
            audience.watch = Watch(frames=audience.watch.frames)
            audience.publish(snapshots.dataset_opened(self._lab, self._number))
        self._changed()

    def _stop(self, save: bool) -> None:
        if save and self._lab is not None:
            self._keeper.finish(self._lab)
        else:
            self._keeper.opened()  # nothing is to be kept
        self._over, self._stopped_by = True, "screen"

    def _take_leave(self, trouble: str) -> None:
        """Tell everybody that this is the end, and where the lab is."""
        saved = None if self._keeper.newest is None else str(self._keeper.newest)
        for audience in self._audiences:
            audience.publish(Stopped(self._stopped_by, saved, trouble))

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
        self._rate.made(len(burst.losses))
        self._changed()
        if lab.state in ("done", "failed"):
            self._rest()
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
                rate, trouble = self._rate.per_second, self._keeper.trouble
                screens = self._screens + (not audience.is_screen)  # itself, if it is new
                audience.publish(
                    snapshots.snapshot(lab, self._number, audience.watch, rate, screens, trouble)
                )
                audience.stale, audience.due = False, now + 1 / audience.watch.frames

    # --- time -------------------------------------------------------------------------------------

    def _changed(self) -> None:
        """The lab is another now."""
        self._keeper.changed()
        self._stale()

    def _stale(self) -> None:
        """All screens are to be told."""
        for audience in self._audiences:
            audience.stale = True

    def _rest(self) -> None:
        """A training has come to an end, or is interrupted."""
        self._keeper.changed(at_once=True)
        self._alone_since = time.monotonic()

    @property
    def has_opened(self) -> bool:
        """Whether there has been a lab."""
        return self._number > 0

    @property
    def _screens(self) -> int:
        return sum(audience.is_screen for audience in self._audiences)

    def _is_forsaken(self) -> bool:
        """Whether there has been neither a screen nor a training for long, and nothing is lost."""
        if self._ends_at is None or time.monotonic() < self._ends_at:
            return False
        try:
            if self._lab is not None:
                self._keeper.finish(self._lab)
        except EngineError as error:
            log.warning("not saved, so the engine waits on: %s", error)
            self._alone_since = time.monotonic() + SECONDS_TO_COME
            return False
        return True

    @property
    def _ends_at(self) -> float | None:
        if self._audiences or (self._lab is not None and self._lab.state == "training"):
            return None
        return self._alone_since + self._home.idle_seconds

    def _seconds_to_wait(self) -> float | None:
        """Until something is due; None: for ever."""
        due = [audience.due for audience in self._audiences if audience.stale]
        if self._ends_at is not None:
            due.append(self._ends_at)
        if self._lab is not None and (keep := self._keeper.due(self._lab)) is not None:
            due.append(keep)
        if self._lab is not None and self._lab.state == "training":
            due.append(0.0 if self._lab.settings.pace == math.inf else self._next_step)
        if self._lab is not None and self._lab.wanted:
            due.append(0.0)
        elif self._lab is not None and self._lab.settings.keep_sampling:
            due.append(self._next_name)
        return min(max(0.0, min(due) - time.monotonic()), threading.TIMEOUT_MAX) if due else None
