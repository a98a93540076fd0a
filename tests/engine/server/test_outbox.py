"""The promises of what waits for a client, whatever a worker tells and however it is read."""

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import EngineError, WireError
from engine.server.outbox import LARGEST_WAITING, Outbox, Room
from engine.wire.answers import Browsed, Done, Text
from engine.wire.envelopes import Call, Reply
from engine.wire.events import DatasetOpened, Ended, Snapshot
from engine.wire.framing import LARGEST_ANSWER, pack, read_from_engine
from engine.wire.requests import Export, Score
from engine.wire.values import RunSummary


def snapshot(data: int, step: int) -> Snapshot:
    return made(Snapshot, data=data, selected=2, runs=(made(RunSummary, number=2, step=step),))


def dataset(number: int) -> DatasetOpened:
    return made(DatasetOpened, number=number)


def made(kind: Any, **fields: object) -> Any:
    """A message, of which only these fields matter."""
    return kind(**{field.name: fields.get(field.name) for field in msgspec.structs.fields(kind)})


class Worker:
    """Tells what a lab's thread tells: a training, its ends, answers and other data sets."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.data, self.step, self.calls = 0, 0, 0

    def work(self, what: str) -> list[Any]:
        """What is told as a data set is opened, steps are made, one ends, or a call is answered."""
        match what:
            case "open":
                self.data, self.step = self.data + 1, 0
                told: list[Any] = [dataset(self.data), Reply(-self.data, Done())]
            case "step":
                self.step += 1
                told = [snapshot(self.data, self.step)]
            case "end":
                told = [snapshot(self.data, self.step), Ended("net", "done", self.step, 2.5, "")]
            case _:
                self.calls += 1
                told = [Reply(self.calls, Done())]
        self.told += told
        return told


LIVES = st.lists(
    st.tuples(st.sampled_from(["open", "step", "end", "answer"]), st.integers(0, 4)), max_size=60
)


def read_by_a_client(life: list[tuple[str, int]]) -> tuple[list[Any], list[Any]]:
    """What was told, and what a client has read that reads so many messages after each time."""

    async def read() -> tuple[list[Any], list[Any]]:
        outbox, worker, got = Outbox(), Worker(), []
        for what, most in [("open", 0), *life]:
            for message in worker.work(what):
                outbox.put(message)
            got += [await outbox.get() for _ in range(min(most, len(outbox.waiting)))]
            assert sum(isinstance(m, Snapshot | DatasetOpened) for m in outbox.waiting) <= 3
        outbox.close()
        while (message := await outbox.get()) is not None:
            got.append(message)
        return worker.told, got

    return asyncio.run(read())


@settings(max_examples=100, deadline=None)
@given(LIVES)
def test_what_ends_or_answers_is_never_dropped_and_of_the_rest_the_newest_is_read(
    life: list[tuple[str, int]],
) -> None:
    told, got = read_by_a_client(life)
    kept = [message for message in told if isinstance(message, Reply | Ended)]
    assert [message for message in got if isinstance(message, Reply | Ended)] == kept
    for kind in (Snapshot, DatasetOpened):
        newest = [message for message in told if isinstance(message, kind)][-1:]
        read = [message for message in got if isinstance(message, kind)][-1:]
        is_of_data = newest and getattr(newest[0], "data", 0) in (0, told_last(told))
        assert read == newest or not is_of_data


def told_last(told: list[Any]) -> int:
    """The number of the newest data set."""
    return [message.number for message in told if isinstance(message, DatasetOpened)][-1]


@settings(max_examples=100, deadline=None)
@given(LIVES)
def test_nothing_is_overtaken_by_what_is_older(life: list[tuple[str, int]]) -> None:
    _, got = read_by_a_client(life)
    data, step, opened = 0, -1, {m.number for m in got if isinstance(m, DatasetOpened)}
    for message in got:
        match message:
            case DatasetOpened(number):
                assert number > data
                data, step = number, -1
            case Snapshot():
                assert message.data == data, "a snapshot of a data set that was not told of"
                assert message.step >= step
                step = message.step
            case Reply(number) if -number in opened:
                assert data >= -number, "an answer before what came of it"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["step", "end", "answer"]), st.integers(0, 4))))
def test_an_end_comes_behind_a_snapshot_of_its_step_or_a_later_one(
    life: list[tuple[str, int]],
) -> None:
    _, got = read_by_a_client(life)
    step = -1
    for message in got:
        if isinstance(message, Snapshot):
            step = message.step
        elif isinstance(message, Ended):
            assert message.step <= step


async def test_an_answer_is_sent_though_a_snapshot_comes_whenever_one_is_sent() -> None:
    outbox, got = Outbox(), []
    outbox.put(snapshot(1, 0))
    outbox.put(Reply(1, Done()))
    for step in (1, 2):
        got.append(await outbox.get())
        outbox.put(snapshot(1, step))
    assert Reply(1, Done()) in got


async def test_calls_of_many_bytes_wait_until_those_before_have_their_answer() -> None:
    room, call = Room(), Call(1, Score("x"))
    await room.enter(call, LARGEST_WAITING - 10)
    await room.enter(call, 10)
    waiting = asyncio.create_task(room.enter(call, 10))
    await asyncio.sleep(0)
    assert not waiting.done()
    room.answered(call, 10, Done())
    await asyncio.wait_for(waiting, 20)
    large = asyncio.create_task(room.enter(call, LARGEST_WAITING))
    await asyncio.sleep(0)
    assert not large.done()
    for size in (LARGEST_WAITING - 10, 10):
        room.answered(call, size, Done())
    await asyncio.wait_for(large, 20)


@pytest.mark.parametrize("answer", [EngineError("too large")])
async def test_an_export_that_has_failed_makes_room_for_another(answer: EngineError) -> None:
    room, call = Room(), Call(1, Export("matrix"))
    for _ in range(10):
        await asyncio.wait_for(room.enter(call, 10), 20)
        room.answered(call, 10, answer)


async def test_of_long_answers_only_a_text_is_taken() -> None:
    reader = asyncio.StreamReader()
    long = Reply(7, Text("ü" * (LARGEST_ANSWER // 2)))
    reader.feed_data(pack(long))
    assert await read_from_engine(reader) == long
    many = pack(Reply(7, Browsed("", (), "x" * LARGEST_ANSWER, 0, 0, True, ())))
    reader.feed_data(many)
    with pytest.raises(WireError, match=f"{LARGEST_ANSWER:,} are the limit"):
        await read_from_engine(reader)
