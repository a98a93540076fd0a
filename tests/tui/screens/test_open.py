"""Opening a file: completion, the files opened last, errors in place, options."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from engine.wire.answers import Answers, OtherLab, Saved
from engine.wire.requests import Browse, DeleteLab, Open, RenameLab, Requests, Resume
from engine.wire.values import Entry, RecentFile
from tests.tui.fake_data import dataset
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import hold_enter, opened, screen_text, settled, until
from tui.app import LabApp
from tui.drawing.fitted_text import FittedText
from tui.screens import confirmation


def engine_with_files() -> FakeEngine:
    engine = FakeEngine()
    engine.files = {
        "": (Entry("data", "folder"), Entry("names.txt", "file", 71_474)),
        "data/": (
            Entry("link", "broken"), Entry("pipe", "special"),
            Entry("words-1.txt", "file", 268_000_000), Entry("words-2.txt", "file", 12),
        ),
    }  # fmt: skip
    engine.recent = (RecentFile("/home/ada/words.txt"), RecentFile("/srv/towns.txt"))
    return engine


def field(app: LabApp) -> str:
    return app.screen.query_one(Input).value


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


@pytest.mark.parametrize(
    "keys", [["down", "down", "down", "down", "enter"], [*"lab n", "down", "enter"]]
)
async def test_a_lab_that_was_left_is_offered_beside_the_files_and_taken_up(keys: list[str]):
    engine = engine_with_files()
    engine.labs = (OtherLab("names-2", "/saves/names-2", "/data/names.txt", 5_000),)
    async with opened(engine) as (app, pilot):
        await pilot.press("o")
        await until(pilot, lambda: "lab names-2" in screen_text(app))
        assert "names.txt, step 5,000" in screen_text(app)
        await pilot.press(*keys[:-1])
        await until(pilot, lambda: "> lab names-2" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
    assert engine.asked(Resume)[-1] == Resume("/saves/names-2")


def engine_with_labs() -> FakeEngine:
    engine = FakeEngine()
    began = Open("/data/towns.txt", seed=3)
    engine.labs = (
        OtherLab("words", "/saves/words", "/data/words.txt", 5_000, loss=2.5, saved_at=0.0),
        OtherLab("broken", "/saves/broken", "/data/words.txt", 7, "crashed", saved_at=0.0),
        OtherLab("begun", "", "/data/towns.txt", 0, "crashed", again=began),
        OtherLab("busy", "/saves/busy", "/data/words.txt", 9, "running"),
        OtherLab("odd", "", "", None, "unknown", trouble="Its folder cannot be read."),
    )
    return engine


async def choose(pilot: Pilot[None], app: LabApp, name: str) -> None:
    """Open the dialog, and choose a lab in it."""
    await pilot.press("o")
    await until(pilot, lambda: f"lab {name}" in screen_text(app))
    while f"> lab {name}" not in screen_text(app):
        await pilot.press("down")
        await settled(pilot)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("words", "step 5,000, loss 2.5000, saved 19"),
        ("broken", "it did not end well; step 7, saved 19"),
        ("begun", "nothing was saved, so it begins again"),
        ("busy", "In another terminal, makemore-tui attach busy"),
        ("odd", "Its folder cannot be read."),
    ],
)
async def test_each_lab_that_there_is_is_offered_and_told_of(name: str, told: str):
    engine = engine_with_labs()
    async with opened(engine, (120, 40)) as (app, pilot):
        await choose(pilot, app, name)
        hint = app.screen.query_one("#hint", FittedText)
        await until(pilot, lambda: told in hint.render().plain)
        assert "^r renames · ^d deletes" in screen_text(app)


@pytest.mark.slow
async def test_a_lab_of_which_nothing_was_saved_begins_again_and_one_that_runs_is_left_alone():
    engine = engine_with_labs()
    async with opened(engine, (120, 40)) as (app, pilot):
        before = len(engine.asked(Open))
        await choose(pilot, app, "busy")
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.query_one("#hint").has_class("-wrong"))
        assert len(engine.asked(Open)) == before
        assert not engine.asked(Resume)
        await pilot.press("up")
        await until(pilot, lambda: "> lab begun" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert engine.asked(Open)[-1] == Open("/data/towns.txt", seed=3, lab="begun")


@pytest.mark.parametrize("typed", [[], [*"lab w"], [*"lab words"]])
async def test_a_lab_is_renamed_where_it_is_listed(typed: list[str]):
    engine = engine_with_labs()
    async with opened(engine, (120, 40)) as (app, pilot):
        await pilot.press("o", *typed)
        await until(pilot, lambda: "lab words" in screen_text(app))
        while "> lab words" not in screen_text(app):
            await pilot.press("down")
            await settled(pilot)
        assert "^r renames · ^d deletes" in screen_text(app)
        engine.refuse[RenameLab] = "There is a lab called other already."
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "Rename the lab words" in screen_text(app))
        await pilot.press("ctrl+u", *"other", "enter")
        await until(pilot, lambda: "There is a lab called other already." in screen_text(app))
        engine.refuse.clear()
        await pilot.press("ctrl+u", *"wider", "enter")
        await until(pilot, lambda: "lab wider" in screen_text(app))
        assert field(app) == ("lab wider" if typed else "the built-in names")
        assert engine.asked(RenameLab)[-1] == RenameLab("words", "wider")
        assert "lab words" not in screen_text(app)


async def test_a_lab_is_deleted_after_a_question_which_another_choice_takes_back(
    monkeypatch: pytest.MonkeyPatch,
):
    engine = engine_with_labs()
    async with opened(engine, (120, 40)) as (app, pilot):
        await choose(pilot, app, "words")
        for at in (0.0, 0.1, 0.2):  # a key that is held
            monkeypatch.setattr(confirmation, "monotonic", lambda at=at: 1000.0 + at)
            await pilot.press("ctrl+d")
        await until(pilot, lambda: "Wait a moment: ^d again deletes it." in screen_text(app))
        await pilot.press("down", "up")
        monkeypatch.setattr(confirmation, "monotonic", lambda: 1010.0)
        await pilot.press("delete")
        await until(pilot, lambda: "^d again deletes it." in screen_text(app))
        assert not engine.asked(DeleteLab)
        monkeypatch.setattr(confirmation, "monotonic", lambda: 1020.0)
        await pilot.press("delete")
        await until(pilot, lambda: "> lab broken" in screen_text(app))
        assert engine.asked(DeleteLab) == [DeleteLab("words")]
        assert "lab words" not in screen_text(app)
        assert "Deleted words." in screen_text(app)


async def test_a_lab_that_runs_is_not_even_asked_about(monkeypatch: pytest.MonkeyPatch):
    engine = engine_with_labs()
    monkeypatch.setattr(confirmation, "SECONDS_TO_ANSWER", 0.0)
    async with opened(engine, (120, 40)) as (app, pilot):
        await choose(pilot, app, "busy")
        await pilot.press("ctrl+d", "ctrl+d")
        hint = app.screen.query_one("#hint", FittedText)
        await until(pilot, lambda: hint.has_class("-wrong"))
        assert "it runs in an engine of its own" in hint.render().plain
        assert not engine.asked(DeleteLab)


async def test_the_keys_of_labs_are_the_fields_where_no_lab_is_chosen():
    engine = engine_with_labs()
    async with opened(engine) as (app, pilot):
        await pilot.press("o")
        await settled(pilot)
        await pilot.press(*"abc", "home", "delete", "ctrl+d")
        await until(pilot, lambda: field(app) == "c")
        assert "^d deletes" not in screen_text(app)


async def test_where_a_hundred_labs_are_saved_a_file_is_opened_after_a_question(
    monkeypatch: pytest.MonkeyPatch,
):
    engine = engine_with_files()
    engine.labs = tuple(OtherLab(f"l-{n}", f"/saves/{n}", "/data/a", 1) for n in range(100))
    monkeypatch.setattr(confirmation, "SECONDS_TO_ANSWER", 0.0)
    async with opened(engine) as (app, pilot):
        await pilot.press("o")
        await until(pilot, lambda: "lab l-0" in screen_text(app))
        await pilot.press(*"names.txt", "enter")
        await until(pilot, lambda: "100 labs or more are saved" in screen_text(app))
        assert len(engine.asked(Open)) == 1
        await pilot.press("enter")
        await until(pilot, lambda: len(engine.asked(Open)) == 2)


async def test_another_lab_is_called_by_its_name_from_then_on():
    engine = FakeEngine()
    async with opened(engine, (160, 40)) as (app, pilot):
        engine.tell(dataset(name="words.txt", number=2, lab="words-2"))
        await until(pilot, lambda: "lab words-2" in screen_text(app))
        await pilot.press("D")
        await until(pilot, lambda: not app.is_running)
    assert app.session.farewell.endswith("makemore-tui attach words-2 takes it up again.")


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


@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
async def test_of_an_endless_path_one_still_sees_what_is_wrong(size: tuple[int, int]):
    engine = engine_with_files()
    async with opened(engine, size) as (app, pilot):
        engine.refuse[Browse] = "/abc" * 1000 + ": no such folder."
        await pilot.press("o")
        await settled(pilot)
        app.screen.query_one(Input).post_message(events.Paste("/abc" * 1000 + "/"))
        await until(pilot, lambda: "no such folder." in screen_text(app))
