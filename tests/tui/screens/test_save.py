"""How a lab is saved from the screen: where to, over what, and that it failed."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from engine.wire.answers import Answers, Exists, Saved
from engine.wire.requests import Requests, Save
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import hold_enter, opened, screen_text, until


async def test_a_save_that_failed_is_told_until_one_succeeds():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.trouble = "The disk is full."
        engine.step_to(10)
        await until(pilot, lambda: "Not saved: The disk is full." in screen_text(app))
        engine.trouble = ""
        engine.step_to(11)
        await until(pilot, lambda: "Not saved" not in screen_text(app))


async def test_saving_asks_where_and_about_a_file_that_is_there(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui.screens.confirmation.SECONDS_TO_ANSWER", 0.0)
    engine = FakeEngine()
    engine.answers[Save] = Exists("/home/names.safetensors")
    async with opened(engine) as (app, pilot):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Save the lab" in screen_text(app))
        assert "in /home/me where" in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: "Enter again" in screen_text(app))
        engine.answers[Save] = Saved("/home/names.safetensors")
        await pilot.press("enter")
        await until(pilot, lambda: "Saved /home/names.safetensors." in screen_text(app))
        await pilot.press("ctrl+s")  # the second time to the same file
        await until(pilot, lambda: len(engine.asked(Save)) == 3)
    assert engine.asked(Save) == [
        Save("names.safetensors"),
        Save("names.safetensors", over="anything"),
        Save("/home/names.safetensors", over="checkpoint"),
    ]


@pytest.mark.slow
async def test_a_held_enter_saves_over_nothing_and_closes_nothing(monkeypatch: pytest.MonkeyPatch):
    engine = FakeEngine()
    engine.answers[Save] = Exists("/home/names.safetensors")
    async with opened(engine) as (app, pilot):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Save the lab" in screen_text(app))
        await hold_enter(pilot, monkeypatch)
        await until(pilot, lambda: "Enter again" in screen_text(app))
    assert {request.over for request in engine.asked(Save)} == {"nothing"}


class SlowlySaving(FakeEngine):
    """Saves when a test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.may = asyncio.Event()

    async def answer(self, request: Requests) -> Answers:
        if isinstance(request, Save):
            await self.may.wait()
        return await super().answer(request)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Saved("/a.safetensors"), "Saved /a.safetensors."),
        (Exists("/a.safetensors"), "/a.safetensors exists. It was not saved there."),
        (None, "The disk is full."),
    ],
)
async def test_what_came_of_saving_is_told_after_escape_too(answer: Any, told: str):
    engine = SlowlySaving()
    if answer is None:
        engine.refuse[Save] = "The disk is full."
    else:
        engine.answers[Save] = answer
    async with opened(engine, (120, 40)) as (app, pilot):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Save the lab" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: "One moment" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        engine.may.set()
        await until(pilot, lambda: told in screen_text(app))


@pytest.mark.slow
async def test_the_file_of_a_lab_is_not_that_of_the_next_engines_though_it_counts_alike():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Save the lab" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: "Saved names.safetensors." in screen_text(app))
        engine.die()
        await until(pilot, lambda: app.session.has_ended)
        engine.began += 60
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.session.conversation.is_up and app.session.snapshot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Save the lab" in screen_text(app))
    assert engine.asked(Save) == [Save("names.safetensors")], "the next is asked about"


async def test_with_a_file_given_saving_asks_nothing_until_it_fails():
    engine = FakeEngine()
    engine.data = replace(engine.data, save_to="/data/mine.safetensors")
    async with opened(engine) as (app, pilot):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Saved /data/mine.safetensors." in screen_text(app))
        assert engine.asked(Save) == [Save("/data/mine.safetensors", over="checkpoint")]
        engine.refuse[Save] = "The disk is full."
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Save the lab" in screen_text(app))
        assert "The disk is full." in screen_text(app)


@pytest.mark.slow
async def test_a_file_that_a_lab_was_saved_to_is_not_that_of_the_next(
    monkeypatch: pytest.MonkeyPatch,
):
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Save the lab" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: "Saved names.safetensors." in screen_text(app))
        engine.tell(replace(engine.data, number=2))
        await until(pilot, lambda: app.session.dataset and app.session.dataset.number == 2)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Save the lab" in screen_text(app))
    assert engine.asked(Save) == [Save("names.safetensors")], "the next is asked about"
