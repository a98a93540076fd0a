"""The objects behind the keys, without an App: a session with a made-up engine, and a list of what
they ask of the screen."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace
from textual.message import Message

from engine.settings.data_format import DataFormat
from engine.settings.limits import NAMES_AT_ONCE
from engine.wire.answers import Exists
from engine.wire.events import DatasetOpened, Snapshot
from engine.wire.requests import Draw, Open, Pause, Requests, Reset, Save, Train, Watch
from tests.tui.fake_engine import FakeEngine
from tui.control.copying import CUT_BY_SOME, TAKEN_BY_TMUX, Copying
from tui.control.leaving import Leaving
from tui.control.saving import Saving
from tui.control.training import Training
from tui.keys.overrides import DEFAULT_KEYS
from tui.screens.quit import QuitScreen
from tui.session.link import Link
from tui.session.messages import EngineEvent, LinkChange
from tui.session.session import Session


class FakeUi:
    """A screen that remembers what it was asked for."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.keys = DEFAULT_KEYS
        self.screen: Any = None
        self.is_behind = False
        self.said: list[str] = []
        self.copied: list[str] = []
        self.sent: list[Requests] = []
        self.held: list[bool] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.copy_to_clipboard = self.copied.append
        self.send = self.sent.append
        self.exits = 0

    def notify(self, message: str, **_: Any) -> None:
        self.said.append(message)

    def tell_absence(self) -> None:
        self.said.append(self.session.absence())

    def push_screen(self, screen: Any) -> None:
        self.screen = screen

    def run_worker(self, work: Coroutine[Any, Any, None], **_: Any) -> None:
        self.tasks.append(asyncio.create_task(work))

    def hold_keys(self, *, held: bool) -> None:
        self.held.append(held)

    def exit(self) -> None:
        self.exits += 1

    async def rest(self) -> None:
        """Wait for all that was begun, and for what that begins."""
        while self.tasks:
            await self.tasks.pop()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0)


@asynccontextmanager
async def lab(engine: FakeEngine) -> AsyncIterator[tuple[Session, FakeUi]]:
    """A session whose lab is open, and the screen that its objects see."""

    def hear(message: Message) -> None:
        match message:
            case LinkChange():
                session.follow(message)
            case EngineEvent(event=DatasetOpened() as dataset):
                session.opened(dataset)
                engine.tell_snapshot()
            case EngineEvent(event=Snapshot() as snapshot):
                session.shown(snapshot)

    session = Session(engine, Open(), hear, DEFAULT_KEYS)  # type: ignore[arg-type]
    engine.watch = Watch()  # as the panes would ask
    talk = asyncio.create_task(session.run())
    await until(lambda: session.snapshot)
    try:
        yield session, FakeUi(session)
    finally:
        await session.conversation.leave()
        await talk


def trains(engine: FakeEngine) -> None:
    engine.state, engine.step = "training", 42


def trains_another(engine: FakeEngine) -> None:
    engine.begin("mlp").state = "training"


def is_watched(engine: FakeEngine) -> None:
    engine.clients = 2


def has_steps(engine: FakeEngine) -> None:
    engine.state, engine.step = "paused", 42


@pytest.mark.parametrize(
    ("as_it_is", "asks", "stops", "farewell"),
    [
        (has_steps, True, 1, "is saved. {go_on} goes on with it."),
        (trains, False, 0, "goes on, without a screen. {attach} takes it up again."),
        (trains_another, False, 0, "goes on, without a screen. {attach} takes it up again."),
        (is_watched, True, 0, "goes on, on other screens. {attach} takes it up again."),
        (is_watched, False, 0, "goes on, on other screens. {attach} takes it up again."),
    ],
)
async def test_quitting_says_how_to_come_back(
    as_it_is: Callable[[FakeEngine], None], asks: bool, stops: int, farewell: str
):
    engine = FakeEngine()
    as_it_is(engine)
    async with lab(engine) as (session, ui):
        Leaving(session, ui).quit(asks=asks)
        await ui.rest()
        assert session.farewell == f"The lab names {farewell}".format(
            attach=session.engine.attach_command,
            go_on=session.engine.go_on_command("/saves/newest", "names"),
        )
    assert (engine.stops, ui.exits, ui.screen) == (stops, 1, None)
    assert ui.held == ([True, False] if asks else [False])


async def test_a_training_is_asked_about_and_each_answer_is_carried_out():
    answers = (("keep", 0, 1), ("stop", 1, 1), ("drop", 1, 1))
    for as_it_is, (way, stops, exits) in product((trains, trains_another), answers):
        engine = FakeEngine()
        as_it_is(engine)
        async with lab(engine) as (session, ui):
            leaving = Leaving(session, ui)
            leaving.quit(asks=True)
            await ui.rest()
            assert isinstance(ui.screen, QuitScreen)
            assert (engine.stops, ui.exits) == (0, 0)
            leaving.chosen(way)  # type: ignore[arg-type]
            await ui.rest()
        assert (engine.stops, ui.exits) == (stops, exits), way


