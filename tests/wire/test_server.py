"""The wire: good clients and bad ones."""

import asyncio
import math
import os
import queue
import struct
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import snapshots
from engine.client import Client
from engine.errors import EngineError, EngineUnavailable
from engine.home import Home
from engine.inbox import Inbox
from engine.outbox import MOST_WAITING, Outbox
from engine.protocol import (
    VERSION,
    Adjust,
    Answers,
    Browse,
    Browsed,
    Call,
    Configure,
    DatasetOpened,
    Done,
    Draw,
    Ended,
    Entry,
    Events,
    Export,
    Failure,
    Hello,
    Open,
    OpenAlready,
    Pause,
    Refused,
    Reply,
    Reset,
    Resume,
    Score,
    Scored,
    Snapshot,
    StepOnce,
    Stop,
    Stopped,
    Text,
    Train,
    Watch,
    Welcome,
)
from engine.recent import Recent
from engine.server import Server
from engine.shelf import Shelf
from engine.wire import LARGEST_REQUEST, pack
from engine.worker import Worker
from tests.wire.conftest import Peer

ALL = tuple(range(27))


async def event(client: Client, wanted: Callable[[Events], bool]) -> Events:
    """The next event that is wanted."""
    async with asyncio.timeout(20):
        async for event in client.events():
            if wanted(event):
                return event
    raise AssertionError("the engine hung up")


def snapshot_at(step: int) -> Callable[[Events], bool]:
    return lambda event: isinstance(event, Snapshot) and event.step == step


async def test_a_lab_is_opened_trained_and_sampled_over_the_wire(client: Client) -> None:
    assert await client.call(Open(device="cpu")) == Done()
    opened = await event(client, lambda e: isinstance(e, DatasetOpened))
    assert isinstance(opened, DatasetOpened)
    assert (opened.words, opened.characters[:3], opened.device) == (10_120, (".", "a", "b"), "cpu")
    watch = Watch(view="net", rows=ALL, columns=ALL, cursor=(1, 14), loss_columns=30, names=5)
    await client.call(watch)
    await client.call(Configure(pace=math.inf))
    await client.call(Train())
    done = await event(client, lambda e: isinstance(e, Snapshot) and e.state == "done")
    assert isinstance(done, Snapshot)
    assert (done.step, done.goal) == (100, 100)
    assert done.loss == pytest.approx(2.4642, abs=1e-4)
    assert done.cells is not None
    values = memoryview(done.cells.values).cast("d")
    assert len(values) == 27 * 27
    assert sum(values) == pytest.approx(27)
    assert done.reading is not None
    assert values[1 * 27 + 14] == done.reading.p_net
    assert (done.reading.count, done.reading.rank) == (1692, 2)
    assert done.curve is not None
    assert 15 < len(done.curve.steps) <= 30
    ended = await event(client, lambda e: isinstance(e, Ended))
    assert ended == Ended("done", 100, done.loss, "")
    await client.call(Draw(7))
    drawn = await event(client, lambda e: isinstance(e, Snapshot) and e.drawn == 7)
    assert isinstance(drawn, Snapshot)
    assert [name.index for name in drawn.names] == [2, 3, 4, 5, 6]


async def test_each_request_is_answered(client: Client) -> None:
    await client.call(Open(device="cpu"))
    for request in (
        Train(more=5),
        Pause(),
        StepOnce(),
        Reset(),
        Reset(seed=3),
        Configure(smoothing=2.0),
        Adjust("learning_rate", -1),
        Draw(),
        Watch(),
    ):
        assert await client.call(request) == Done()
    assert isinstance(await client.call(Score("anna")), Scored)
    for what in ("dataset", "matrix", "loss", "samples"):
        text = await client.call(Export(what))  # type: ignore[arg-type]
        assert isinstance(text, Text)
        assert text.text.endswith("\n")


async def test_a_request_that_fails_is_answered_with_a_sentence(client: Client) -> None:
    with pytest.raises(EngineError, match="No data is open"):
        await client.call(Train())
    with pytest.raises(EngineError, match="no such file"):
        await client.call(Open("/nowhere"))
    await client.call(Open(device="cpu"))
    with pytest.raises(EngineError, match="beyond the matrix"):
        await client.call(Watch(rows=(27,), columns=(0,)))
    with pytest.raises(EngineError, match="frames"):
        await client.call(Watch(frames=0))
    with pytest.raises(EngineError, match="give a number from 1"):
        await client.call(Draw(10**9))


