"""Clients that do not read: neither they nor what waits for them may slow or fill the engine."""

import math
from pathlib import Path

import pytest

from engine.lab import snapshots
from engine.server.outbox import MOST_WAITING
from engine.wire.client import Client
from engine.wire.envelopes import Call, Reply
from engine.wire.events import Ended, Snapshot
from engine.wire.framing import pack
from engine.wire.requests import Configure, Export, Open, StepOnce, Train, Watch
from tests.engine.server.conftest import Peer
from tests.engine.server.hearing import ALL, event


async def test_a_client_that_reads_nothing_neither_slows_nor_fills_the_engine(
    client: Client, socket: Path
) -> None:
    await client.call(Open(device="cpu"))
    await client.call(Configure({"pace": math.inf}))
    deaf = await Peer.connect(socket)
    watch = Watch(view="selected", rows=ALL, columns=ALL, loss_columns=2000, names=500, frames=1e9)
    deaf.writer.write(pack(Call(1, watch)))
    await client.call(Watch(frames=1e9))
    await client.call(Train(more=4_000))
    ended = await event(client, lambda e: isinstance(e, Ended))
    assert isinstance(ended, Ended)
    assert ended.step == 4_000
    # What it gets when it reads at last: little, the newest, and the end.
    got = []
    while not isinstance(message := await deaf.read(), Ended):
        got.append(message)
    snapshots = [message for message in got if isinstance(message, Snapshot)]
    assert snapshots[-1].step == 4_000
    assert len(snapshots) < 100
    deaf.writer.close()


async def test_a_client_that_calls_and_never_reads_is_not_listened_to_for_ever(
    client: Client, socket: Path
) -> None:
    await client.call(Open(device="cpu"))
    rude = await Peer.connect(socket)
    calls = b"".join(pack(Call(i, Export("matrix"))) for i in range(4 * MOST_WAITING))
    rude.writer.write(calls)
    # The others are served all the while.
    for _ in range(20):
        await client.call(StepOnce())
    answered = 0
    while answered < 4 * MOST_WAITING:  # and so is it, when it reads
        message = await rude.read()
        answered += isinstance(message, Reply)
    rude.writer.close()


async def test_of_what_is_large_few_answers_wait_for_a_client_that_does_not_read(
    client: Client, socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.call(Open(device="cpu"))
    made: list[object] = []

    def exported(*what: object) -> str:
        made.append(what)
        return "x" * 10**6

    monkeypatch.setattr(snapshots, "exported", exported)
    deaf = await Peer.connect(socket)
    deaf.writer.write(b"".join(pack(Call(i, Export("matrix"))) for i in range(20)))
    for _ in range(20):
        await client.call(StepOnce())
    assert len(made) <= 2
    answers = [await deaf.read_until(Reply) for _ in range(20)]
    assert [answer.id for answer in answers if isinstance(answer, Reply)] == [*range(20)]
    deaf.writer.close()
