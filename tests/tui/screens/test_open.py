"""Opening a file: completion, the files opened last, errors in place."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual.widgets import Input

from engine.wire.answers import Answers, Saved
from engine.wire.requests import Browse, Open, Requests
from engine.wire.values import Entry, RecentFile
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tests.tui.screens.opening import engine_with_files, field
from tui.app import LabApp


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60)])
async def test_the_files_opened_last_are_offered_first_and_one_is_opened_with_two_keys(
    size: tuple[int, int],
):
    engine = engine_with_files()
    async with opened(engine, size) as (app, pilot):
        await pilot.press("o")
        await until(pilot, lambda: "/srv/towns.txt" in screen_text(app))
        assert screen_text(app).count("the built-in names") >= 2  # in the field, and to choose
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert engine.asked(Open)[-1].path == "/srv/towns.txt"


async def test_what_is_typed_is_completed_like_in_a_shell():
    engine = engine_with_files()
    async with opened(engine) as (app, pilot):
        await pilot.press("o", "d", "tab")  # before the answer can be there
        await until(pilot, lambda: field(app) == "data/")
        await until(pilot, lambda: "words-2.txt" in screen_text(app))
        text = screen_text(app)
        for told in ("268 MB", "12 B", "link to nothing", "no file"):
            assert told in text
        await pilot.press("w", "tab")
        await until(pilot, lambda: field(app) == "data/words-")
        await settled(pilot)
        await pilot.press("tab", "tab")  # nothing in common any more: choose, and take
        await until(pilot, lambda: field(app) == "data/words-1.txt")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert engine.asked(Open)[-1].path == "data/words-1.txt"


async def test_what_takes_the_lab_before_up_is_told():
    engine = engine_with_files()
    async with opened(engine, (120, 40)) as (app, pilot):
        engine.answers[Open] = Saved("/saves/new", "names")
        await pilot.press("o", *"data/words-2.txt", "enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        told = "The lab before is saved: makemore-tui attach names goes on"
        assert any(told in toast.message for toast in app._notifications)


async def test_enter_on_a_chosen_folder_goes_into_it():
    engine = engine_with_files()
    async with opened(engine) as (app, pilot):
        await pilot.press("o", "d")
        await until(pilot, lambda: "data/" in screen_text(app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "words-1.txt" in screen_text(app))
        assert field(app) == "data/"
        assert len(engine.asked(Open)) == 1


async def test_what_is_wrong_with_a_file_stands_in_place_and_the_field_stays():
    engine = engine_with_files()
    async with opened(engine) as (app, pilot):
        engine.refuse[Open] = "data is a folder. Give a text file with one word a line."
        await pilot.press("o", *"data", "enter")
        await until(pilot, lambda: "data is a folder" in screen_text(app))
        hint = app.screen.query_one("#hint")
        assert hint.has_class("-wrong")
        assert field(app) == "data"
        await pilot.press("/")
        await until(pilot, lambda: "words-1.txt" in screen_text(app))
        assert not hint.has_class("-wrong")
        engine.refuse[Browse] = "data/x/: no such folder."
        await pilot.press("x", "/")
        await until(pilot, lambda: "no such folder" in screen_text(app))
        await pilot.press("tab", "enter")  # nothing to complete; a file not there
        await until(pilot, lambda: hint.has_class("-wrong"))


class SlowlyLooking(FakeEngine):
    """Looks into folders until a test says that it has."""

    looked = asyncio.Event()

    async def answer(self, request: Requests) -> Answers:
        if isinstance(request, Browse) and request.path:
            await self.looked.wait()
        return await super().answer(request)


@pytest.mark.parametrize("look_fails", [False, True])
async def test_what_is_wrong_with_a_file_stays_when_looking_took_longer(look_fails: bool):
    engine = SlowlyLooking()
    engine.looked = asyncio.Event()
    async with opened(engine) as (app, pilot):
        engine.refuse[Open] = "data has 2 blank lines and no word."
        if look_fails:
            engine.refuse[Browse] = "No home."
        await pilot.press("o", *"data", "enter")
        await until(pilot, lambda: "no word" in screen_text(app))
        looks = len(engine.asked(Browse))
        engine.looked.set()
        await until(pilot, lambda: len(engine.asked(Browse)) > looks)
        await settled(pilot)
        assert "no word" in screen_text(app)
        assert app.screen.query_one("#hint").has_class("-wrong")


@pytest.mark.slow
async def test_escape_opens_nothing_and_neither_does_looking():
    engine = engine_with_files()
    async with opened(engine) as (app, pilot):
        for keys in (["down", "tab", "escape"], ["enter", "escape"], ["x", "escape"]):
            await pilot.press("o")
            await settled(pilot)
            await pilot.press(*keys)
            await until(pilot, lambda: len(app.screen_stack) == 1)
        assert len(engine.asked(Open)) == 1


async def test_the_present_path_is_tried_again_where_it_could_not_be_opened():
    engine = FakeEngine()
    engine.refuse[Open] = "/data/none.txt: no such file."
    app = LabApp(engine, Open(path="/data/none.txt"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "no such file" in screen_text(app))
        engine.refuse.clear()
        await pilot.press("o")
        await settled(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "32,033" in screen_text(app))


async def test_the_built_in_names_can_always_be_opened():
    engine = engine_with_files()
    engine.refuse[Browse] = "No home."
    app = LabApp(engine, Open(path="/data/words.txt", hold_out=0.1))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "32,033" in screen_text(app))
        await pilot.press("o")
        await settled(pilot)
        await pilot.press(*"the built-in names", "enter")
        await until(pilot, lambda: engine.asked(Open)[-1] == Open(path=None, hold_out=0.1))


async def test_a_click_takes_a_line_and_the_wheel_scrolls_the_list():
    engine = engine_with_files()
    engine.files["many/"] = tuple(Entry(f"part-{n:02}", "file", n) for n in range(60))
    async with opened(engine) as (app, pilot):
        await pilot.press("o", *"many/")
        await until(pilot, lambda: "part-03" in screen_text(app))
        choices = app.screen.query_one("Choices")
        region = choices.region
        for _ in range(100):
            app.screen._forward_event(
                events.MouseScrollDown(choices, region.x, region.y, 0, 1, 0, False, False, False)
            )
        await until(pilot, lambda: "part-59" in screen_text(app))
        await pilot.click(choices, offset=(4, choices.size.height - 2))
        await until(pilot, lambda: engine.asked(Open)[-1].path == "many/part-59")


async def test_a_long_list_follows_the_choice_and_a_long_path_shows_its_end():
    engine = engine_with_files()
    engine.files["many/"] = tuple(Entry(f"part-{n:02}", "file", n) for n in range(60))
    engine.recent = (RecentFile("/very/long" * 20 + "/towns.txt"),)
    async with opened(engine, (40, 12)) as (app, pilot):
        await pilot.press("o")
        await until(pilot, lambda: "/towns.txt" in screen_text(app))
        await pilot.press(*"many/")
        await until(pilot, lambda: "part-00" in screen_text(app))
        await pilot.press("up")  # from none upward: the last
        await until(pilot, lambda: "> part-59" in screen_text(app))
        await pilot.press("pageup")
        await until(pilot, lambda: "> part-51" in screen_text(app))


@pytest.mark.slow
async def test_the_choice_stays_in_sight_when_the_terminal_shrinks_and_the_list_tells_its_place():
    engine = engine_with_files()
    engine.recent = tuple(RecentFile(f"/home/ada/words-{n:02}.txt") for n in range(30))
    async with opened(engine, (120, 40)) as (app, pilot):
        await pilot.press("o")
        await until(pilot, lambda: "1–13 of 31" in screen_text(app))
        await pilot.press(*["down"] * 16)
        await until(pilot, lambda: "> /home/ada/words-15.txt" in screen_text(app))
        assert "4–16 of 31" in screen_text(app)
        await pilot.resize_terminal(40, 12)
        await until(pilot, lambda: "–16 of 31" in screen_text(app) and app.size == (40, 12))
        assert "words-15.txt" in screen_text(app)
        await pilot.resize_terminal(120, 40)
        await pilot.press("up")
        await until(pilot, lambda: "> /home/ada/words-14.txt" in screen_text(app))


async def test_one_may_type_faster_than_the_answers_come():
    engine = engine_with_files()
    async with opened(engine) as (app, pilot):
        await pilot.press("o")
        await settled(pilot)
        for key in ("d", "\t", "w", "o", "\t", "2", "\t", "\r"):
            name = {"\t": "tab", "\r": "enter"}.get(key, key)
            app.post_message(events.Key(name, key))  # all at once, as they come when pasted
        await until(pilot, lambda: len(engine.asked(Open)) == 2)
        assert engine.asked(Open)[-1].path == "data/words-2.txt"


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
async def test_of_an_endless_path_one_still_sees_what_is_wrong(size: tuple[int, int]):
    engine = engine_with_files()
    async with opened(engine, size) as (app, pilot):
        engine.refuse[Browse] = "/abc" * 1000 + ": no such folder."
        await pilot.press("o")
        await settled(pilot)
        app.screen.query_one(Input).post_message(events.Paste("/abc" * 1000 + "/"))
        await until(pilot, lambda: "no such folder." in screen_text(app))
