"""An engine that is there and says nothing: a person is told, and that it speaks again."""

import asyncio
import os
import signal

import pytest

from engine.local.engine_process import EngineProcess
from engine.wire.answers import Answers
from engine.wire.requests import Open, Ping, Requests, Train
from tests.processes import engine, folder, process_of  # noqa: F401  fixtures
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, until
from tui.app import LabApp
from tui.session import conversation


class MuteEngine(FakeEngine):
    """Answers no request, while it is mute."""

    def __init__(self) -> None:
        super().__init__()
        self.speaks = asyncio.Event()
        self.speaks.set()

    async def answer(self, request: Requests) -> Answers:
        await self.speaks.wait()
        return await super().answer(request)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "SECONDS_OF_SILENCE", 0.05)
    monkeypatch.setattr(conversation, "SECONDS_TO_SIGN", 0.5)


@pytest.mark.slow
async def test_an_engine_that_says_nothing_is_told_and_so_is_that_it_speaks_again():
    fake = MuteEngine()
    async with opened(fake, (120, 40)) as (app, pilot):
        fake.step_to(42)
        await until(pilot, lambda: "● training" in screen_text(app))
        fake.speaks.clear()
        await until(pilot, lambda: "◌ not answering" in screen_text(app))
        assert "its process, 1, is stopped" in " ".join(screen_text(app).split())
        await pilot.press("n")
        assert not fake.asked(Train)
        fake.speaks.set()
        await until(pilot, lambda: "● training" in screen_text(app))
        assert "does not answer" not in screen_text(app)
        await until(pilot, lambda: fake.asked(Train))


async def test_without_data_it_is_said_again_that_there_is_none():
    fake = MuteEngine()
    fake.refuse[Open] = "names.txt is empty."
    async with LabApp(fake, Open()).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "○ no data" in screen_text(pilot.app))
        fake.speaks.clear()
        await until(pilot, lambda: "◌ not answering" in screen_text(pilot.app))
        fake.speaks.set()
        await until(pilot, lambda: "○ no data" in screen_text(pilot.app))


@pytest.mark.slow
async def test_an_engine_that_answers_signs_of_life_is_left_in_peace():
    fake = FakeEngine()
    async with opened(fake) as (app, pilot):
        await until(pilot, lambda: len(fake.asked(Ping)) > 3)
        assert "not answering" not in screen_text(app)


@pytest.mark.slow
async def test_a_process_that_is_stopped_says_nothing_until_it_is_continued(
    engine: EngineProcess,  # noqa: F811
):
    app = LabApp(engine, Open(device="cpu"))  # type: ignore[arg-type]
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "○ idle" in screen_text(app))
        pid = process_of(engine).pid
        os.kill(pid, signal.SIGSTOP)
        await until(pilot, lambda: "◌ not answering" in screen_text(app))
        assert f"kill -CONT {pid} continues" in " ".join(screen_text(app).split())
        os.kill(pid, signal.SIGCONT)
        await until(pilot, lambda: "○ idle" in screen_text(app))
