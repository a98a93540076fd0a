"""The screen's side of the wire. Imports no torch."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final, Protocol, TypeVar

from msgspec.structs import replace

from engine.errors import (
    EngineError,
    EngineUnavailable,
    LabGone,
    LinkDown,
    LoginRefused,
    NotListening,
    OtherVersion,
    WireError,
)
from engine.text.printable import printable, safe_sentence
from engine.wire import peers
from engine.wire.answers import Answers, GoesOn
from engine.wire.envelopes import VERSION, Call, Failure, Gone, Hello, Refused, Reply, Welcome
from engine.wire.events import DatasetOpened, Ended, Events, Snapshot, Stopped
from engine.wire.framing import pack, read_from_engine
from engine.wire.requests import Requests

__all__ = [
    "Client",
    "Connection",
    "Engine",
    "EngineError",
    "EngineUnavailable",
    "LabGone",
    "LinkDown",
    "LoginRefused",
    "expected",
]  # fmt: skip

Answer = TypeVar("Answer")

ENDED: Final = "The engine has ended."
SECONDS_TO_GREET: Final = 15.0  # no request is as quick: the engine's tensors have no part in it


def expected(kind: type[Answer], answer: Answers) -> Answer:
    """An answer, if it is of the kind that a request is answered with.

    Raises:
        EngineError: it is another; so would be that of an engine with a fault.
    """
    if not isinstance(answer, kind):
        raise EngineError(
            f"The engine answers with {type(answer).__name__} where {kind.__name__} belongs. Is it"
            " of the same version?"
        )
    return answer


class Connection(Protocol):
    """A conversation with an engine."""

    async def call(self, request: Requests) -> Answers:
        """Carry out a request.

        Raises:
            EngineError: it could not be done; the text says why.
        """
        ...

    def events(self) -> AsyncIterator[Events]:
        """What the engine has to tell, until it hangs up or dies.

        Raises:
            EngineUnavailable: a message cannot be decoded; the connection is closed.
        """
        ...


class Engine(Protocol):
    """A lab's engine: it may run already, can be left to itself, and started after its death."""

    @property
    def name(self) -> str:
        """What the lab is called."""
        ...

    @property
    def host(self) -> str:
        """The machine that it is on, as ssh knows it; empty: this one."""
        ...

    @property
    def attach_command(self) -> str:
        """What a person types to take the lab up again."""
        ...

    def renamed(self, name: str) -> None:
        """The lab that it has open now is called so."""
        ...

    def go_on_command(self, saved: str, lab: str) -> str:
        """What a person types to go on with a lab that was saved; see `Saved`."""
        ...

    @property
    def silence(self) -> str:
        """That the engine runs and says nothing, and what one can do, as a sentence."""
        ...

    async def start(self, *, attach: bool = False) -> Connection:
        """Connect to the engine and greet it; start it first, where it does not run.

        Args:
            attach: only to an engine that runs already, as after a lost link.

        Raises:
            LinkDown: the machine that it is on cannot be reached.
            LabGone: it does not run any more, and none is to be started.
            EngineUnavailable: it does not start.
        """
        ...

    async def leave(self) -> None:
        """Hang up. The engine goes on."""
        ...

    async def stop(self, *, save: bool = True, unless_needed: bool = False) -> GoesOn | None:
        """End the engine, and leave nothing of it behind but what it saved.

        Args:
            save: first.
            unless_needed: not where other screens look on, or it trains; see `Stop`.

        Returns:
            Why it goes on; `None` where it has ended.

        Raises:
            EngineError: the lab could not be saved, and goes on.
        """
        ...

    async def obituary(self) -> str:
        """Why the engine has ended, in a sentence."""
        ...


