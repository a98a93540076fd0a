"""Clients that break the protocol, or ask for what no screen needs: each is told why."""

import asyncio
import math
import os
import struct
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import EngineError, EngineUnavailable
from engine.wire import peers
from engine.wire.answers import Done
from engine.wire.client import Client
from engine.wire.envelopes import VERSION, Call, Hello, Refused, Welcome
from engine.wire.framing import LARGEST_REQUEST, pack
from engine.wire.requests import Configure, Open, Pause, Score, StepOnce, Train, Watch
from tests.engine.server.conftest import Peer


@pytest.mark.parametrize("frames", [5e-324, 1e-300, 1e-9, 1e300, math.inf])
async def test_no_rate_of_frames_keeps_the_engine_from_going_on(
    frames: float, client: Client
) -> None:
    await client.call(Open(device="cpu"))
    await client.call(Watch(frames=frames))
    for _ in range(3):
        await client.call(StepOnce())
        await asyncio.sleep(0)
    await client.call(Configure({"pace": 5e-324}))
    await client.call(Train())
    assert await client.call(Pause()) == Done()


@pytest.mark.parametrize(
    "watch",
    [
        Watch(rows=(0,) * 60_000, columns=(0,) * 60_000),
        Watch(loss_columns=2**63 - 1),
        Watch(loss_columns=-1),
        Watch(frames=math.nan),
    ],
)
async def test_a_watch_that_is_larger_than_any_screen_is_refused(
    watch: Watch, client: Client
) -> None:
    await client.call(Open(device="cpu"))
    with pytest.raises(EngineError, match="A watch"):
        await client.call(watch)


async def test_a_word_that_nobody_types_is_refused(client: Client) -> None:
    await client.call(Open(device="cpu"))
    with pytest.raises(EngineError, match="1,000 are the limit"):
        await client.call(Score("a" * 10_001))


async def test_another_version_is_refused_with_advice(socket: Path) -> None:
    peer = await Peer.connect(socket, greet=False)
    peer.writer.write(pack(Hello(VERSION + 1, "makemore-tui 9\x1b[31m")))
    answer = await peer.read()
    assert isinstance(answer, Refused)
    assert "Install the same makemore-tui on both sides" in answer.reason
    assert answer.reason.isprintable()
    assert await peer.read() is None


async def test_a_client_says_why_it_was_refused(
    socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.wire.client.VERSION", VERSION + 1)
    with pytest.raises(EngineUnavailable, match="Install the same"):
        await Client.connect(socket)


async def test_an_oversized_frame_is_refused(client: Client, socket: Path) -> None:
    peer = await Peer.connect(socket)
    peer.writer.write(struct.pack(">I", LARGEST_REQUEST + 1))
    answer = await peer.read_until(Refused)
    assert isinstance(answer, Refused)
    assert f"{LARGEST_REQUEST:,}" in answer.reason
    await client.call(Open(device="cpu"))


@pytest.mark.parametrize(
    "body",
    [
        b"\xc1",
        b"\x81\xa4type\xa4\xff\xff\xff\xff",  # no UTF-8
        b"",
        msgspec.msgpack.encode({"type": "Call", "id": 1, "request": {"type": "Nonsense"}}),
        msgspec.msgpack.encode(
            {"type": "Call", "id": 1, "request": {"type": "Draw", "count": "x"}}
        ),
        msgspec.msgpack.encode({"type": "Welcome", "version": 1, "engine": "", "pid": 1}),
        b"\x91" * 100_000,
    ],
)
async def test_garbage_is_refused_and_the_next_client_served(
    body: bytes, client: Client, socket: Path
) -> None:
    peer = await Peer.connect(socket)
    peer.writer.write(struct.pack(">I", len(body)) + body)
    assert isinstance(await peer.read_until(Refused), Refused)
    await client.call(Open(device="cpu"))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(garbage=st.binary(max_size=200), greet=st.booleans())
async def test_no_bytes_at_all_end_the_engine(garbage: bytes, greet: bool, socket: Path) -> None:
    peer = await Peer.connect(socket, greet=greet)
    peer.writer.write(garbage)
    peer.writer.write_eof()
    while await peer.read() is not None:
        pass
    peer.writer.close()
    proper = await Peer.connect(socket, greet=False)
    proper.writer.write(pack(Hello(VERSION, "test")))
    assert isinstance(await proper.read(), Welcome)
    proper.writer.close()


async def test_a_call_before_the_hello_is_refused(socket: Path) -> None:
    peer = await Peer.connect(socket, greet=False)
    peer.writer.write(pack(Call(1, Pause())))
    assert isinstance(await peer.read(), Refused)


async def test_another_users_process_is_refused(
    socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = os.getuid(), os.getuid() + 1
    monkeypatch.setattr("engine.server.socket_server.peer_of", lambda _: peers.Peer(1, other))
    with pytest.raises(EngineUnavailable, match=f"belongs to user {own}, not to {other}"):
        await Client.connect(socket)
