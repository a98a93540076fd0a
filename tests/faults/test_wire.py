"""What happens at the socket: clients that come and go, do not read, or talk nonsense."""

import asyncio
import contextlib
import itertools
import re
import socket
import time

import psutil
import pytest
from hypothesis import HealthCheck, given, settings

from engine.local.engine_process import EngineProcess
from engine.local.lab_list import labs, look
from engine.local.paths import LabPaths
from engine.wire.client import Client
from engine.wire.envelopes import Call
from engine.wire.events import Snapshot
from engine.wire.framing import pack
from engine.wire.requests import (
    Configure,
    Describe,
    Draw,
    Export,
    Open,
    Requests,
    Score,
    StepOnce,
    Train,
    Watch,
)
from tests.faults.conftest import GROWTH, SECONDS, measured
from tests.faults.fuzz import CONVERSATIONS, HELLO
from tests.faults.memory import Growth
from tests.processes import described, launched

ALL = tuple(range(27))
CONNECTIONS = 1000


def pack_call(request: Requests) -> bytes:
    return pack(Call(1, request))


# Some 15 KB of answer each: in two seconds more than `GROWTH`, if they were all kept.
CALLS = pack_call(Export("matrix", "selected")) * 300


@pytest.fixture
def engine(folder: None) -> psutil.Process:
    """An engine with a lab."""
    process = psutil.Process(launched().pid)

    async def opened() -> None:
        client = await Client.connect(LabPaths("test").socket)
        await client.call(Open(device="cpu"))
        for request in (StepOnce(), Draw(), Export("matrix"), Score("emma")):
            await client.call(request)  # once each, so that what they load counts as its start
        await client.close()

    asyncio.run(opened())
    return process


async def still_proper(engine: psutil.Process, growth: Growth) -> None:
    """Check that the engine is what it was, and end it."""
    assert growth.bytes < GROWTH
    (listed,) = await labs()  # what was opened meanwhile has a name of its own
    client = await Client.connect(LabPaths(listed.name).socket)
    await client.call(Open(device="cpu"))
    await client.call(StepOnce())
    lab = await described(client)
    assert (lab.pid, lab.step) == (engine.pid, 1)
    await client.close()
    async with asyncio.timeout(20):
        while (left := await look(LabPaths(lab.lab))) is None or left.clients:
            await asyncio.sleep(0.05)  # those that have gone are noticed one after the other
    assert [(left.name, left.pid, left.state) for left in await labs()] == [
        (lab.lab, engine.pid, "paused")
    ]
    stopping = EngineProcess(lab.lab)
    await stopping.start()
    await stopping.stop()
    await asyncio.to_thread(psutil.wait_procs, [engine], 20)


async def test_a_thousand_that_come_and_go_leave_nothing(engine: psutil.Process) -> None:
    path, growth, files = LabPaths("test").socket, Growth(engine), engine.num_fds()
    behaviours = itertools.cycle(
        (
            b"",  # not even a hello
            HELLO[:-3],
            HELLO,
            HELLO + pack_call(Watch(rows=ALL, columns=ALL, frames=1e9)),
            HELLO + pack_call(Export("matrix")) * 20 + b"\x00\x00",
        )
    )
    for number, said in zip(range(CONNECTIONS), behaviours, strict=False):
        _, writer = await asyncio.open_unix_connection(path)
        writer.write(said)
        if number % 2:
            writer.close()
        else:
            writer.transport.abort()  # half of what it says is lost
    async with asyncio.timeout(20):
        while engine.num_fds() > files:
            await asyncio.sleep(0.05)
    measured("1,000 connections", engine=growth.bytes)
    await still_proper(engine, growth)


async def pace(
    client: Client, seconds: float, deaf: asyncio.StreamWriter | None = None
) -> tuple[float, int, float]:
    """The steps a second for a time, the step at its end, and how long an answer took at most."""
    began, first, longest = time.monotonic(), (await described(client)).step, 0.0
    while True:
        asked = time.monotonic()
        step = (await described(client)).step
        longest = max(longest, time.monotonic() - asked)
        if asked - began > seconds:
            return (step - first) / (asked - began), step, longest
        if deaf is not None:  # it calls, all the while
            deaf.write(pack_call(Export("loss")) + CALLS)
        await asyncio.sleep(0.1)


async def test_ten_clients_and_one_that_never_reads_see_the_same(engine: psutil.Process) -> None:
    path, growth = LabPaths("test").socket, Growth(engine)
    clients = [await Client.connect(path) for _ in range(9)]
    watch = Watch(view="selected", rows=ALL, columns=ALL, loss_columns=200, names=20, frames=50.0)
    for client in clients:
        await client.call(watch)
    await clients[0].call(Configure({"pace": 500.0, "keep_sampling": True}))
    await clients[0].call(Train(more=10**6))
    latest, screens = [0] * len(clients), 0

    async def follow(number: int) -> None:
        async for event in clients[number].events():
            if isinstance(event, Snapshot):
                nonlocal screens
                latest[number], screens = event.step, event.clients

    following = [asyncio.create_task(follow(number)) for number in range(len(clients))]
    before, _, _ = await pace(clients[1], 1.0)
    _, deaf = await asyncio.open_unix_connection(path)
    deaf.write(HELLO + pack_call(watch))
    beside, step, longest = await pace(clients[1], SECONDS, deaf)
    async with asyncio.timeout(20):
        while min(latest) < step:
            await asyncio.sleep(0.05)
    assert screens == 10
    assert beside > 0.5 * before, "the training is held up"
    measured(
        f"{beside:.1f} steps/s of 500, {before:.1f} before; answers in {longest * 1000:.0f} ms",
        engine=growth.bytes,
    )
    deaf.transport.abort()  # with all that it still had to say
    for task, client in zip(following, clients, strict=True):
        await client.close()
        await task
    await still_proper(engine, growth)


def test_no_bytes_at_all_end_the_engine_or_make_it_grow(engine: psutil.Process) -> None:
    growth, said = Growth(engine), 0
    end = time.monotonic() + SECONDS

    @settings(
        max_examples=50, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(CONVERSATIONS)
    def fuzz(conversation: bytes) -> None:
        nonlocal said
        said += 1
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(str(LabPaths("test").socket))
            with contextlib.suppress(ConnectionError):  # it hung up before the end
                peer.sendall(conversation + pack_call(Describe()))
                peer.settimeout(0.05)  # it may wait for the rest of a message
                with contextlib.suppress(TimeoutError):
                    heard = b""
                    while b"Description" not in heard and (more := peer.recv(1 << 16)):
                        heard += more
                peer.settimeout(20)
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(1 << 16):
                    pass
        assert engine.is_running()
        assert engine.status() != psutil.STATUS_ZOMBIE

    while time.monotonic() < end:
        fuzz()
    measured(f"{said:,} conversations", engine=growth.bytes)
    asyncio.run(still_proper(engine, growth))
    unforeseen = re.findall(
        r"Traceback.*?\n(?=\S)([^\n]*)", LabPaths("test").log.read_text(), re.DOTALL
    )
    assert unforeseen == []
