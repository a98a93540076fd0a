"""An engine that answers with something else than belongs to a request ends no screen."""

import pytest

from engine.wire.answers import Done, Exists, OtherLab
from engine.wire.requests import Browse, Export, Requests, Save, Score
from tests.tui.fake_data import dataset
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tui.screens.open.hint import OpenHint


@pytest.mark.parametrize(
    ("request_", "keys", "kind"),
    [
        (Export, ["y"], "Text"),
        (Score, ["c", "a"], "Scored"),
        (Browse, ["o", "a"], "Browsed"),
        (Save, ["ctrl+s", "enter"], "Saved"),
    ],
)
async def test_an_answer_that_does_not_belong_is_a_sentence(
    request_: type[Requests], keys: list[str], kind: str
):
    engine = FakeEngine()
    async with opened(engine, (160, 50)) as (app, pilot):
        engine.answers[request_] = Done()
        await pilot.press(*keys)
        told = f"The engine answers with Done where {kind} belongs."
        await until(pilot, lambda: told in " ".join(screen_text(app).replace("│", " ").split()))
        await settled(pilot)
        assert app.is_running


async def test_what_has_come_to_the_file_of_a_lab_since_is_told_and_another_asked_for():
    engine = FakeEngine(dataset(save_to="/home/mine"))
    async with opened(engine, (160, 50)) as (app, pilot):
        engine.answers[Save] = Exists("/home/mine")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Save the lab" in screen_text(app))
        said = [toast.message for toast in app._notifications]
        assert "/home/mine exists: the lab was not saved there." in said


async def test_whatever_an_engine_says_of_its_labs_is_drawn_and_does_nothing_to_the_terminal():
    engine = FakeEngine()
    evil = "[/red]\x1b]0;a\x07\n\u202e" + 99 * "x"
    engine.labs = (
        OtherLab(evil, evil, evil, 1 << 62, loss=float("nan"), saved_at=1e300),
        OtherLab("a", evil, evil, -1, "running", loss=-float("inf"), saved_at=-1e300),
        OtherLab("b", "", "", None, "unknown", trouble=evil),
    )
    async with opened(engine) as (app, pilot):
        await pilot.press("o")
        await until(pilot, lambda: "lab b" in screen_text(app))
        await pilot.press("down")
        for _ in engine.labs:
            await pilot.press("down", "ctrl+d", "ctrl+r")
            await until(pilot, lambda: "Rename the lab" in screen_text(app))
            text = screen_text(app)
            assert all(line.isprintable() for line in text.splitlines()), repr(text)
            await pilot.press("escape")
            await until(pilot, lambda: "Rename the lab" not in screen_text(app))
            text = screen_text(app)
            assert app.screen.query_one("#hint", OpenHint).is_answer
            assert all(line.isprintable() for line in text.splitlines()), repr(text)
        assert app.is_running