class Client:
    """A `Connection` over a socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.pid = 0  # of the engine, once it has greeted
        self._reader = reader
        self._writer = writer
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Answers]] = {}
        self._events: asyncio.Queue[Events | None] = asyncio.Queue()
        self._reading: asyncio.Task[None] | None = None
        self._broken: str | None = None  # why what came cannot be understood

    @classmethod
    async def connect(cls, socket: Path, pid: int | None = None) -> Client:
        """Connect to the engine that listens at `socket`, and exchange greetings.

        Args:
            socket: where.
            pid: the process that the engine is, where that is known.

        Raises:
            NotListening: nothing answers there, or another process.
            UntrustedSocket: another user listens there, or could.
            EngineUnavailable: it refuses.
        """
        client = await cls.greet(*await peers.connect(socket, pid))
        if pid not in (None, client.pid):
            await client.close()
            raise peers.stranger(socket, client.pid, pid)
        return client

    @classmethod
    async def greet(cls, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Client:
        """Exchange greetings with an engine at the other end of two streams.

        Raises:
            EngineUnavailable: it refuses, or is none; then `writer` is closed.
        """
        client = cls(reader, writer)
        try:
            await client._greet()
        except BaseException:
            writer.close()
            raise
        client._reading = asyncio.create_task(client._read())
        client._reading.add_done_callback(lambda _: writer.close())  # the engine waits for that
        return client

    async def call(self, request: Requests) -> Answers:
        """Carry out a request; see `Connection.call`."""
        if self._reading is None or self._reading.done():
            raise EngineUnavailable(self._broken or ENDED)
        number = next(self._ids)
        answer: asyncio.Future[Answers] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self._writer.write(pack(Call(number, request)))
            return await answer
        finally:
            del self._waiting[number]

    async def events(self) -> AsyncIterator[Events]:
        """What the engine has to tell; see `Connection.events`."""
        while (event := await self._events.get()) is not None:
            yield event
        if self._broken is not None:
            raise EngineUnavailable(self._broken)

    async def wait_closed(self) -> None:
        """Wait until the engine hangs up."""
        if self._reading is not None:
            await asyncio.wait([self._reading])

    async def close(self) -> None:
        """Hang up."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _greet(self) -> None:
        from importlib.metadata import version  # the first paint need not wait for it

        self._writer.write(pack(Hello(VERSION, f"makemore-tui {version('makemore-tui')}")))
        try:
            async with asyncio.timeout(SECONDS_TO_GREET):
                answer = await read_from_engine(self._reader)
        except TimeoutError:
            raise EngineUnavailable(
                f"The engine does not greet within {SECONDS_TO_GREET:.0f} seconds: perhaps its"
                " process is stopped."
            ) from None
        except WireError as error:
            raise OtherVersion(f"What answers is no engine of this version: {error}") from None
        if isinstance(answer, Refused):
            kind = EngineUnavailable if answer.version == VERSION else OtherVersion
            raise kind(f"The engine refuses: {safe_sentence(answer.reason)}")
        if isinstance(answer, Gone):
            raise LabGone(printable(answer.lab), answer.has_crashed, answer.saved, answer.saved_at)
        if answer is None:
            raise NotListening("The engine hung up at once.")
        if not isinstance(answer, Welcome):
            raise OtherVersion("What answers is no engine of this version.")
        self.pid = answer.pid

    def _waiter(self, number: int) -> asyncio.Future[Answers] | None:
        """Who waits for an answer; None where nobody does any more.

        A call that was cancelled a moment ago is still in the table: its own task removes it.
        """
        waiting = self._waiting.get(number)
        return None if waiting is None or waiting.done() else waiting

    async def _read(self) -> None:
        try:
            while (message := await read_from_engine(self._reader)) is not None:
                match message:
                    case Reply(number, answer):
                        if (waiting := self._waiter(number)) is not None:
                            waiting.set_result(answer)
                    case Failure(number, reason, setting):
                        if (waiting := self._waiter(number)) is not None:
                            error = EngineError(safe_sentence(reason))
                            error.setting = setting
                            waiting.set_exception(error)
                    case Snapshot() | DatasetOpened() | Ended():
                        self._events.put_nowait(message)
                    case Stopped(trouble=trouble):
                        self._events.put_nowait(replace(message, trouble=safe_sentence(trouble)))
        except WireError as error:
            self._broken = f"What the engine told cannot be read, so nobody listens: {error}"
            self._writer.close()
        finally:
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(EngineUnavailable(self._broken or ENDED))
            self._events.put_nowait(None)
