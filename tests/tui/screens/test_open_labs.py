"""Labs in the dialog that opens files: they are told of, taken up, renamed and deleted."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from engine.wire.answers import OtherLab
from engine.wire.requests import DeleteLab, Open, RenameLab, Resume
from tests.tui.fake_data import dataset
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tests.tui.screens.opening import engine_with_files, field
from tui.app import LabApp
from tui.drawing.fitted_text import FittedText
from tui.screens import confirmation


@pytest.mark.slow_after(1)
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


@pytest.mark.slow_after(2)
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


@pytest.mark.slow_after(1)
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
