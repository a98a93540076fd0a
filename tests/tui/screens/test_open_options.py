"""The options in the dialog that opens a file: what was found, and what a person writes instead."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import Input

from engine.settings.data_format import DataFormat
from engine.wire.answers import Examined
from engine.wire.requests import Examine, Open
from engine.wire.values import Entry, RecentFile
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tui.app import LabApp
from tui.screens.open.options_field import OptionsField

TABLE = DataFormat("csv", column="name", weight="count", header=True)
FOUND = "names.csv is read as csv: the words are in column 1, name; their weights in 3, count."


def engine_with_tables() -> FakeEngine:
    engine = FakeEngine()
    engine.files = {
        "data/": (Entry("names.csv", "file", 71_474), Entry("speech.txt", "file", 12)),
    }
    engine.examined = {
        "data/names.csv": Examined(DataFormat(), None, TABLE.options, FOUND),
        "data/speech.txt": Examined(DataFormat(), None, "--format lines", ""),
    }
    return engine


def options(app: LabApp) -> OptionsField:
    return app.screen.query_one(OptionsField)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60)])
async def test_what_is_found_for_the_chosen_file_stands_in_the_options(size: tuple[int, int]):
    engine = engine_with_tables()
    async with opened(engine, size) as (app, pilot):
        await pilot.press("o", *"data/")
        await until(pilot, lambda: "speech.txt" in screen_text(app))
        await pilot.press("down")
        await until(pilot, lambda: options(app).value.strip() == TABLE.options)
        assert options(app).has_class("-found")
        assert "names.csv is read as csv" in " ".join(screen_text(app).split())
        await pilot.press("down")
        await until(pilot, lambda: options(app).value.strip() == "--format lines")
        await pilot.press("up", "enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert engine.asked(Open)[-1].path == "data/names.csv"
        assert engine.asked(Open)[-1].data_format == DataFormat(), (
            "the engine finds it, and says so"
        )


@pytest.mark.slow
async def test_options_that_are_written_are_those_that_the_file_is_opened_with():
    engine = engine_with_tables()
    async with opened(engine) as (app, pilot):
        await pilot.press("o", *"data/names.csv")
        await until(pilot, lambda: options(app).value.strip() == TABLE.options)
        await pilot.press("shift+tab")
        await until(pilot, lambda: options(app).has_focus)
        assert "names.csv is read as csv" in screen_text(app), "one still sees its columns"
        await pilot.press(*"--lower")
        assert not options(app).has_class("-found")
        asked = DataFormat("csv", column="name", weight="count", header=True, lower=True)
        engine.examined["data/names.csv"] = Examined(asked, "held.csv", "", "")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        written = Examine("data/names.csv", f"{TABLE.options} --lower")
        assert engine.asked(Examine)[-1] == written
        last = engine.asked(Open)[-1]
        assert (last.data_format, last.hold_out_data, last.hold_out) == (asked, "held.csv", 0.0)


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
async def test_what_is_wrong_with_options_is_a_sentence_in_place_and_nothing_is_lost(
    size: tuple[int, int],
):
    engine = engine_with_tables()
    async with opened(engine, size) as (app, pilot):
        await pilot.press("o", *"data/names.csv", "shift+tab")
        await until(pilot, lambda: options(app).value.strip() == TABLE.options)
        await pilot.press("ctrl+u", *"--colum 1")
        engine.refuse[Examine] = "No such option: --colum Did you mean --column?"
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.query_one("#hint").has_class("-wrong"))
        assert "No such option: --colum" in " ".join(screen_text(app).split())
        assert options(app).value.strip() == "--colum 1"
        assert app.screen.query_one(Input).value == "data/names.csv"
        assert options(app).has_focus
        assert len(engine.asked(Open)) == 1
        await pilot.press("backspace")
        await until(pilot, lambda: not app.screen.query_one("#hint").has_class("-wrong"))


async def test_written_options_stay_for_another_file_and_emptied_ones_are_found_again():
    engine = engine_with_tables()
    async with opened(engine) as (app, pilot):
        await pilot.press("o", *"data/")
        await until(pilot, lambda: "speech.txt" in screen_text(app))
        await pilot.press("down")
        await until(pilot, lambda: options(app).value.strip() == TABLE.options)
        await pilot.press("shift+tab", "ctrl+u", *"--lower", "tab")
        assert app.screen.query_one(Input).has_focus
        await pilot.press("down")
        await settled(pilot)
        assert options(app).value.strip() == "--lower"
        await pilot.press("shift+tab", "ctrl+u", "enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        last = engine.asked(Open)[-1]
        assert (last.path, last.data_format) == ("data/speech.txt", DataFormat())


async def test_a_recent_file_comes_with_the_options_that_it_was_opened_with():
    engine = engine_with_tables()
    engine.recent = (RecentFile("/srv/a.csv", "--format csv --column 2"), RecentFile("/srv/b.txt"))
    engine.examined["/srv/a.csv"] = Examined(
        DataFormat("csv", "2"), None, "--format csv --column 2", ""
    )
    async with opened(engine) as (app, pilot):
        await pilot.press("o")
        await until(pilot, lambda: "--format csv --column 2" in screen_text(app))
        await pilot.press("down")
        await until(pilot, lambda: options(app).value.strip() == "--format csv --column 2")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert engine.asked(Open)[-1].data_format == DataFormat("csv", "2")


@pytest.mark.slow
async def test_another_file_is_not_read_as_the_one_before():
    engine = engine_with_tables()
    app = LabApp(engine, Open("/srv/a.csv", data_format=TABLE, hold_out_data="/srv/b.csv"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "32,033" in screen_text(app))
        await pilot.press("o")
        await until(
            pilot, lambda: options(app).value.strip().endswith("--hold-out-data /srv/b.csv")
        )
        await pilot.press(*"data/speech.txt", "enter")
        await until(pilot, lambda: engine.asked(Open)[-1] == Open("data/speech.txt"))


async def test_options_that_could_not_be_used_are_there_to_be_corrected():
    engine = engine_with_tables()
    engine.refuse = {Open: "a.csv has no column nme.", Examine: "a.csv has no column nme."}
    app = LabApp(engine, Open("/srv/a.csv", data_format=DataFormat(column="nme")))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "no column nme" in screen_text(app))
        await pilot.press("o")
        await until(pilot, lambda: options(app).value.strip() == "--column nme")


@pytest.mark.slow
async def test_a_click_goes_to_the_options_and_a_paste_has_no_control_characters():
    engine = engine_with_tables()
    async with opened(engine) as (app, pilot):
        await pilot.press("o")
        await settled(pilot)
        await pilot.click(OptionsField)
        assert options(app).has_focus
        options(app).post_message(events.Paste("--column 'first name'"))
        await until(pilot, lambda: options(app).value.strip().endswith("--column 'first name'"))
