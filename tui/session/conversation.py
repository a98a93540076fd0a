"""The screen's talk with the engine: one coroutine that connects, opens the data and listens.

The app gets what happens as messages, in order. Nothing here draws.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Callable
from enum import Enum
from os.path import dirname
from time import monotonic
from typing import Final

from msgspec.structs import replace
from textual.message import Message

from engine.wire.answers import Answers, Description, GoesOn, OpenAlready
from engine.wire.client import (
    Connection,
    Engine,
    EngineError,
    EngineUnavailable,
    LabGone,
    LinkDown,
    LoginRefused,
    expected,
)
from engine.wire.events import DatasetOpened, Events, Stopped
from engine.wire.requests import Describe, Open, Ping, Requests, Resume
from tui.session.messages import (
    EngineAnswersAgain,
    EngineEnded,
    EngineEvent,
    EngineSilent,
    EngineStarted,
    EngineStopped,
    LabAlreadyOpen,
    LabResumed,
    LinkLost,
    NoData,
)

FIRST_WAIT: Final = 1.0  # seconds until a lost link is tried again; each time twice as long
LONGEST_WAIT: Final = 30.0
SECONDS_TO_TRUST: Final = 60.0  # a link that has lasted so long does not just come and go
SECONDS_OF_SILENCE: Final = 5.0  # after which the engine is asked for a sign of life
SECONDS_TO_SIGN: Final = 10.0  # for which it may take: its server answers, however busy the lab is
SECONDS_TO_LOOK: Final = 1.0  # a large model's step may take as long


class _Lab(Enum):
    """What is known of the lab, so that the next engine takes up the right one."""

    UNKNOWN = "Nothing was open yet: a lab of that name may be another one."
    KNOWN = "It was open, or is looked for by its name."
    CRASHED = "Its engine died while it was open."


class Conversation:
    """Requests out, events in, for as long as the engine lives; and then again.

    The app is told of each change of the link, and follows in its own time. What is wanted of the
    next engine is what `_resuming` says, otherwise `opening`, or nothing while it `_attaches`; and
    a lab that has crashed goes on from its newest save.
    """

    def __init__(
        self,
        engine: Engine,
        opening: Open,
        post: Callable[[Message], object],
        absence: Callable[[], str],
        resuming: Resume | None = None,
        attaches: bool = False,
    ) -> None:
        """A conversation that has not begun.

        Args:
            engine: whom to talk with; it may run already.
            opening: what to open, where the engine has no data yet.
            post: takes what happens, in order; see `session.messages`.
            absence: why no request reaches the engine, as a sentence.
            resuming: what to take up instead.
            attaches: whether to look at what others have opened, and to open nothing.
        """
        self._engine = engine
        self._post = post
        self._absence = absence
        self._connection: Connection | None = None
        self._is_leaving = False  # on purpose: what ends now is told by whoever ends it
        self._resuming = resuming
        self._attaches = attaches
        self._lab = _Lab.KNOWN if attaches else _Lab.UNKNOWN
        self.since = math.inf  # the engine's start, by the clock of its machine
        self.last_word: Stopped | None = None  # what the engine said as it ended
        self._heard_out = asyncio.Event()  # no more will come of this connection
        self._heard_out.set()
        self._again = asyncio.Event()  # do not wait any longer
        self.opening = opening  # what is open, or is to be opened
        self.found_open = attaches  # whether something is open that another screen has opened

    @property
    def is_up(self) -> bool:
        """Whether requests reach the engine."""
        return self._connection is not None

    async def run(self) -> None:
        """Connect, open the data where none is open, and listen until the engine ends."""
        met, wait = False, FIRST_WAIT
        while not self._is_leaving:
            try:
                self._connection = await self._engine.start(attach=met or self._attaches)
            except EngineError as error:
                if not (met and isinstance(error, LinkDown)):
                    self._crashed()
                    self._post(EngineEnded(str(error), self._was_saved(error)))
                    return
                await self._wait(str(error), None if isinstance(error, LoginRefused) else wait)
                wait = min(2 * wait, LONGEST_WAIT)
                continue
            met, began = True, monotonic()
            broken = await self._listen(self._connection)
            if self._is_leaving:
                return
            if self.last_word is not None:
                self._was_stopped(self.last_word)
                return
            if not self._engine.host:
                self._crashed()
                self._post(EngineEnded(broken or await self._engine.obituary()))
                return
            if monotonic() - began > SECONDS_TO_TRUST:
                wait = FIRST_WAIT
            await self._wait(broken or await self._engine.obituary(), wait)
            wait = min(2 * wait, LONGEST_WAIT)

    def try_again(self) -> None:
        """Where the link is down: now, not later."""
        self._again.set()

    async def call(self, request: Requests) -> Answers:
        """Carry out a request.

        Raises:
            EngineError: it could not be done; the text says why.
        """
        if self._connection is None:
            raise EngineUnavailable(self._absence())
        return await self._connection.call(request)

    async def look(self) -> Description | None:
        """How the lab is, once all that was asked for before is done; None: it does not say."""
        with contextlib.suppress(EngineError, TimeoutError):
            async with asyncio.timeout(SECONDS_TO_LOOK):
                return expected(Description, await self.call(Describe()))
        return None

    async def leave(self) -> None:
        """Hang up, on purpose; the engine goes on."""
        self._is_leaving = True
        self._again.set()
        await self._engine.leave()

    async def stop(self, *, save: bool = True, unless_needed: bool = False) -> GoesOn | None:
        """End the engine, on purpose; see `Engine.stop`.

        Raises:
            EngineError: the lab could not be saved, and goes on.
        """
        self._is_leaving, goes_on = True, None
        try:
            goes_on = await self._engine.stop(save=save, unless_needed=unless_needed)
            if goes_on is None:
                await self._heard_out.wait()  # for its last word
        except EngineError:
            self._is_leaving = False
            raise
        if goes_on is not None:
            self._is_leaving = False
        return goes_on

    async def _listen(self, connection: Connection) -> str:
        """Until the engine ends. Returns why not to listen any longer, where it goes on."""
        self._post(EngineStarted())
        self._heard_out.clear()
        wanted = None if self._attaches else self._resuming or self.opening
        opening = asyncio.create_task(self._begin(wanted))
        watching = asyncio.create_task(self._watch(connection))
        try:
            async for event in connection.events():
                if isinstance(event, Stopped):
                    self.last_word = event
                else:
                    self._take(event)
        except EngineError as error:
            return str(error)
        finally:
            self._connection = None
            self._heard_out.set()
            opening.cancel()
            watching.cancel()
        return ""

    def _take(self, event: Events) -> None:
        """Follow what is open, by whomever it was opened: a new engine would open the same."""
        if isinstance(event, DatasetOpened):
            self._attaches = False
            if self._lab is _Lab.UNKNOWN:
                self._lab = _Lab.KNOWN
            if event.lab:
                self._engine.renamed(event.lab)
            self.opening = replace(event.opening or self.opening, save_to=event.save_to)
        self._post(EngineEvent(event))

    async def _watch(self, connection: Connection) -> None:
        """Tell where the engine is silent, as one that is stopped is, and where it speaks again."""
        with contextlib.suppress(EngineError):  # its end is told by others
            while True:
                await asyncio.sleep(SECONDS_OF_SILENCE)
                try:
                    async with asyncio.timeout(SECONDS_TO_SIGN):
                        await connection.call(Ping())
                except TimeoutError:
                    self._post(EngineSilent(self._engine.silence))
                    await connection.call(Ping())
                    self._post(EngineAnswersAgain())

    def _was_stopped(self, event: Stopped) -> None:
        """Next time, take the lab up from where it was saved, or open its data."""
        self.last_word, self._resuming = None, None
        if self._lab is _Lab.CRASHED:
            self._lab = _Lab.KNOWN
        if event.saved is not None:
            self._resuming = Resume(event.saved, save_to=self.opening.save_to)
        self._post(EngineStopped(event))

    def _crashed(self) -> None:
        """Take the lab up from its newest save next time, if it was open."""
        if self._lab is _Lab.KNOWN:
            self._lab = _Lab.CRASHED

    def _was_saved(self, error: EngineError) -> bool:
        """Whether a lab that does not run any more is saved; then it is taken up next time."""
        if not isinstance(error, LabGone) or self._lab is _Lab.UNKNOWN:
            return False
        self._attaches = False  # there is nothing to attach to: a key starts another engine
        self._lab = _Lab.CRASHED if error.has_crashed else _Lab.KNOWN
        if error.has_crashed or error.saved is None:
            return error.saved is not None
        if error.saved_at < self.since:  # that is of a lab of this name before
            return False
        self._resuming = Resume(error.saved, save_to=self.opening.save_to)
        return True

    async def _wait(self, reason: str, seconds: float | None) -> None:
        self._post(LinkLost(reason, seconds))
        if self._is_leaving:
            return
        self._again.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._again.wait()

    async def _begin(self, wanted: Open | Resume | None) -> None:
        """See to it that the engine has data: what is wanted, unless something is open."""
        try:
            lab = expected(Description, await self.call(Describe()))
            self.since, self.found_open = lab.since, lab.data is not None
            if lab.data is None and self._lab is _Lab.CRASHED and lab.left_at is not None:
                await self._take_up(lab.left_at)
            elif wanted is not None:
                await self._open(wanted)
            elif lab.data is None:
                self._post(NoData(""))
        except EngineUnavailable:
            return  # its end is told by others; the next engine is asked for the same
        except EngineError as error:
            # What was wrong may have been any of the options: another file opens without.
            others = Open(self.opening.path, seed=self.opening.seed, pace=self.opening.pace)
            left_out = ""
            if isinstance(wanted, Resume):
                left_out = " Any other file begins at step 0."
            elif wanted is not None and others != replace(wanted, save_to=None):
                left_out = (
                    " Any other file opens as it looks, on the best device, and without a hold-out."
                )
            # How this file was to be read stays, to be corrected.
            self.opening = replace(
                others,
                data_format=self.opening.data_format,
                hold_out_data=self.opening.hold_out_data,
            )
            self._post(NoData(f"{error}{left_out}"))
        self._resuming = None

    async def _open(self, request: Open | Resume) -> None:
        """Open it, unless something is open: of two screens at once the second one attaches."""
        answer = await self.call(replace(request, unless_open=True))
        if isinstance(answer, OpenAlready):
            self.found_open = True
            if not answer.is_asked:
                self._post(LabAlreadyOpen(answer.data))

    async def _take_up(self, saved: str) -> None:
        """Go on where a dead engine's newest save left the lab.

        Raises:
            EngineError: it cannot be; then nothing is opened instead, and nothing is lost.
        """
        try:
            await self._open(Resume(save_to=self.opening.save_to))
        except EngineError as error:
            raise EngineError(f"{error} All its saves stay in {dirname(saved)}.") from error
        self._post(LabResumed())
