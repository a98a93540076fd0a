import asyncio
import contextlib
import queue
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from engine.local.held_name import HeldName
from engine.local.name_lock import Claim
from engine.local.paths import LabPaths
from engine.server.identity import Identity
from engine.server.inbox import Inbox
from engine.server.socket_server import Server
from engine.server.worker import Worker
from engine.wire.client import Client
from engine.wire.envelopes import VERSION, FromEngine, Hello
from engine.wire.framing import pack, read_from_engine
from tests.processes import folder  # noqa: F401  a fixture


class Peer:
    """A client that speaks as it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, socket: Path, greet: bool = True) -> "Peer":
        peer = cls(*await asyncio.open_unix_connection(socket))
        if greet:
            peer.writer.write(pack(Hello(VERSION, "test")))
            await peer.read()
        return peer

    async def read(self) -> FromEngine | None:
        async with asyncio.timeout(20):
            return await read_from_engine(self.reader)

    async def read_until(self, kind: type) -> FromEngine:
        while (message := await self.read()) is not None:
            if isinstance(message, kind):
                return message
        raise AssertionError(f"the engine hung up before a {kind.__name__}")


@pytest.fixture
def home(folder: Path) -> Identity:  # noqa: F811
    """Where the engine of a test is at home."""
    return Identity(HeldName(Claim(LabPaths("test"))), 60.0, 30.0)


@pytest.fixture
def worker(home: Identity) -> Iterator[Inbox]:
    """A worker's thread."""
    inbox: Inbox = queue.SimpleQueue()
    thread = threading.Thread(target=Worker(inbox, home).run)
    thread.start()
    yield inbox
    inbox.put(None)
    thread.join(20)
    assert not thread.is_alive()


@pytest.fixture
async def socket(worker: Inbox, tmp_path: Path) -> AsyncIterator[Path]:
    """A server's socket."""
    path = tmp_path / "engine.sock"
    server = Server(worker, "test")
    ready = asyncio.Event()
    serving = asyncio.create_task(server.serve(path, ready.set))
    async with asyncio.timeout(20):
        await ready.wait()
    yield path
    server.stop()
    await serving
    assert not path.exists()


@pytest.fixture
async def client(socket: Path) -> AsyncIterator[Client]:
    """A proper client."""
    client = await Client.connect(socket)
    yield client
    with contextlib.suppress(OSError):
        await client.close()
