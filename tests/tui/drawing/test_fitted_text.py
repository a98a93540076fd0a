"""Sentences with long paths in the smallest terminal: what is wrong and what to do is readable."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from engine.wire.answers import Exists
from engine.wire.requests import Save
from tests.tui.fake_data import dataset
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tui.app import LabApp
from tui.panes.matrix.pane import MatrixPane

SMALLEST = (40, 12)
PATHS = ["/home/somebody" + "/a-folder" * count for count in (1, 8, 400)]


def told(app: LabApp, place: str) -> str:
    """What a person reads of a sentence, its lines put together."""
    region = app.screen.query_one(place).region
    lines = screen_text(app).splitlines()[region.y : region.bottom]
    return " ".join(line[region.x : region.right].strip() for line in lines).strip()


async def reads(pilot: Pilot[None], place: str, beginning: str, end: str) -> None:
    app = pilot.app
    assert isinstance(app, LabApp)
    await until(pilot, lambda: told(app, place).endswith(end))
    assert told(app, place).startswith(beginning)


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("folder", PATHS, ids=len)
async def test_the_prompt_for_a_save_says_all_that_it_has_to_say(folder: str):
    async with opened(FakeEngine(dataset(folder=folder)), SMALLEST) as (_, pilot):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Save the lab" in screen_text(pilot.app))
        await reads(
            pilot, "#hint", "A file on the engine's machine, in",
            "where it is relative. makemore-tui --resume FILE goes on from it.",
        )  # fmt: skip


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("folder", PATHS, ids=len)
async def test_the_question_about_a_file_that_is_there_is_never_cut_off(folder: str):
    engine = FakeEngine()
    engine.answers[Save] = Exists(f"{folder}/names.safetensors")
    async with opened(engine, SMALLEST) as (_, pilot):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Save the lab" in screen_text(pilot.app))
        await pilot.press("enter")
        await reads(pilot, "#hint", "/home/", "exists. Enter again writes over it.")


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("folder", PATHS, ids=len)
async def test_the_end_of_the_engine_leaves_rows_of_the_matrix_and_says_what_to_do(folder: str):
    engine = FakeEngine()
    engine.epitaph = (
        "The engine was ended by SIGKILL (perhaps the machine ran out of memory)."
        f" Its log is {folder}/names.log."
    )
    async with opened(engine, SMALLEST) as (app, pilot):
        engine.step_to(31)
        engine.die()
        await until(pilot, lambda: "engine ended" in screen_text(app))
        await reads(
            pilot, "#banner", "The engine was ended by SIGKILL", "log. ctrl+r starts it again."
        )
        await settled(pilot)
        assert len(app.query_one(MatrixPane).sight.rows) == 4
        assert "rank" in screen_text(app)


async def test_a_sentence_is_told_wholly_again_where_there_is_room_for_it():
    engine = FakeEngine()
    engine.epitaph = f"It is over. Its log is {PATHS[1]}/names.log."
    async with opened(engine, SMALLEST) as (app, pilot):
        engine.die()
        await until(pilot, lambda: "…" in told(app, "#banner"))
        await pilot.resize_terminal(200, 40)
        whole = f"{engine.epitaph} ctrl+r starts it again."
        await until(pilot, lambda: told(app, "#banner") == whole)
