"""A lab that is stopped by one of its clients: what the others are told."""

import asyncio
import queue
from pathlib import Path

import pytest

from engine.errors import EngineError
from engine.local.paths import LabPaths
from engine.server.identity import Identity
from engine.server.inbox import Inbox
from engine.server.outbox import MOST_WAITING
from engine.server.socket_server import Server
from engine.server.worker import Worker
from engine.wire.answers import Description, Done, GoesOn
from engine.wire.client import Client
from engine.wire.envelopes import Call, Reply
from engine.wire.events import Stopped
from engine.wire.framing import pack
from engine.wire.requests import Describe, Open, Pause, Score, StepOnce, Stop, Train, Watch
from tests.engine.server.conftest import Peer
from tests.engine.server.hearing import event


async def test_who_stops_a_lab_and_who_looks_on_are_told_of_its_end_and_of_its_save(
    client: Client, socket: Path
) -> None:
    await client.call(Open(device="cpu"))
    await client.call(StepOnce())
    other = await Peer.connect(socket)
    assert await client.call(Stop()) == Done()
    (save,) = LabPaths("test").saves.iterdir()
    assert await other.read_until(Stopped) == Stopped("screen", str(save), lab="test")
    told = await event(client, lambda e: isinstance(e, Stopped))
    assert told == Stopped("screen", str(save), lab="test")


async def test_whoever_asks_something_as_the_engine_ends_still_hears_its_last_word(
    home: Identity, tmp_path: Path
) -> None:
    inbox: Inbox = queue.SimpleQueue()
    server, ready, path = Server(inbox, "test"), asyncio.Event(), tmp_path / "s"
    serving = asyncio.create_task(server.serve(path, ready.set))
    await ready.wait()
    other, client = await Peer.connect(path), await Client.connect(path)
    working = asyncio.create_task(asyncio.to_thread(Worker(inbox, home).run))
    working.add_done_callback(lambda _: server.stop())
    assert await client.call(Stop()) == Done()
    assert await other.read_until(Stopped)
    assert await other.read() is None
    for number in range(3):  # a write to a socket that is closed would break the connection
        other.writer.write(pack(Call(number, Describe())))
        await other.writer.drain()
    other.writer.close()
    async with asyncio.timeout(20):
        await serving


async def test_of_two_screens_that_leave_at_once_the_engine_ends_with_the_second(
    client: Client, socket: Path
) -> None:
    other, onlooker = await Client.connect(socket), await Client.connect(socket)
    await client.call(Open(device="cpu"))
    await other.call(Watch())
    assert await onlooker.call(Describe()), "no screen"
    for screen in (client, other):
        lab = await screen.call(Describe())
        assert isinstance(lab, Description)
        assert lab.clients == 2, "each sees the other"
    assert await client.call(Stop(unless_needed=True)) == GoesOn("watched")
    await client.call(Watch())  # as a screen may that is about to go
    assert await other.call(Stop(unless_needed=True)) == Done()


async def test_the_last_screen_does_not_end_a_training_unasked(client: Client) -> None:
    await client.call(Open(device="cpu"))
    await client.call(Train(more=1_000_000))
    assert await client.call(Stop(unless_needed=True)) == GoesOn("training")
    lab = await client.call(Describe())
    assert isinstance(lab, Description)
    assert (lab.clients, lab.state) == (1, "training"), "it may stay"
    await client.call(Pause())
    assert await client.call(Stop(unless_needed=True)) == Done()


async def test_of_a_lab_that_is_not_saved_no_save_is_told(client: Client) -> None:
    await client.call(Open(device="cpu"))
    await client.call(StepOnce())
    await client.call(Stop(save=False))
    told = await event(client, lambda e: isinstance(e, Stopped))
    assert told == Stopped("screen", None)


async def test_a_lab_that_cannot_be_saved_is_not_stopped_unless_it_need_not_be(
    client: Client,
) -> None:
    await client.call(Open(device="cpu"))
    LabPaths("test").saves.write_text("no folder")
    await client.call(StepOnce())
    with pytest.raises(EngineError, match="Make it a folder"):
        await client.call(Stop())
    assert await client.call(StepOnce()) == Done(), "it goes on"
    assert await client.call(Stop(save=False)) == Done()
    told = await event(client, lambda e: isinstance(e, Stopped))
    assert told == Stopped("screen", None)


async def test_what_waits_to_be_sent_arrives_before_the_server_has_ended(
    home: Identity, tmp_path: Path
) -> None:
    inbox: Inbox = queue.SimpleQueue()
    server, ready, path = Server(inbox, "test"), asyncio.Event(), tmp_path / "s"
    serving = asyncio.create_task(server.serve(path, ready.set))
    await ready.wait()
    reader, deaf = await Peer.connect(path), await Peer.connect(path)
    silent = await Peer.connect(path, greet=False)
    open_, score = Call(0, Open(device="cpu")), Call(1, Score("emma" * 20))
    calls = pack(open_) + MOST_WAITING * pack(score)
    for peer in (reader, deaf):
        peer.writer.write(calls)
    reader.writer.write(pack(Call(2, Stop())))
    working = asyncio.to_thread(Worker(inbox, home).run)
    stopping = asyncio.create_task(working)
    stopping.add_done_callback(lambda _: server.stop())
    got = []
    while not isinstance(message := await reader.read(), Stopped):
        got.append(message)
    answers = [message.id for message in got if isinstance(message, Reply)]
    assert answers == [0, *[1] * MOST_WAITING, 2]
    assert await reader.read() is None
    async with asyncio.timeout(20):
        await serving  # though one does not read, and one has not said hello
        await stopping
    for peer in (reader, deaf, silent):
        peer.writer.close()