async def test_a_lab_that_cannot_be_saved_is_not_left_without_a_question():
    engine = FakeEngine()
    has_steps(engine)
    engine.cannot_save = "The disk is full."
    async with lab(engine) as (session, ui):
        Leaving(session, ui).quit(asks=True)
        await ui.rest()
        assert isinstance(ui.screen, QuitScreen)
    assert (engine.stops, ui.exits) == (0, 0)


async def test_an_engine_that_has_ended_is_left_at_once():
    engine = FakeEngine()
    async with lab(engine) as (session, ui):
        engine.die()
        await until(lambda: session.link is Link.ENDED)
        Leaving(session, ui).quit(asks=True)
        assert (ui.exits, ui.tasks) == (1, [])


async def test_a_lab_is_saved_to_the_same_file_the_second_time_unasked(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("tui.screens.save.SavePrompt", lambda *given: given)
    engine = FakeEngine()
    async with lab(engine) as (session, ui):
        saving = Saving(session, ui)
        saving.save()
        *_, saved = ui.screen
        saved("/home/me/lab.safetensors")
        ui.screen = None
        saving.save()
        await ui.rest()
        assert engine.asked(Save) == [Save("/home/me/lab.safetensors", over="checkpoint")]
        assert (ui.screen, ui.said) == (None, ["Saved /home/me/lab.safetensors."] * 2)


async def test_other_data_and_a_file_that_something_else_has_taken_are_asked_about_again(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("tui.screens.save.SavePrompt", lambda *given: given)
    engine = FakeEngine()
    async with lab(engine) as (session, ui):
        saving = Saving(session, ui)
        saving.save()
        *_, saved = ui.screen
        saved("/home/me/lab.safetensors")
        engine.answers[Save] = Exists("/home/me/lab.safetensors")
        ui.screen = None
        saving.save()
        await ui.rest()
        assert ui.screen is not None
        assert ui.said[1] == "/home/me/lab.safetensors exists: the lab was not saved there."
        session.opened(replace(engine.data, number=2))
        ui.screen = None
        saving.save()
        assert ui.screen is not None
        assert not ui.tasks
    assert len(engine.asked(Save)) == 1


@pytest.mark.parametrize(
    ("count", "is_copied", "said"),
    [
        (CUT_BY_SOME, True, "Copied names: 1 lines."),
        (CUT_BY_SOME + 1, True, "Some terminals cut this off: e writes a file."),
        (TAKEN_BY_TMUX, True, "Some terminals cut this off: e writes a file."),
        (TAKEN_BY_TMUX + 1, False, "Not copied: "),
    ],
)
async def test_what_is_too_large_for_terminals_is_not_copied(
    count: int, is_copied: bool, said: str
):
    engine = FakeEngine()
    engine.draw(3)
    engine.exports["names"] = text = "a" * (count - 1) + "\n"
    async with lab(engine) as (session, ui):
        Copying(session, ui).copy_names()
        await ui.rest()
    assert ui.copied == ([text] if is_copied else [])
    assert len(ui.said) == 1
    assert said in ui.said[0]


async def test_nothing_is_copied_to_a_terminal_that_does_not_keep_up():
    engine = FakeEngine()
    engine.draw(3)
    engine.exports["names"] = "emma\n"
    async with lab(engine) as (session, ui):
        ui.is_behind = True
        Copying(session, ui).copy_names()
        await ui.rest()
    assert not ui.copied
    assert ui.said == ["Not copied: the terminal has yet to take what it was sent before."]


async def test_the_key_that_trains_is_for_the_selected_run_whatever_others_do():
    engine = FakeEngine()
    trains_another(engine)
    async with lab(engine) as (session, ui):
        assert session.is_training
        Training(session, ui).toggle()
    assert ui.sent == [Train()]


async def test_one_key_trains_and_pauses():
    engine = FakeEngine()
    async with lab(engine) as (session, ui):
        training = Training(session, ui)
        training.toggle()
        trains(engine)
        engine.tell_snapshot()
        await until(lambda: session.is_training)
        training.toggle()
    assert ui.sent == [Train(), Pause()]


@pytest.mark.parametrize(("format_", "count"), [("words", NAMES_AT_ONCE), ("text", 1)])
async def test_of_a_running_text_one_draw_is_enough(format_: str, count: int):
    engine = FakeEngine()
    async with lab(engine) as (session, ui):
        form = DataFormat(format=format_)  # type: ignore[arg-type]
        session.opened(replace(engine.data, data_format=form))
        Training(session, ui).draw()
    assert ui.sent == [Draw(count)]


async def test_what_changes_a_lab_that_is_not_there_yet_says_so():
    engine = FakeEngine()
    async with lab(engine) as (session, ui):
        training = Training(session, ui)
        session.opened(engine.data)  # its first snapshot is on its way
        training.change(Reset(by=1))
        session.shown(engine.snapshot())
        training.change(Reset(by=1))
    assert ui.said == ["The data is still being read."]
    assert ui.sent == [Reset(by=1)]
