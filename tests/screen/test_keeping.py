"""How a lab is saved from the screen: where to, over what, and that it failed."""

import pytest
from msgspec.structs import replace

from engine.protocol import Exists, Save, Saved
from tests.screen.fake_engine import FakeEngine
from tests.screen.lab import opened, screen_text, until


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
    monkeypatch.setattr("tui.screens.twice.SECONDS_TO_ANSWER", 0.0)
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


async def test_a_held_enter_saves_over_nothing_and_closes_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui.screens.twice.SECONDS_TO_ANSWER", 1e9)
    engine = FakeEngine()
    engine.answers[Save] = Exists("/home/names.safetensors")
    async with opened(engine) as (app, pilot):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Save the lab" in screen_text(app))
        for n in range(1, 4):
            await pilot.press("enter")
            await until(pilot, lambda n=n: len(engine.asked(Save)) == n)
            await until(pilot, lambda: "Enter again" in screen_text(app))
    assert engine.asked(Save) == [Save("names.safetensors")] * 3


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
        await until(pilot, lambda: app.dataset and app.dataset.number == 2)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Save the lab" in screen_text(app))
    assert engine.asked(Save) == [Save("names.safetensors")], "the next is asked about"
