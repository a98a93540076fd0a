"""The clipboard and files: what leaves the lab."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from textual.widgets import Input

from engine.wire.answers import Answers
from engine.wire.requests import Export, Requests, Save
from tests.tui.fake_engine import SETTINGS, FakeEngine
from tests.tui.lab import hold_enter, opened, screen_text, settled, until
from tui.control.copying import CUT_BY_SOME, TAKEN_BY_TMUX
from tui.panes.names.pane import NamesPane
from tui.screens import confirmation


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_copying_says_what_and_how_much():
    async with opened(FakeEngine()) as (app, pilot):
        await pilot.press("m", "y")
        await until(pilot, lambda: app.clipboard == "matrix,compared\n1,2\n")
        await until(pilot, lambda: "Copied bigrams: 2 lines." in screen_text(app))


async def test_what_terminals_may_cut_off_is_said_and_what_none_takes_is_not_sent():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.exports["loss"] = "x" * (CUT_BY_SOME + 1)
        await pilot.press("2", "y")
        await until(pilot, lambda: "e writes a" in screen_text(app))
        assert len(app.clipboard) == CUT_BY_SOME + 1
        engine.exports["loss"] = "y" * (TAKEN_BY_TMUX + 1)
        await pilot.press("y")
        await until(pilot, lambda: "Not copied" in screen_text(app))
        assert app.clipboard.startswith("x")


@pytest.mark.slow
async def test_of_the_names_one_is_copied_and_all_with_a_capital_letter():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("4", "y")
        await until(pilot, lambda: "no name yet" in screen_text(app))
        engine.draw(4)
        await settled(pilot)
        await pilot.press("y")
        await until(pilot, lambda: app.clipboard == "kondlaisah")  # the newest
        await pilot.press("up", "up", "y")
        await until(pilot, lambda: app.clipboard == "minaymoryles")
        await until(pilot, lambda: "Copied the name minaymoryles." in screen_text(app))
        await pilot.press("1", "Y")
        await until(pilot, lambda: Export("names", view="counts") in engine.requests)


async def test_of_two_models_names_the_side_is_chosen():
    engine = FakeEngine()
    engine.settings = msgspec.structs.replace(SETTINGS, source="both")
    async with opened(engine) as (app, pilot):
        engine.draw(3, "both")
        await settled(pilot)
        await pilot.press("4", "up", "right", "y")
        await until(pilot, lambda: app.clipboard == "minaymoryles"[::-1])
        await pilot.press("left", "y")
        await until(pilot, lambda: app.clipboard == "minaymoryles")


async def test_the_cursor_stays_on_its_name_while_others_come():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.draw(3)
        await settled(pilot)
        await pilot.press("4", "up", "up")
        for _ in range(6):
            engine.draw(10)
            await settled(pilot)
        pane = app.query_one(NamesPane)
        assert pane.picked == engine.names[1].compared
        assert "axx" in screen_text(app)  # still in sight
        engine.names.clear()  # another seed: the stream begins anew
        engine.draw(2)
        await until(pilot, lambda: app.session.snapshot.drawn == 2)
        assert pane.picked == engine.names[1].compared


async def test_one_move_of_the_names_cursor_redraws_two_lines():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.draw(5)
        await settled(pilot)
        await pilot.press("4", "up")
        await settled(pilot)
        names = app.query_one("#names")
        redrawn = []
        names.refresh = lambda *regions, **_: redrawn.extend(regions)
        await pilot.press("up")
        await settled(pilot)
        assert len(redrawn) == 2


@pytest.mark.slow
async def test_a_pane_is_exported_under_a_sensible_name(folder: Path):
    engine = FakeEngine()
    engine.draw(3)
    async with opened(engine) as (app, pilot):
        for pane, what, name in (
            ("1", "matrix", "names-counts.csv"), ("2", "loss", "names-loss.csv"),
            ("3", "dataset", "names-data.json"), ("4", "names", "names-drawn.txt"),
        ):  # fmt: skip
            await pilot.press(pane, "e")
            await settled(pilot)
            assert app.screen.query_one(Input).value == name
            await pilot.press("enter")
            await until(pilot, lambda: len(app.screen_stack) == 1)
            assert (folder / name).read_text() == f"{what},counts\n1,2\n"
        await until(pilot, lambda: "Wrote names-drawn.txt: 2 lines." in screen_text(app))
        await pilot.press("4", "e", *"all.csv", "enter")
        await until(pilot, lambda: (folder / "all.csv").exists())
        assert (folder / "all.csv").read_text() == "samples,counts\n1,2\n"


@pytest.mark.slow
async def test_the_matrix_of_a_run_is_exported_under_the_runs_name():
    engine = FakeEngine()
    engine.selected.name = "a/b"
    async with opened(engine) as (app, pilot):
        for name in ("names-counts.csv", "names-a_b.csv", "names-weights.csv"):
            await pilot.press("m", "e")
            await settled(pilot)
            assert app.screen.query_one(Input).value == name
            await pilot.press("escape")
            await until(pilot, lambda: len(app.screen_stack) == 1)


@pytest.mark.slow
async def test_a_held_enter_writes_over_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch):
    (folder / "names-counts.csv").write_text("precious")
    async with opened(FakeEngine()) as (app, pilot):
        await pilot.press("e")
        await settled(pilot)
        await hold_enter(pilot, monkeypatch)
        await until(pilot, lambda: "Enter again writes over it" in screen_text(app))
        assert (folder / "names-counts.csv").read_text() == "precious"


class Slow(FakeEngine):
    """Exports and saves when a test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.may = asyncio.Event()

    async def answer(self, request: Requests) -> Answers:
        answer = await super().answer(request)
        if isinstance(request, Export | Save):
            await self.may.wait()
        return answer


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    ("key", "asked", "told"),
    [("e", Export, "Wrote names-counts.csv"), ("ctrl+s", Save, "Saved names.safetensors")],
)
async def test_enter_pressed_again_while_an_answer_is_under_way_asks_for_no_other(
    key: str, asked: type, told: str
):
    engine = Slow()
    async with opened(engine) as (app, pilot):
        await pilot.press(key)
        await settled(pilot)
        await pilot.press("enter", "enter", "enter")
        await until(pilot, lambda: "One moment" in screen_text(app))
        engine.may.set()
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await until(pilot, lambda: told in screen_text(app))
        assert len(engine.asked(asked)) == 1
        assert "Nothing was exported" not in screen_text(app)