async def test_a_file_that_cannot_be_read_leaves_the_open_one_alone(
    client: Client, tmp_path: Path
) -> None:
    await client.call(Open(device="cpu"))
    await client.call(StepOnce())
    (tmp_path / "binary").write_bytes(b"\0")
    with pytest.raises(EngineError, match="binary"):
        await client.call(Open(str(tmp_path / "binary")))
    await client.call(Watch())
    await event(client, lambda e: isinstance(e, Snapshot) and e.data == 1 and e.step == 1)


async def test_another_file_replaces_the_open_one(client: Client, tmp_path: Path) -> None:
    await client.call(Open(device="cpu"))
    await client.call(Watch(rows=ALL, columns=ALL))
    (tmp_path / "small").write_text("ab\n")
    await client.call(Open(str(tmp_path / "small"), device="cpu"))
    await event(client, lambda e: isinstance(e, DatasetOpened) and e.number == 2)
    last = await event(client, lambda e: isinstance(e, Snapshot) and e.data == 2)
    assert isinstance(last, Snapshot)
    assert last.cells is None, "the window lay outside the new matrix"


async def test_two_clients_see_the_same_lab_each_through_its_own_window(
    client: Client, socket: Path
) -> None:
    await client.call(Open(device="cpu"))
    other = await Client.connect(socket)
    await event(other, lambda e: isinstance(e, DatasetOpened))
    await client.call(Watch(view="counts", rows=(0,), columns=(1,)))
    await other.call(Watch(view="weights", rows=(2, 3), columns=ALL))
    await other.call(StepOnce())
    mine, theirs = await event(client, snapshot_at(1)), await event(other, snapshot_at(1))
    assert isinstance(mine, Snapshot)
    assert isinstance(theirs, Snapshot)
    assert mine.loss == theirs.loss
    assert mine.cells is not None
    assert theirs.cells is not None
    assert (mine.cells.view, len(mine.cells.values)) == ("counts", 8)
    assert (theirs.cells.view, len(theirs.cells.values)) == ("weights", 2 * 27 * 8)
    await other.close()


async def test_a_client_that_reads_nothing_neither_slows_nor_fills_the_engine(
    client: Client, socket: Path
) -> None:
    await client.call(Open(device="cpu"))
    await client.call(Configure(pace=math.inf))
    deaf = await Peer.connect(socket)
    watch = Watch(view="net", rows=ALL, columns=ALL, loss_columns=2000, names=500, frames=1e9)
    deaf.writer.write(pack(Call(1, watch)))
    await client.call(Watch(frames=1e9))
    await client.call(Train(more=20_000))
    ended = await event(client, lambda e: isinstance(e, Ended))
    assert isinstance(ended, Ended)
    assert ended.step == 20_000
    # What it gets when it reads at last: little, the newest, and the end.
    got = []
    while not isinstance(message := await deaf.read(), Ended):
        got.append(message)
    snapshots = [message for message in got if isinstance(message, Snapshot)]
    assert snapshots[-1].step == 20_000
    assert len(snapshots) < 100
    deaf.writer.close()


def test_an_outbox_holds_the_newest_of_a_kind_and_every_end() -> None:
    async def fill() -> list[object]:
        outbox = Outbox()
        for step in range(5):
            outbox.put(Ended("done", step, None, ""))
            outbox.put(Refused(str(step), VERSION))
        return [await outbox.get() for _ in range(10)]

    got = asyncio.run(fill())
    assert [m.step for m in got if isinstance(m, Ended)] == [0, 1, 2, 3, 4]


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


async def test_who_stops_a_lab_and_who_looks_on_are_told_of_its_end_and_of_its_save(
    client: Client, socket: Path, tmp_path: Path
) -> None:
    await client.call(Open(device="cpu"))
    await client.call(StepOnce())
    other = await Peer.connect(socket)
    assert await client.call(Stop()) == Done()
    (save,) = (tmp_path / "saves").iterdir()
    assert await other.read_until(Stopped) == Stopped("screen", str(save))
    told = await event(client, lambda e: isinstance(e, Stopped))
    assert told == Stopped("screen", str(save))


