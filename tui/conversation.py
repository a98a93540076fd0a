"""The screen's talk with the engine: one coroutine that starts it, opens the data and listens.

The app gets what happens as messages, in order. Nothing here draws.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from textual.message import Message

from engine.client import Connection, Engine, EngineError
from engine.protocol import Answers, Events, Open, Requests, Snapshot


@dataclass
class Started(Message):
    """The engine runs; the data is being opened."""


@dataclass
class Came(Message):
    """The engine told something."""

    event: Events

    def can_replace(self, message: Message) -> bool:
        """A snapshot that waits is outdated by the one behind it."""
        return (
            isinstance(message, Came)
            and isinstance(self.event, Snapshot)
            and isinstance(message.event, Snapshot)
        )


@dataclass
class NotOpened(Message):
    """The first data set could not be opened."""

    reason: str


@dataclass
class Over(Message):
    """The engine did not start, or has died."""

    reason: str


class Conversation:
    """Requests out, events in, for as long as the engine lives; and then again."""

    def __init__(
        self,
        engine: Engine,
        opening: Open,
        post: Callable[[Message], object],
        absence: Callable[[], str],
    ) -> None:
        self._engine = engine
        self._post = post
        self._absence = absence  # why no request reaches the engine
        self._connection: Connection | None = None
        self._ending = False
        self.opening = opening  # what is open, or is to be opened

    @property
    def is_up(self) -> bool:
        """Whether requests reach the engine."""
        return self._connection is not None

    async def run(self) -> None:
        """Start the engine, open the data, and listen until the engine ends."""
        try:
            self._connection = connection = await self._engine.start()
        except EngineError as error:
            self._post(Over(str(error)))
            return
        self._post(Started())
        opening = asyncio.create_task(self._open_first())
        try:
            async for event in connection.events():
                self._post(Came(event))
        finally:
            self._connection = None
            opening.cancel()
        if not self._ending:
            self._post(Over(await self._engine.obituary()))

    async def call(self, request: Requests) -> Answers:
        """Carry out a request.

        Raises:
            EngineError: it could not be done; the text says why.
        """
        if self._connection is None:
            raise EngineError(self._absence())
        answer = await self._connection.call(request)
        if isinstance(request, Open):
            self.opening = request
        return answer

    async def stop(self) -> None:
        """End the engine, on purpose."""
        self._ending = True
        await self._engine.stop()

    async def _open_first(self) -> None:
        try:
            await self.call(self.opening)
        except EngineError as error:
            if self._connection is not None:  # otherwise its death says why
                self._post(NotOpened(str(error)))
                # What was wrong may have been the device or the hold-out: another file opens with
                # the defaults.
                self.opening = Open(path=self.opening.path, pace=self.opening.pace)
