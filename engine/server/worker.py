"""The thread that owns every tensor: it carries out requests, trains, and publishes snapshots.

Between two bursts of training it carries out all requests that have come, so that whatever a screen
is told belongs to one step. When nothing is due it waits, and takes no processor time at all.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import queue
import time
from typing import Final, Literal

from msgspec.structs import replace

from engine.checkpoints.opening import absolute_path, already_open, lab_of, place_to_save
from engine.checkpoints.saving.autosaver import Autosaver
from engine.checkpoints.saving.background_save import write_copy
from engine.checkpoints.saving.save_outcome import SaveOutcome
from engine.errors import CheckpointError, EngineError, NoData
from engine.lab import snapshots
from engine.lab.driver import LabDriver
from engine.lab.lab import Lab
from engine.lab.pacing import seconds_until
from engine.lab.run import Run
from engine.local.name_lock import Ending
from engine.server.identity import Identity
from engine.server.inbox import Audience, Inbox, Job, Joined, Left
from engine.server.subscribers import Audiences
from engine.text.printable import path_text
from engine.wire.answers import Answers, Done, GoesOn, Saved
from engine.wire.events import DatasetOpened, Ended, Stopped
from engine.wire.requests import Copy, Describe, Open, Resume, Save, Stop, Watch

SECONDS_TO_COME: Final = 10.0  # for the screen that started the engine

log = logging.getLogger(__name__)


class Worker:
    """Owns the lab. Everything from outside comes through the inbox."""

    def __init__(self, inbox: Inbox, identity: Identity) -> None:
        self._inbox = inbox
        self._identity = identity
        self._autosaver = Autosaver(identity.saves, identity.save_seconds, inbox.put)
        self._audiences = Audiences()
        self._over = False
        self._stopped_by: Literal["screen", "signal"] = "signal"
        # Without a screen or a training; the first screen is on its way.
        self._alone_since = time.monotonic() + SECONDS_TO_COME
        self._driver: LabDriver | None = None
        self._number = 0  # of the data set

    def run(self) -> None:
        """Work until no more will come, until told to stop, or until nobody needs it.

        What is worth it is saved at the end, also of a failure; raises EngineError if it could not
        be.
        """
        try:
            self._work()
        except BaseException:  # nobody is told goodbye: for the screens the engine has died
            with contextlib.suppress(EngineError):  # the log has it
                self._save()
            raise
        trouble = ""
        try:
            self._save()
        except EngineError as error:
            trouble = str(error)
            raise
        finally:
            self._autosaver.wait()
            newest = self._autosaver.newest
            saved = None if newest is None else str(newest)
            lab = self._identity.name if self._autosaver.has_newest_itself else ""
            self._audiences.tell(Stopped(self._stopped_by, saved, trouble, lab))

    def _work(self) -> None:
        while not self._over:
            with contextlib.suppress(queue.Empty):
                item = self._inbox.get(timeout=self._seconds_to_wait())
                while item is not None and not self._over:
                    self._take(item)
                    self._publish()  # a long queue is seen to shrink
                    item = self._inbox.get_nowait()
                self._over = True
            if self._driver is not None and not self._over:
                self._driver.go_on()
                self._publish()
                self._autosaver.keep(self._driver.lab)
            self._over = self._over or self._is_forsaken()

    def _save(self) -> None:
        if self._driver is not None:
            self._autosaver.finish(self._driver.lab)

    # --- what comes from outside ------------------------------------------------------------------

    def _take(self, item: Joined | Left | Job | SaveOutcome) -> None:
        match item:
            case Joined(audience):
                self._audiences.join(audience)
                if self._driver is not None:
                    audience.publish(self._dataset(self._driver.lab))
                    audience.stale = True
            case Left(audience):
                self._audiences.leave(audience)
                if audience.is_screen:
                    self._alone_since = time.monotonic()
                    self._audiences.stale()
            case SaveOutcome():
                self._autosaver.take(item)
                self._audiences.stale()  # of the trouble that there was, or is over
            case Job(audience, request, answer):
                try:
                    if isinstance(request, Open | Resume | Watch) and not audience.is_screen:
                        audience.is_screen = True
                        self._audiences.stale()
                    if isinstance(request, Save):
                        self._autosaver.save_as(self._opened().lab, request, answer)
                    elif isinstance(request, Copy):
                        write_copy(self._opened().lab, absolute_path(request.path), answer)
                    else:
                        before = self._selected
                        done = self._carry_out(audience, request)
                        # What a screen sees at an answer is what came of it; of another run even
                        # where it is not its turn: the next key is for that one.
                        self._publish(at_once=self._selected is not before)
                        answer(done)
                except EngineError as error:
                    answer(error)
                except Exception as error:  # a person gets a sentence, the log the traceback
                    log.exception("request %r", request)
                    answer(EngineError(f"The engine failed at this ({error}); see its log."))

    def _carry_out(self, audience: Audience, request: object) -> Answers:
        match request:
            case Open(unless_open=True) | Resume(unless_open=True) if self._driver is not None:
                return already_open(self._driver.lab, request, self._autosaver.save_to)
            case Open() | Resume():
                return self._adopt(request)
            case Describe():
                lab = None if self._driver is None else self._driver.lab
                return self._identity.described(lab, self._audiences.screens)
            case Stop(save, unless_needed):
                if unless_needed and (why := self._is_needed(audience)) is not None:
                    return GoesOn(why)
                self._stop(save)
            case Watch():
                snapshots.check_watch(self._opened().lab, request)
                audience.watch, audience.stale, audience.due = request, True, 0.0
            case _:
                return self._opened().carry_out(request)
        return Done()

    @property
    def _selected(self) -> Run | None:
        return None if self._driver is None else self._driver.lab.selected

    def _opened(self) -> LabDriver:
        if self._driver is None:
            raise NoData("No data is open. Open a file first.")
        return self._driver

    def _adopt(self, request: Open | Resume) -> Answers:
        """Go on with another lab; what is worth it of the one before is saved."""
        save_to, left_at = place_to_save(request), self._identity.left_at
        lab = lab_of(request, left_at)
        try:
            self._save()
        except EngineError as error:
            raise CheckpointError(
                f"The lab that is open cannot be saved, so it stays: {error} Save it to a file"
                " elsewhere (ctrl+s), then open the other."
            ) from error
        before, name = self._autosaver.newest, self._identity.name
        has_newest = self._autosaver.has_newest_itself
        self._identity.move_in(request, None if self._driver is None else self._driver.lab)
        self._driver = LabDriver(
            lab,
            functools.partial(self._changed, lab),
            self._audiences.stale,
            functools.partial(self._rest, lab),
            self._tell_end,
        )
        if isinstance(request, Open):
            self._driver.draw_first_names()
        self._autosaver.opened(
            lab, self._identity.saves, save_to, is_resumed=isinstance(request, Resume)
        )
        self._number += 1
        self._audiences.introduce(self._dataset(lab))
        self._audiences.stale()
        return Done() if before is None else Saved(path_text(before), name if has_newest else "")

    def _is_needed(self, leaving: Audience) -> Literal["watched", "training"] | None:
        """Why the lab goes on without a screen, which then has left; None: it was the last.

        Of two that leave at once one is the last: here, one after the other, they are counted.
        """
        if self._audiences.others(leaving):
            leaving.has_left = True
            self._audiences.stale()
            return "watched"
        is_training = self._driver is not None and self._driver.is_training
        return "training" if is_training else None

    def _stop(self, save: bool) -> None:
        if save:
            self._save()
        else:
            self._autosaver.forget()
        self._over, self._stopped_by = True, "screen"

    # --- what is told -----------------------------------------------------------------------------

    def _dataset(self, lab: Lab) -> DatasetOpened:
        dataset = snapshots.dataset_opened(lab, self._number, self._autosaver.save_to)
        return replace(dataset, lab=self._identity.name)

    def _publish(self, *, at_once: bool = False) -> None:
        if self._driver is not None:
            look = functools.partial(
                snapshots.snapshot,
                self._driver.lab,
                self._number,
                steps_per_second=self._driver.steps_per_second,
                trouble=self._autosaver.trouble,
            )
            self._audiences.publish(look, at_once=at_once)

    def _tell_end(self, ended: Ended) -> None:
        """A training has reached its goal, or failed."""
        self._publish(at_once=True)
        self._audiences.tell(ended)

    # --- time -------------------------------------------------------------------------------------

    def _changed(self, lab: Lab) -> None:
        self._autosaver.changed(lab)
        self._audiences.stale()

    def _rest(self, lab: Lab) -> None:
        """A training has come to an end, or is interrupted."""
        self._autosaver.changed(lab, at_once=True)
        self._alone_since = time.monotonic()

    @property
    def ending(self) -> Ending:
        """How it ends; see `Claim.release`."""
        if self._number == 0:
            return "unopened"
        return "stopped" if self._stopped_by == "screen" else "ended"

    def _is_forsaken(self) -> bool:
        """Whether the engine has idled for so long that it is to end, and the lab is saved."""
        if self._ends_at is None or time.monotonic() < self._ends_at:
            return False
        try:
            self._save()
        except EngineError as error:
            log.warning("not saved, so the engine waits on: %s", error)
            self._alone_since = time.monotonic() + SECONDS_TO_COME
            return False
        return True

    @property
    def _ends_at(self) -> float | None:
        if self._audiences or (self._driver is not None and self._driver.is_training):
            return None
        return self._alone_since + self._identity.idle_seconds

    def _seconds_to_wait(self) -> float | None:
        """Until something is due; None: for ever."""
        due = [self._audiences.due, self._ends_at]
        if self._driver is not None:
            due += [self._driver.due, self._autosaver.due]
        return seconds_until(due)
