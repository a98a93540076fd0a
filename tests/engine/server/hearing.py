"""What the tests of the wire look at and wait for."""

import asyncio
from collections.abc import Callable

from engine.wire.client import Client
from engine.wire.events import Events, Snapshot

ALL = tuple(range(27))  # symbols of the built-in names


async def event(client: Client, wanted: Callable[[Events], bool]) -> Events:
    """The next event that is wanted."""
    async with asyncio.timeout(20):
        async for event in client.events():
            if wanted(event):
                return event
    raise AssertionError("the engine hung up")


def snapshot_at(step: int) -> Callable[[Events], bool]:
    return lambda event: isinstance(event, Snapshot) and event.step == step
