"""The lab on Linux' own console, which has no bright colours for what is behind letters."""

from __future__ import annotations

import pytest
from textual.containers import VerticalScroll
from textual.geometry import Region

from tests.tui.contrast import contrast
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, settled
from tests.tui.linux_console import on_console
from tui.app import LabApp
from tui.config.config import DARK, LIGHT
from tui.panes.matrix.grid import MatrixGrid
from tui.terminal.capabilities import detect

CONSOLE = detect({"TERM": "linux", "LANG": "en_US.UTF-8"})
OF_BORDERS = set("-=|+#_")
WAYS = ["", "m", "m", "m", "m", "1 z", "z m", "4 down", "3", "2", "s", "question_mark", "o", "p",
        "c", "c e m m a", "K", "ctrl+p", "ctrl+p down t r a", "ctrl+q"]  # fmt: skip


def illegible(app: LabApp) -> set[tuple[str, str, str]]:
    """The letters in front that one cannot read, with their colour and that of their ground."""
    console = on_console(app)
    dialogs = app.screen.query(".dialog, #--container")
    front = dialogs.first().region if dialogs else app.screen.region
    cells = [console.shown(x, y) for x, y in points(front)]
    return {
        (letter, ink, ground)
        for letter, ink, ground in cells
        if letter.strip() and letter not in OF_BORDERS and contrast(ink, ground) < 4.5
    }


def points(region: Region) -> list[tuple[int, int]]:
    return [(x, y) for y in range(region.y, region.bottom) for x in range(region.x, region.right)]


@pytest.mark.slow
@pytest.mark.parametrize("theme", [DARK, LIGHT])
async def test_what_the_kernel_makes_of_the_lab_can_be_read(theme: str):
    engine = FakeEngine()
    async with opened(engine, (120, 40), CONSOLE) as (app, pilot):
        app.theme = theme
        engine.step_to(60)
        for keys in WAYS:
            await pilot.press(*keys.split())
            await settled(pilot)
            assert not illegible(app), keys
            if len(app.screen_stack) > 1:
                await pilot.press("escape")
                await settled(pilot)


@pytest.mark.slow
@pytest.mark.parametrize("theme", [DARK, LIGHT])
async def test_no_cell_of_the_matrix_looks_like_its_cursor(theme: str):
    engine = FakeEngine()
    async with opened(engine, (120, 40), CONSOLE) as (app, pilot):
        app.theme = theme
        engine.step_to(60)
        await pilot.press("down", "right")
        for view in "mmmmm":
            await pilot.press(view)
            await settled(pilot)
            grid, console = app.query_one(MatrixGrid), on_console(app)
            grounds = [console.shown(x, y)[2] for x, y in points(grid.region)]
            assert len(set(grounds)) >= 4, "shades, and the cursor"
            rare = min(set(grounds), key=grounds.count)
            assert grounds.count(rare) == grid.sight.scale.width


async def test_a_scroll_bar_is_seen():
    async with opened(FakeEngine(), (80, 24), CONSOLE) as (app, pilot):
        await pilot.press("question_mark")
        await settled(pilot)
        console, bar = on_console(app), app.screen.query_one(VerticalScroll).vertical_scrollbar
        grounds = [console.shown(x, y)[2] for x, y in points(bar.region)]
        assert len(set(grounds)) == 2