async def test_a_file_that_exists_wants_enter_twice_with_nothing_between(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(confirmation, "SECONDS_TO_ANSWER", 0.0)
    (folder / "names-counts.csv").write_text("precious")
    async with opened(FakeEngine()) as (app, pilot):
        await pilot.press("e")
        await settled(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Enter again writes over it" in screen_text(app))
        await pilot.press("end", "x", "backspace")
        await settled(pilot)
        await pilot.press("enter")  # it has been another in between: asked again
        await until(pilot, lambda: "Enter again writes over it" in screen_text(app))
        assert (folder / "names-counts.csv").read_text() == "precious"
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert (folder / "names-counts.csv").read_text() == "matrix,counts\n1,2\n"


@pytest.mark.slow
async def test_what_cannot_be_written_or_had_is_said_in_place(folder: Path):
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("e", *"none/a.csv", "enter")
        await until(pilot, lambda: "There is no folder" in screen_text(app))
        assert app.screen.query_one(Input).value == "none/a.csv"
        engine.refuse[Export] = "The matrix has 16,777,216 values."
        await pilot.press(*["backspace"] * 10, *"b.csv", "enter")
        await until(pilot, lambda: "16,777,216" in screen_text(app))
        await pilot.press("escape")
        await settled(pilot)
        assert not list(folder.iterdir())


@pytest.mark.slow
async def test_the_screen_is_exported_as_it_was_before_the_question(folder: Path):
    async with opened(FakeEngine()) as (app, pilot):
        await pilot.press("E")
        await settled(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Wrote names-screen.svg." in screen_text(app))
        await until(pilot, lambda: len(app.screen_stack) == 1)
        picture = (folder / "names-screen.svg").read_text()
        assert picture.startswith("<svg")
        assert "Export" not in picture
        assert "32,033" in picture
