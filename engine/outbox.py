"""What waits to be sent to a client, and how much of it may.

A client that reads slowly gets fewer snapshots, never a backlog: of each kind of event only the
newest waits. Answers, and the end of a training, are never dropped; a client that lets too many of
them lie is not listened to until it reads.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from engine.protocol import (
    Call,
    DatasetOpened,
    Export,
    Failure,
    FromEngine,
    Reply,
    Snapshot,
    Text,
)

MOST_WAITING: Final = 256  # calls of one client that have no answer yet, or one it has not read
MOST_EXPORTS: Final = 2  # among them: each may have 100 MB


class Outbox:
    """What waits to be sent to one client."""

    def __init__(self) -> None:
        self._is_closed = False
        self._kept: deque[FromEngine] = deque()
        self._newest: dict[type, FromEngine] = {}
        self._filled = asyncio.Event()

    def put(self, message: FromEngine) -> None:
        """Add a message; an event takes the place of an older one of its kind, but for `Ended`."""
        if isinstance(message, DatasetOpened | Snapshot):
            self._newest.pop(type(message), None)  # so that it stands behind what came before it
            self._newest[type(message)] = message
        else:
            self._kept.append(message)
        self._filled.set()

    def close(self) -> None:
        """No more will come."""
        self._is_closed = True
        self._filled.set()

    async def get(self) -> FromEngine | None:
        """The next message; waits for one. None: there is none left, and no more will come."""
        await self._filled.wait()
        if not self._kept and not self._newest:
            return None
        # Events first: a call's answer then finds the screen already told of its effect.
        kind = next(iter(self._newest), None)
        message = self._kept.popleft() if kind is None else self._newest.pop(kind)
        if not self._kept and not self._newest and not self._is_closed:
            self._filled.clear()
        return message


class Room:
    """How many calls of one client may wait for an answer, or for it to be read."""

    def __init__(self) -> None:
        self._calls = asyncio.Semaphore(MOST_WAITING)
        self._exports = asyncio.Semaphore(MOST_EXPORTS)

    async def enter(self, call: Call) -> None:
        """Wait until there is room for a call."""
        await self._calls.acquire()
        if isinstance(call.request, Export):
            await self._exports.acquire()

    def failed(self, call: Call) -> None:
        """A call failed: where an export was asked for, there is room for another."""
        if isinstance(call.request, Export):
            self._exports.release()

    def sent(self, message: FromEngine) -> None:
        """A message was handed to the connection: its call makes room for another."""
        if isinstance(message, Reply | Failure):
            self._calls.release()
        if isinstance(message, Reply) and isinstance(message.answer, Text):
            self._exports.release()
