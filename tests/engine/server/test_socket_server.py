"""The wire: what good clients ask for, and what they are told."""

import asyncio
import math
import os
from pathlib import Path

import pytest

from engine.errors import EngineError, EngineUnavailable
from engine.local.paths import LabPaths
from engine.server.file_browser import FileBrowser
from engine.server.inbox import Inbox
from engine.server.recent_files import Recent
from engine.server.socket_server import Server
from engine.settings.data_format import DataFormat
from engine.wire.answers import Answers, Browsed, Done, Examined, OpenAlready, Scored, Text
from engine.wire.client import Client
from engine.wire.envelopes import VERSION, Call, Failure, Refused, Reply
from engine.wire.events import DatasetOpened, Ended, Events, Snapshot
from engine.wire.framing import pack
from engine.wire.requests import (
    Adjust,
    BeginRun,
    Browse,
    Configure,
    Describe,
    Draw,
    Examine,
    Export,
    Open,
    Pause,
    Reset,
    Resume,
    Score,
    SelectRun,
    StepOnce,
    Stop,
    Train,
    Watch,
)
from engine.wire.statistics import Figure
from engine.wire.values import Entry, RecentFile
from tests.engine.server.conftest import Peer
from tests.engine.server.hearing import ALL, event, snapshot_at


async def test_a_lab_is_opened_trained_and_sampled_over_the_wire(client: Client) -> None:
    assert await client.call(Open(device="cpu")) == Done()
    opened = await event(client, lambda e: isinstance(e, DatasetOpened))
    assert isinstance(opened, DatasetOpened)
    assert opened.statistics[0].value == Figure(10_120)
    assert (opened.characters[:3], opened.device) == ((".", "a", "b"), "cpu")
    watch = Watch(view="selected", rows=ALL, columns=ALL, cursor=(1, 14), loss_columns=30, names=5)
    await client.call(watch)
    await client.call(Configure({"pace": math.inf}))
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
    assert values[1 * 27 + 14] == done.reading.p_selected
    assert (done.reading.count, done.reading.rank) == (1692, 2)
    assert done.curve is not None
    assert 15 < len(done.curve.steps) <= 30
    ended = await event(client, lambda e: isinstance(e, Ended))
    assert ended == Ended("net", "done", 100, done.loss, "")
    await client.call(Draw(7))  # more than the ten that there are when data opens
    drawn = await event(client, lambda e: isinstance(e, Snapshot) and e.drawn == 17)
    assert isinstance(drawn, Snapshot)
    assert [name.index for name in drawn.names] == [12, 13, 14, 15, 16]
    assert [name.selected and name.selected.step for name in drawn.names] == [100] * 5


