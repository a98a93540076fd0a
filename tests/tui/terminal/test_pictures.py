"""Pictures of the screen as files: the same in every viewer, with the dialog that is open."""

from __future__ import annotations

import re
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.cells import cell_len
from textual.app import App
from textual.widgets import Input

from engine.wire.requests import Open
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tui.app import LabApp
from tui.config.config import Config
from tui.screens.export import ExportPrompt
from tui.terminal.pictures import portable

CELL = 12.2  # units of a picture; a line has 24.4
LINE = 24.4


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def places(svg: str) -> dict[tuple[int, int], str]:
    """What a viewer draws that knows nothing of blanks and lengths: texts by line and column."""
    found = {}
    for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        if "clip-path" in text.attrib:
            line = round((float(text.attrib["y"]) - 20) / LINE)
            found[line, round(float(text.attrib["x"]) / CELL)] = text.text or ""
    return found


def words_of(screen: str) -> dict[tuple[int, int], str]:
    return {
        (line, cell_len(text[: match.start()])): match[0]
        for line, text in enumerate(screen.splitlines())
        for match in re.finditer(r"[A-Za-z0-9]{2,}", text)
    }


async def test_each_word_of_a_picture_stands_where_it_stands_on_the_screen() -> None:
    async with opened(FakeEngine(), (120, 40)) as (app, _):
        svg, screen = app.export_screenshot(), screen_text(app)
    drawn = places(svg)
    assert not any(text != text.strip("\u00a0 ") or not text for text in drawn.values())
    lines = {line for line, _ in drawn}
    assert lines <= set(range(40))
    for (line, column), word in words_of(screen).items():
        assert any(
            at <= column and text[column - at :].startswith(word)
            for (of, at), text in drawn.items()
            if of == line and at <= column
        ), (line, column, word)


async def test_bars_and_dots_need_no_font() -> None:
    engine = FakeEngine()
    async with opened(engine, (120, 40)) as (app, pilot):
        engine.step_to(42)
        await until(pilot, lambda: "training" in screen_text(app))
        await settled(pilot)
        assert re.search("[\u2801-\u28ff]", screen_text(app)), "the curve"
        assert re.search("[\u2581-\u2588]", screen_text(app)), "the lengths"
        svg = app.export_screenshot()
    assert not re.search("[\u2580-\u2590\u2800-\u28ff]", svg)


@pytest.mark.slow
async def test_backgrounds_side_by_side_leave_no_seam() -> None:
    async with opened(FakeEngine()) as (app, _):
        svg = app.export_screenshot()
    drawn = ElementTree.fromstring(svg).iterfind(".//{*}rect[@shape-rendering]")
    rects = [[float(rect.attrib[key]) for key in ("x", "y", "width", "height")] for rect in drawn]
    pairs = [(a, b) for a, b in pairwise(rects) if a[1] == b[1]]
    assert len(pairs) > 100
    assert all(left + width > following for (left, _, width, _), (following, *_) in pairs)
    lines = sorted({(y, height) for _, y, _, height in rects})
    assert all(y + height > below for (y, height), (below, _) in pairwise(lines))


async def test_a_picture_fetches_nothing() -> None:
    async with opened(FakeEngine()) as (app, _):
        svg = app.export_screenshot()
    assert "url(http" not in svg
    assert "@font-face" not in svg
    assert "monospace;" in svg


async def test_wide_letters_and_what_no_xml_can_hold_make_a_picture_too() -> None:
    engine = FakeEngine()
    async with opened(engine, (120, 40)) as (app, pilot):
        engine.draw(1)
        await settled(pilot)
        svg = App.export_screenshot(app).replace("mor", "日本\x01")
    drawn = places(portable(svg))
    (at,) = (place for place, text in drawn.items() if text == "日")
    assert drawn[at[0], at[1] + 2] == "本"


async def test_in_a_dialog_without_a_field_the_letter_makes_a_picture_of_it(folder: Path) -> None:
    async with opened(FakeEngine()) as (app, pilot):
        await pilot.press("?")
        await until(pilot, lambda: "Lower the smoothing" in screen_text(app))
        await pilot.press("E")
        await until(pilot, lambda: isinstance(app.screen, ExportPrompt))
        await pilot.press("enter")
        await until(pilot, lambda: (folder / "names-screen.svg").exists())
        drawn = places((folder / "names-screen.svg").read_text()).values()
        assert {"smoothing", "Lower"} <= set(drawn)
        assert "Export" not in drawn, "without the question"
        await until(pilot, lambda: "Lower the smoothing" in screen_text(app))


@pytest.mark.slow
async def test_in_a_field_the_letter_is_a_letter_and_ctrl_g_makes_the_picture(folder: Path) -> None:
    async with opened(FakeEngine()) as (app, pilot):
        await pilot.press("c", "E", "m")
        await until(pilot, lambda: app.screen.query_one(Input).value == "Em")
        await settled(pilot)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(app.screen, ExportPrompt))
        await pilot.press("ctrl+g")  # in front of the question, no other
        await settled(pilot)
        assert len(app.screen_stack) == 3
        await pilot.press("enter")
        await until(pilot, lambda: (folder / "names-screen.svg").exists())
        assert "Score" in places((folder / "names-screen.svg").read_text()).values()


async def test_a_picture_that_is_asked_for_ahead_of_the_lab_waits_for_what_was_typed_before_it():
    engine = FakeEngine(slow=True)
    app = LabApp(engine, Open())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("c", "e", "m", "ctrl+g")
        await settled(pilot)
        assert len(app.screen_stack) == 1
        engine.wait.set()
        await until(pilot, lambda: isinstance(app.screen, ExportPrompt))
        assert app.screen_stack[1].query_one(Input).value == "em"
        assert app.screen.query_one(Input).value == "names-screen.svg"


async def test_a_name_that_ends_in_png_makes_one(folder: Path) -> None:
    try:
        import cairosvg  # noqa: F401
    except (ImportError, OSError):
        pytest.skip("cairosvg, or the library that it needs, is not here")
    app = LabApp(FakeEngine(), Open(), config=Config(png=True))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: app.session.snapshot)
        await pilot.press("E")
        await until(pilot, lambda: isinstance(app.screen, ExportPrompt))
        assert app.screen.query_one(Input).value == "names-screen.png"
        await pilot.press("enter")
        await until(pilot, lambda: (folder / "names-screen.png").exists())
        assert (folder / "names-screen.png").read_bytes().startswith(b"\x89PNG")
        await until(pilot, lambda: "Wrote names-screen.png." in screen_text(app))


@pytest.mark.slow
async def test_without_cairosvg_a_sentence_says_how_to_get_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    async with opened(FakeEngine(), (120, 40)) as (app, pilot):
        await pilot.press("E")
        await until(pilot, lambda: isinstance(app.screen, ExportPrompt))
        await pilot.press(*"a.png", "enter")
        await until(pilot, lambda: "PNG needs cairosvg" in screen_text(app))
        assert "makemore-tui[pictures]" in screen_text(app)
        assert not list(folder.iterdir())