async def test_of_a_lab_that_is_not_saved_no_save_is_told(client: Client) -> None:
    await client.call(Open(device="cpu"))
    await client.call(StepOnce())
    await client.call(Stop(save=False))
    told = await event(client, lambda e: isinstance(e, Stopped))
    assert told == Stopped("screen", None)


async def test_a_lab_that_cannot_be_saved_is_not_stopped_unless_it_need_not_be(
    client: Client, tmp_path: Path
) -> None:
    (tmp_path / "saves").write_text("no folder")
    await client.call(Open(device="cpu"))
    await client.call(StepOnce())
    with pytest.raises(EngineError, match="Make it a folder"):
        await client.call(Stop())
    assert await client.call(StepOnce()) == Done(), "it goes on"
    assert await client.call(Stop(save=False)) == Done()
    told = await event(client, lambda e: isinstance(e, Stopped))
    assert told == Stopped("screen", None)


async def test_what_waits_to_be_sent_arrives_before_the_server_has_ended(
    home: Home, tmp_path: Path
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


@pytest.mark.parametrize("frames", [5e-324, 1e-300, 1e-9, 1e300, math.inf])
async def test_no_rate_of_frames_keeps_the_engine_from_going_on(
    frames: float, client: Client
) -> None:
    await client.call(Open(device="cpu"))
    await client.call(Watch(frames=frames))
    for _ in range(3):
        await client.call(StepOnce())
        await asyncio.sleep(0)
    await client.call(Configure(pace=5e-324))
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
    with pytest.raises(EngineError, match="a watch"):
        await client.call(watch)


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


async def test_a_word_that_nobody_types_is_refused(client: Client) -> None:
    await client.call(Open(device="cpu"))
    with pytest.raises(EngineError, match="10,000 are the limit"):
        await client.call(Score("a" * 10_001))


async def test_a_client_that_dies_is_forgotten(client: Client, socket: Path) -> None:
    await client.call(Open(device="cpu"))
    peers = [await Peer.connect(socket) for _ in range(50)]
    for peer in peers:
        peer.writer.write(pack(Call(1, Watch(rows=ALL, columns=ALL))))
    await event(client, lambda e: isinstance(e, Snapshot) and e.clients == 51)
    for peer in peers:
        peer.writer.transport.abort()
    await event(client, lambda e: isinstance(e, Snapshot) and e.clients == 1)
    await client.call(StepOnce())
    await event(client, snapshot_at(1))


async def test_of_two_that_open_at_once_the_second_is_told_what_is_open(
    socket: Path, tmp_path: Path
) -> None:
    files = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for file in files:
        file.write_text("anna\nbob\n")
    screens = [await Client.connect(socket) for _ in files]
    asked = [
        screen.call(Open(str(file), device="cpu", unless_open=True))
        for screen, file in zip(screens, files, strict=True)
    ]
    answers = await asyncio.gather(*asked)
    assert Done() in answers
    is_first = answers.index(Done()) == 0
    first, second = files if is_first else files[::-1]
    assert OpenAlready(str(first), is_asked=False) in answers
    for screen in screens:
        opened = await event(screen, lambda e: isinstance(e, DatasetOpened))
        assert isinstance(opened, DatasetOpened)
        assert opened.path == str(first)
    again = Open(f"{tmp_path}/../{tmp_path.name}/{first.name}", unless_open=True)
    assert await screens[0].call(again) == OpenAlready(str(first), is_asked=True)
    taken_up = Resume(str(second), unless_open=True)
    assert await screens[0].call(taken_up) == OpenAlready(str(first), is_asked=False)
    assert await screens[0].call(Open(str(second), device="cpu")) == Done(), "a person wants it"
    for screen in screens:
        await screen.close()


async def test_what_is_open_tells_how_to_open_it_again(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "a\x1bb.txt"
    path.write_text("".join(f"anna{'b' * n}\n" for n in range(20)))
    asked = Open(str(path), hold_out=0.5, device="cpu", seed=7, pace=3.0)
    for request in (asked, Open(device="cpu")):
        await client.call(request)
        opened = await event(client, lambda e: isinstance(e, DatasetOpened))
        assert isinstance(opened, DatasetOpened)
        assert opened.opening == request
        assert opened.folder == os.getcwd()


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
    monkeypatch.setattr("engine.client.VERSION", VERSION + 1)
    with pytest.raises(EngineUnavailable, match="Install the same"):
        await Client.connect(socket)


async def test_nothing_listens_where_there_is_no_engine(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="No engine answers"):
        await Client.connect(tmp_path / "engine.sock")


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


async def test_answers_carry_the_number_of_their_call(socket: Path) -> None:
    peer = await Peer.connect(socket)
    peer.writer.write(pack(Call(41, Pause())) + pack(Call(42, Open("/nowhere"))))
    first, second = await peer.read(), await peer.read()
    assert isinstance(first, Failure)
    assert isinstance(second, Failure)
    assert (first.id, second.id) == (41, 42)
    peer.writer.close()


async def test_paths_are_completed_while_the_worker_is_busy(worker: Inbox, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("emma\n")
    socket, recent = tmp_path / "s", Recent(tmp_path / "recent.json")
    server = Server(worker, "test", Shelf(recent))
    ready = asyncio.Event()
    serving = asyncio.create_task(server.serve(socket, ready.set))
    await ready.wait()
    client = await Client.connect(socket)
    try:
        path = str(tmp_path / "words.txt")
        assert await client.call(Open(path, device="cpu")) == Done()
        async with asyncio.timeout(20):
            while not recent.paths():
                await asyncio.sleep(0)
        await client.call(Configure(pace=math.inf))
        await client.call(Train(more=10**7))
        answer = await client.call(Browse(str(tmp_path / "wo")))
        assert isinstance(answer, Browsed)
        assert answer.entries == (Entry("words.txt", "file", 5),)
        assert answer.recent == (path,)
        with pytest.raises(EngineError, match="no such folder"):
            await client.call(Browse("/nowhere/"))
    finally:
        await client.close()
        server.stop()
        await serving


async def test_a_failed_open_is_not_among_the_recent_files(worker: Inbox, tmp_path: Path) -> None:
    recent = Recent(tmp_path / "recent.json")
    socket = tmp_path / "s"
    server = Server(worker, "test", Shelf(recent))
    ready = asyncio.Event()
    serving = asyncio.create_task(server.serve(socket, ready.set))
    await ready.wait()
    client = await Client.connect(socket)
    try:
        with pytest.raises(EngineError, match="no such file"):
            await client.call(Open("~nobody/none.txt"))
        assert await client.call(Open(device="cpu")) == Done()
        assert recent.paths() == ()
    finally:
        await client.close()
        server.stop()
        await serving


async def test_an_answer_to_a_call_that_was_just_cancelled_does_no_harm() -> None:
    reader = asyncio.StreamReader()
    client = Client(reader, None)  # type: ignore[arg-type]
    # A task that is cancelled cancels what it waits for, and tidies up only when it runs again.
    cancelled: asyncio.Future[Answers] = asyncio.get_running_loop().create_future()
    cancelled.cancel()
    client._waiting = {1: cancelled, 2: cancelled}
    for message in (Reply(1, Done()), Failure(2, "no"), Ended("done", 100, 2.5, "")):
        reader.feed_data(pack(message))
    client._reading = asyncio.create_task(client._read())
    assert isinstance(await event(client, lambda e: True), Ended)
    reader.feed_eof()
    await client._reading


async def test_who_is_told_what_is_too_large_says_so_and_does_not_hang(
    socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.wire.LARGEST_ANSWER", 200)
    client = await Client.connect(socket)
    with pytest.raises(EngineUnavailable, match=r"cannot be read.* 200 are the limit"):
        await client.call(Open(device="cpu"))
    with pytest.raises(EngineUnavailable, match="200 are the limit"):
        async for _ in client.events():
            pass
    with pytest.raises(EngineUnavailable, match="200 are the limit"):
        await client.call(Open(device="cpu"))
    await client.close()


async def test_another_users_process_is_refused(
    socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer = os.getuid()
    monkeypatch.setattr("engine.server.os.getuid", lambda: peer + 1)
    with pytest.raises(EngineUnavailable, match=f"belongs to user {peer + 1}, not to {peer}"):
        await Client.connect(socket)


async def test_a_screen_that_has_asked_for_nothing_yet_counts_among_those_it_is_told_of(
    client: Client, socket: Path
) -> None:
    await client.call(Open(device="cpu"))
    other = await Client.connect(socket)
    async for event in other.events():
        if isinstance(event, Snapshot):
            assert event.clients == 2
            break
    await other.close()
