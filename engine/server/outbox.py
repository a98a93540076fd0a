"""What waits to be sent to a client, and how much of it may.

What is told first is sent first. A client that reads slowly gets fewer snapshots, never a backlog:
of a data set only the newest snapshot waits, in the place of the one that it replaces, and only the
newest data set, behind all that belongs to those before. Answers, and the end of a training, are
never dropped; a client that lets too many of them lie is not listened to until it reads.

So a client knows the data set of every snapshot, gets an `Ended` behind a snapshot of its step or a
later one, and has its answers, however fast the snapshots come.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from engine.errors import EngineError
from engine.wire.answers import Answers, Text
from engine.wire.envelopes import Call, Failure, FromEngine, Reply
from engine.wire.events import DatasetOpened, Snapshot
from engine.wire.framing import LARGEST_REQUEST
from engine.wire.requests import Export

MOST_WAITING: Final = 256  # calls of one client that have no answer yet, or one it has not read
MOST_EXPORTS: Final = 2  # among them: each may have 100 MB
LARGEST_WAITING: Final = LARGEST_REQUEST  # bytes of calls of one client that have no answer yet


class Outbox:
    """What waits to be sent to one client."""

    def __init__(self) -> None:
        self._is_closed = False
        self.waiting: deque[FromEngine] = deque()  # the next first
        self._filled = asyncio.Event()

    def put(self, message: FromEngine) -> None:
        """Add a message; what it makes old goes."""
        match message:
            case Snapshot(data):
                for place, other in enumerate(self.waiting):
                    if isinstance(other, Snapshot) and other.data == data:
                        self.waiting[place] = message
                        return
            case DatasetOpened():
                self._forget_waiting_data()
        self.waiting.append(message)
        self._filled.set()

    def close(self) -> None:
        """No more will come."""
        self._is_closed = True
        self._filled.set()

    async def get(self) -> FromEngine | None:
        """The next message; waits for one. None: there is none left, and no more will come."""
        await self._filled.wait()
        if not self.waiting:
            return None
        message = self.waiting.popleft()
        if not self.waiting and not self._is_closed:
            self._filled.clear()
        return message

    def _forget_waiting_data(self) -> None:
        """Remove a data set that the client need not hear of any more, with its snapshot."""
        opened = {other.number for other in self.waiting if isinstance(other, DatasetOpened)}

        def is_old(other: FromEngine) -> bool:
            match other:
                case DatasetOpened(number) | Snapshot(data=number):
                    return number in opened
            return False

        if opened:
            self.waiting = deque(other for other in self.waiting if not is_old(other))


class Room:
    """How much of one client's calls may wait for an answer, or for it to be read."""

    def __init__(self) -> None:
        self._calls = asyncio.Semaphore(MOST_WAITING)
        self._exports = asyncio.Semaphore(MOST_EXPORTS)
        self._bytes = 0
        self._answered = asyncio.Event()

    async def enter(self, call: Call, size: int) -> None:
        """Wait until there is room for a call of so many bytes."""
        await self._calls.acquire()
        if isinstance(call.request, Export):
            await self._exports.acquire()
        while self._bytes and self._bytes + size > LARGEST_WAITING:
            self._answered.clear()
            await self._answered.wait()
        self._bytes += size

    def answered(self, call: Call, size: int, answer: Answers | EngineError) -> None:
        """A call of so many bytes has its answer: they make room for others."""
        self._bytes -= size
        self._answered.set()
        if isinstance(call.request, Export) and isinstance(answer, EngineError):
            self._exports.release()

    def sent(self, message: FromEngine) -> None:
        """A message was handed to the connection: its call makes room for another."""
        if isinstance(message, Reply | Failure):
            self._calls.release()
        if isinstance(message, Reply) and isinstance(message.answer, Text):
            self._exports.release()
