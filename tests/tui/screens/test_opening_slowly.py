"""A file that takes long to be read, and one that is opened after a question."""

from __future__ import annotations

import asyncio

import pytest

from engine.wire.answers import Answers
from engine.wire.requests import Open, Requests
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import hold_enter, opened, screen_text, settled, until
from tests.tui.screens.opening import engine_with_files, field
from tui.screens import confirmation


@pytest.mark.slow
@pytest.mark.parametrize("keys", [[], [*"/data/names.txt"]], ids=["as it stands", "typed"])
async def test_what_is_open_is_read_anew_after_a_question(
    keys: list[str], monkeypatch: pytest.MonkeyPatch
):
    engine = engine_with_files()
    async with opened(engine) as (app, pilot):
        await pilot.press("o")
        await settled(pilot)
        await pilot.press(*keys)
        await hold_enter(pilot, monkeypatch)
        await until(pilot, lambda: "It is open. Enter again reads it anew" in screen_text(app))
        assert len(engine.asked(Open)) == 1
        monkeypatch.setattr(confirmation, "monotonic", lambda: 1010.0)
        await pilot.press("enter")
        await until(pilot, lambda: len(engine.asked(Open)) == 2)
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_a_file_that_would_end_a_training_is_opened_after_a_question(
    monkeypatch: pytest.MonkeyPatch,
):
    engine = engine_with_files()
    monkeypatch.setattr(confirmation, "SECONDS_TO_ANSWER", 0.0)
    async with opened(engine) as (app, pilot):
        engine.step_to(42)
        await until(pilot, lambda: app.session.is_training)
        await pilot.press("o")
        await settled(pilot)
        await pilot.press(*"data/words-2.txt", "enter")
        await until(pilot, lambda: "The training is saved, and ends." in screen_text(app))
        assert len(engine.asked(Open)) == 1
        await pilot.press("enter")
        await until(pilot, lambda: len(engine.asked(Open)) == 2)


class SlowlyReading(FakeEngine):
    """Reads its second file until a test says that it has."""

    read = asyncio.Event()

    async def answer(self, request: Requests) -> Answers:
        if isinstance(request, Open) and request.path is not None:
            await self.read.wait()
        return await super().answer(request)


async def test_a_file_that_opens_after_escape_is_the_one_that_a_new_engine_opens():
    engine = SlowlyReading()
    engine.read = asyncio.Event()
    async with opened(engine) as (app, pilot):
        await pilot.press("o")
        await settled(pilot)
        await pilot.press(*"towns.txt", "enter")
        await until(pilot, lambda: "One moment" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: "towns.txt is still being read." in screen_text(app))
        assert len(app.screen_stack) == 1
        engine.read.set()
        await until(pilot, lambda: app.session.conversation.opening.path == "towns.txt")


@pytest.mark.slow
@pytest.mark.parametrize("fails", [True, False])
async def test_what_came_of_a_file_says_nothing_about_what_was_typed_meanwhile(fails: bool):
    engine = SlowlyReading()
    engine.read = asyncio.Event()
    async with opened(engine, (120, 40)) as (app, pilot):
        await pilot.press("o")
        await settled(pilot)
        await pilot.press(*"towns.txt", "enter")
        await until(pilot, lambda: "One moment" in screen_text(app))
        await pilot.press(*"2", "enter")
        await until(pilot, lambda: "towns.txt is still being read." in screen_text(app))
        if fails:
            engine.refuse[Open] = "No word in it."
        engine.read.set()
        await until(pilot, lambda: "still being read" not in screen_text(app))
        assert field(app) == "towns.txt2"
        assert not app.screen.query_one("#hint").has_class("-wrong")
        assert ("No word in it." in screen_text(app)) is fails, "in a toast"
        await pilot.press("enter")
        await until(pilot, lambda: engine.asked(Open)[-1].path == "towns.txt2")


async def test_what_is_wrong_with_a_file_is_told_after_escape_too():
    engine = SlowlyReading()
    engine.read = asyncio.Event()
    async with opened(engine) as (app, pilot):
        await pilot.press("o")
        await settled(pilot)
        await pilot.press(*"towns.txt", "enter")
        await until(pilot, lambda: "One moment" in screen_text(app))
        await pilot.press("escape")
        engine.refuse[Open] = "No word in it."
        engine.read.set()
        await until(pilot, lambda: "No word in it." in screen_text(app))
        assert app.session.conversation.opening.path is None
