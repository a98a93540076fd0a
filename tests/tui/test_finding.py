"""Help, palette and mouse: ways to find what can be done, and to do it."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from textual import events
from textual.command import CommandPalette

from engine.settings.values import Source, Stream
from engine.wire.requests import Configure
from tests.tui.fake_data import dataset
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tui.actions import ACTIONS
from tui.control.palette_commands import commands
from tui.panes.matrix.pane import MatrixPane
from tui.panes.pane import Pane
from tui.panes.pane_help import PANE_HELP
from tui.screens.help import help_text


def turn(app: Any, widget: Any, kind: type, times: int = 1, *, shift: bool = False) -> None:
    x, y = widget.region.center
    for _ in range(times):
        event = kind(widget, int(x), int(y), 0, 0, 0, shift, False, False)
        app.screen._forward_event(event)


# --- help


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("number", ["1", "2", "3", "4"])
async def test_help_begins_with_the_focused_pane(number: str):
    async with opened(FakeEngine()) as (app, pilot):
        await pilot.press(number)
        assert isinstance(app.focused, Pane)
        assert app.focused.id is not None
        first = PANE_HELP[app.focused.id].text.split(":")[0].split(",")[0]
        await pilot.press("question_mark")
        await until(pilot, lambda: first[:40] in screen_text(app))


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("width", [30, 31, 44, 60, 120])
async def test_help_fits_every_width(width: int):
    async with opened(FakeEngine()) as (app, _):
        for pane in (None, *app.query(Pane)):
            text = help_text(width, pane)
            assert all(line.cell_length <= width for line in text.split("\n"))
            told = " ".join(text.plain.split())
            assert all(word in told for action in ACTIONS for word in action.description.split())


@pytest.mark.slow
@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
async def test_help_scrolls_with_every_key_for_it_and_with_the_wheel(size: tuple[int, int]):
    async with opened(FakeEngine(), size) as (app, pilot):
        await pilot.press("question_mark")
        await settled(pilot)
        box = app.screen.query_one("VerticalScroll")
        for key, back in (("j", "k"), ("down", "up"), ("pagedown", "pageup"), ("end", "home")):
            await pilot.press(key)
            await until(pilot, lambda: box.scroll_offset.y > 0)
            await pilot.press(back)
            await until(pilot, lambda: box.scroll_offset.y == 0)
        turn(app, box, events.MouseScrollDown)
        await until(pilot, lambda: box.scroll_offset.y > 0)


def test_help_tells_where_there_is_more():
    assert "makemore-tui help" in help_text(200).split("\n")[-1].plain


# --- palette


async def test_the_palette_has_every_action_view_stream_source_and_theme_once():
    async with opened(FakeEngine()) as (app, pilot):
        titles = [command.title for command in commands(app)]
        assert len(set(titles)) == len(titles)
        themes = [title for title in titles if title.startswith("Theme: ")]
        assert themes[:2] == ["Theme: makemore-dark", "Theme: makemore-light"]
        assert len(themes) == len(app.available_themes)
        choices = {f"Stream: {name}" for name in get_args(Stream)}
        choices |= {f"Source: {name}" for name in get_args(Source)}
        choices |= {"Keep sampling: no", "Keep sampling: yes"}
        assert choices < {*titles}
        views = {"counts", "P(counts)", "P(net)", "weights", "net − counts"}
        assert {title for title in titles if "Matrix: " in title} == {f"Matrix: {v}" for v in views}
        runs = {"Select run: counts", "Compare with: counts"}
        assert runs < {*titles}
        assert len(titles) == len(ACTIONS) + len(views | choices | runs) + len(themes)
        assert list(app.get_system_commands(app.screen)) == []
        await pilot.press("ctrl+p")
        await settled(pilot)
        await pilot.press(*"quit")
        await until(pilot, lambda: "Quit (q)" in screen_text(app))
        assert screen_text(app).count("Quit (q)") == 1


@pytest.mark.slow
async def test_a_view_a_stream_and_a_theme_are_chosen_by_name():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        for words, done in (
            ("matrix: p(net)", lambda: app.query_one(MatrixPane).view == "selected"),
            ("stream: video", lambda: Configure({"stream": "video"}) in engine.requests),
            ("source: both", lambda: Configure({"source": "both"}) in engine.requests),
            ("select run: counts", lambda: engine.selected.name == "counts"),
            ("theme: makemore-light", lambda: app.theme == "makemore-light"),
        ):
            await pilot.press("ctrl+p")
            await until(pilot, lambda: isinstance(app.screen, CommandPalette))
            await pilot.press(*words)
            await until(pilot, lambda words=words: words[:12] in screen_text(app).lower())
            await settled(pilot)
            await pilot.press("enter")
            await until(pilot, done)


# --- mouse


async def test_a_click_goes_to_a_pane():
    async with opened(FakeEngine()) as (app, pilot):
        for name in ("loss", "dataset", "samples", "matrix"):
            await pilot.click(f"#{name}")
            await until(pilot, lambda name=name: app.focused and app.focused.id == name)


@pytest.mark.slow
async def test_the_wheel_scrolls_a_matrix_that_is_larger_than_its_window():
    engine = FakeEngine(dataset(tuple(chr(0x4E00 + n) for n in range(200))))
    async with opened(engine) as (app, pilot):
        pane = app.query_one(MatrixPane)
        grid = app.query_one("MatrixGrid")
        cursor = pane.cursor
        turn(app, grid, events.MouseScrollDown, 3)
        turn(app, grid, events.MouseScrollRight)
        turn(app, grid, events.MouseScrollDown, shift=True)
        await until(pilot, lambda: (pane.sight.rows[0], pane.sight.columns[0]) == (6, 4))
        await until(pilot, lambda: engine.watch.rows[0] == 6)
        assert pane.cursor == cursor
        turn(app, grid, events.MouseScrollUp, 200)
        turn(app, grid, events.MouseScrollDown, 200, shift=True)
        await until(pilot, lambda: pane.sight.rows[0] == 0 and pane.sight.columns[-1] == 199)
        await pilot.press("down")  # the cursor comes back into sight
        await until(pilot, lambda: pane.sight.columns[0] == 0)


async def test_the_wheel_leaves_a_matrix_that_fits_alone():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.requests.clear()
        turn(app, app.query_one("MatrixGrid"), events.MouseScrollDown, 5)
        await settled(pilot)
        assert engine.requests == []
        assert app.query_one(MatrixPane).sight.rows[0] == 0


async def test_a_click_moves_the_cursor_to_a_name_and_the_wheel_scrolls_them():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.draw(40)
        engine.draw(1)  # at the end
        await settled(pilot)
        names = app.query_one("#names")
        newest = names.text
        turn(app, names, events.MouseScrollUp, 2)
        await until(pilot, lambda: "below" in str(app.query_one("#samples").border_subtitle))
        assert names.text != newest
        await pilot.click(names, offset=(2, 1))
        await settled(pilot)
        line = names.text.split("\n")[1]
        assert line.startswith(app.query_one("#samples").picked.text[:5])
        turn(app, names, events.MouseScrollDown, 9)
        await until(pilot, lambda: names.text == newest)