async def test_each_request_is_answered(client: Client) -> None:
    await client.call(Open(device="cpu"))
    for request in (
        Train(more=5),
        Pause(),
        StepOnce(),
        Reset(),
        Reset(by=3),
        Adjust("stream", 2),
        Configure({"smoothing": 2.0}),
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


async def test_a_command_that_comes_and_goes_is_no_screen(client: Client, socket: Path) -> None:
    await client.call(Open(device="cpu"))
    LabPaths("test").saves.write_text("no folder")  # so that the lab cannot be stopped
    await client.call(Watch())
    command = await Client.connect(socket)
    for request in (Describe(), Score("anna"), Export("samples"), Draw(3), StepOnce()):
        await command.call(request)
    with pytest.raises(EngineError, match="Make it a folder"):
        await command.call(Stop())
    await command.close()
    counted = set()

    def last(told: Events) -> bool:
        if isinstance(told, Snapshot):
            counted.add(told.clients)
        return isinstance(told, Snapshot) and told.step == 2

    await client.call(StepOnce())
    await event(client, last)
    assert counted == {1}
    await client.call(Stop(save=False))


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


async def test_nothing_listens_where_there_is_no_engine(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="No engine answers"):
        await Client.connect(tmp_path / "engine.sock")


@pytest.mark.parametrize("answer", [pack(Refused("no", VERSION)), b"\0\0\0\1x", pack(Done())])
async def test_whoever_is_refused_hangs_up(answer: bytes, tmp_path: Path) -> None:
    hung_up = asyncio.Event()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await reader.read()  # to its end
        writer.close()
        hung_up.set()

    async with await asyncio.start_unix_server(meet, tmp_path / "s"):
        with pytest.raises(EngineUnavailable) as refused:
            await Client.connect(tmp_path / "s")
        async with asyncio.timeout(20):
            await hung_up.wait()
    assert refused.tb is not None, "it holds on to the socket, where that is not closed"


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
    server = Server(worker, "test", FileBrowser(recent))
    ready = asyncio.Event()
    serving = asyncio.create_task(server.serve(socket, ready.set))
    await ready.wait()
    client = await Client.connect(socket)
    try:
        path = str(tmp_path / "words.txt")
        opening = Open(path, device="cpu", data_format=DataFormat(lower=True))
        assert await client.call(opening) == Done()
        async with asyncio.timeout(20):
            while not recent.files():
                await asyncio.sleep(0)
        await client.call(Configure({"pace": math.inf}))
        await client.call(Train(more=10**7))
        answer = await client.call(Browse(str(tmp_path / "wo")))
        assert isinstance(answer, Browsed)
        assert answer.entries == (Entry("words.txt", "file", 5),)
        assert answer.recent == (RecentFile(path, "--lower"),)
        with pytest.raises(EngineError, match="no such folder"):
            await client.call(Browse("/nowhere/"))
        found = await client.call(Examine(path, "--lower"))
        assert isinstance(found, Examined)
        assert found.options == "--format lines --lower"
        with pytest.raises(EngineError, match="No such option"):
            await client.call(Examine(path, "--colum 1"))
    finally:
        await client.close()
        server.stop()
        await serving


async def test_a_failed_open_is_not_among_the_recent_files(worker: Inbox, tmp_path: Path) -> None:
    recent = Recent(tmp_path / "recent.json")
    socket = tmp_path / "s"
    server = Server(worker, "test", FileBrowser(recent))
    ready = asyncio.Event()
    serving = asyncio.create_task(server.serve(socket, ready.set))
    await ready.wait()
    client = await Client.connect(socket)
    try:
        with pytest.raises(EngineError, match="no such file"):
            await client.call(Open("~nobody/none.txt"))
        assert await client.call(Open(device="cpu")) == Done()
        assert recent.files() == ()
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
    for message in (Reply(1, Done()), Failure(2, "no"), Ended("net", "done", 100, 2.5, "")):
        reader.feed_data(pack(message))
    client._reading = asyncio.create_task(client._read())
    assert isinstance(await event(client, lambda e: True), Ended)
    reader.feed_eof()
    await client._reading


async def test_who_is_told_what_is_too_large_says_so_and_does_not_hang(
    socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.wire.framing.LARGEST_ANSWER", 200)
    client = await Client.connect(socket)
    with pytest.raises(EngineUnavailable, match=r"cannot be read.* 200 are the limit"):
        await client.call(Open(device="cpu"))
    with pytest.raises(EngineUnavailable, match="200 are the limit"):
        async for _ in client.events():
            pass
    with pytest.raises(EngineUnavailable, match="200 are the limit"):
        await client.call(Open(device="cpu"))
    await client.close()


async def test_a_screen_that_has_asked_for_nothing_yet_counts_among_those_it_is_told_of(
    client: Client, socket: Path
) -> None:
    await client.call(Open(device="cpu"))
    other = await Client.connect(socket)
    async for heard in other.events():
        if isinstance(heard, Snapshot):
            assert heard.clients == 2
            break
    await other.close()


async def test_another_run_is_shown_at_once_even_to_a_screen_whose_turn_is_far_off(
    client: Client,
) -> None:
    await client.call(Open(device="cpu"))
    await client.call(Watch(frames=0.001))  # a snapshot in a quarter of an hour
    await event(client, lambda e: isinstance(e, Snapshot))
    await client.call(BeginRun("bigram"))
    await event(client, lambda e: isinstance(e, Snapshot) and e.selected_run.name == "bigram")
    await client.call(SelectRun(2))
    await event(client, lambda e: isinstance(e, Snapshot) and e.selected_run.name == "net")
