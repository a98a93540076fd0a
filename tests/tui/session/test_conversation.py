"""The talk with an engine that is lost before it has said whether anything is open."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from textual.message import Message

from engine.errors import EngineUnavailable
from engine.wire.answers import Answers, Description, Done
from engine.wire.events import Events
from engine.wire.requests import Describe, Open, Requests, Resume
from tui.session import conversation
from tui.session.conversation import Conversation
from tui.session.link import Link
from tui.session.messages import EngineEnded, LinkChange

OLDER = "/saves/of a lab before"


class Unsteady:
    """An engine whose first process ends before it answers anything."""

    name = "names"
    attach_command = ""

    def renamed(self, name: str) -> None:
        pass

    def __init__(self, host: str) -> None:
        self.host = host
        self.connections: list[Line] = []
        self.asked: list[Requests] = []
        self.opened = asyncio.Event()

    def go_on_command(self, saved: str, lab: str) -> str:
        raise NotImplementedError

    async def start(self, *, attach: bool = False) -> "Line":
        self.connections.append(Line(self))
        return self.connections[-1]

    async def leave(self) -> None:
        self.connections[-1].ended.set()

    async def stop(self, *, save: bool = True) -> None:
        raise NotImplementedError

    async def obituary(self) -> str:
        return "It has ended."


class Line:
    """A connection with it."""

    def __init__(self, engine: Unsteady) -> None:
        self._engine = engine
        self._is_first = not engine.connections
        self.ended = asyncio.Event()

    async def call(self, request: Requests) -> Answers:
        if self._is_first:
            self.ended.set()
            raise EngineUnavailable("The engine has ended.")
        if isinstance(request, Describe):
            return Description("names", None, "bigram", "", "idle", 0, 0, None, 1, 0.0, 1, OLDER)
        self._engine.asked.append(request)
        self._engine.opened.set()
        return Done()

    async def events(self) -> AsyncIterator[Events]:
        await self.ended.wait()
        return
        yield


@pytest.mark.parametrize("host", ["", "box"])
@pytest.mark.parametrize("resuming", [None, Resume("/mine.safetensors", save_to="/b")])
async def test_what_was_wanted_is_wanted_of_the_next_engine(
    host: str, resuming: Resume | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "FIRST_WAIT", 0.0)
    engine = Unsteady(host)
    opening = Open("/a.txt", hold_out=0.1, seed=7, save_to="/b")
    over = asyncio.Event()
    links = [Link.STARTING]

    def post(message: Message) -> None:
        if isinstance(message, LinkChange):
            links.append(message.link)
        if isinstance(message, EngineEnded):
            over.set()

    talk = Conversation(engine, opening, post, lambda: "", resuming)
    async with asyncio.timeout(20):
        running = asyncio.create_task(talk.run())
        if not host:
            await over.wait()  # a key starts the next engine
            await running
            running = asyncio.create_task(talk.run())
        await engine.opened.wait()
        await talk.leave()
        await running
    between = Link.LOST if host else Link.ENDED
    assert links == [Link.STARTING, Link.OPENING, between, Link.OPENING]
    wanted = resuming or opening
    assert [request.path for request in engine.asked] == [wanted.path]  # type: ignore[union-attr]
    assert [request.save_to for request in engine.asked] == ["/b"]  # type: ignore[union-attr]
    if resuming is None:
        assert (engine.asked[0].hold_out, engine.asked[0].seed) == (0.1, 7)  # type: ignore[union-attr]
