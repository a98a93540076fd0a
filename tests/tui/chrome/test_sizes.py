"""Every size from 40×12 to 300×100: what a person sees of the panes, and how to get at the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, permutations, product
from math import inf

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.pilot import Pilot

from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tui.app import LabApp
from tui.chrome.breakpoints import arrangement
from tui.panes.loss.pane import LossPane
from tui.panes.matrix.pane import MatrixPane
from tui.panes.names.pane import NamesPane
from tui.panes.pane import Pane

CORNERS = [(80, 24), (40, 12), (40, 100), (300, 12), (300, 100), (79, 24), (80, 23), (60, 20),
           (60, 40), (100, 15), (120, 40), (200, 40), (200, 60)]  # fmt: skip

ARRANGEMENTS = [(60, 12), (100, 12), (60, 40), (80, 24)]  # a size of each
TURNS = [ARRANGEMENTS[i] for i in (0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3, 0)]  # each into each other


def test_the_turns_go_from_each_arrangement_into_each_other() -> None:
    assert [arrangement(*size) for size in ARRANGEMENTS] == ["alone", "beside", "below", "all"]
    assert sorted(pairwise(TURNS)) == sorted(permutations(ARRANGEMENTS, 2))


def panes_shown(app: LabApp) -> list[Pane]:
    return [pane for pane in app.query(Pane) if pane.display and pane.region.area]


def check_layout(app: LabApp) -> None:
    """No pane overlaps another or leaves the screen, and each has room for something."""
    whole = app.screen.region
    shown = panes_shown(app)
    assert shown
    for pane in shown:
        assert whole.contains_region(pane.region), (app.size, pane, pane.region)
        assert pane.size.width >= 15, (app.size, pane)
        assert pane.size.height >= 4, (app.size, pane)
        others = [other.region for other in shown if other is not pane]
        assert not any(pane.region.overlaps(other) for other in others), app.size
    for child in app.query_one(MatrixPane).children:
        if child.display and child.region.area:
            assert app.query_one(MatrixPane).region.contains_region(child.region), app.size


async def resized(app: LabApp, pilot: Pilot[None], size: tuple[int, int]) -> None:
    await pilot.resize_terminal(*size)
    await until(pilot, lambda: app.size == size and app.screen.size == size)
    await settled(pilot)


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("size", CORNERS, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_pane_can_be_reached_and_is_whole(size: tuple[int, int]) -> None:
    engine = FakeEngine()
    async with opened(engine, size) as (app, pilot):
        engine.draw(30)
        engine.step_to(40)
        for number, title in (
            ("1", "1 Bigrams"),
            ("2", "2 Loss"),
            ("3", "─ 3 "),
            ("4", "4 Names"),
            ("5", "5 Inside"),
        ):
            await pilot.press(number)
            await settled(pilot)
            check_layout(app)
            assert title in screen_text(app)
            assert app.focused in panes_shown(app)
        await pilot.press("1", "ctrl+end", "end")
        await settled(pilot)
        assert app.query_one(MatrixPane).cursor == (26, 26)
        sight = app.query_one(MatrixPane).sight
        assert sight.rows[-1] == sight.columns[-1] == 26
        assert "zz" in screen_text(app)


@pytest.mark.slow
async def test_every_size_is_fit_for_training_and_for_being_resized_meanwhile() -> None:
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.draw(30)
        for step, size in enumerate(
            [(w, h) for w in (40, 79, 80, 140, 200, 300) for h in (12, 23, 24, 100)]
        ):
            engine.step_to(step + 1)
            await resized(app, pilot, size)
            check_layout(app)


async def looks(
    *keys: str, sizes: Sequence[tuple[int, int]] = ARRANGEMENTS
) -> dict[tuple[int, int], str]:
    """What a lab shows that is opened in one of some sizes."""
    shown = {}
    for size in sizes:
        async with opened(FakeEngine(), size) as (app, pilot):
            await pilot.press(*keys)
            await settled(pilot)
            shown[size] = screen_text(app)
    return shown


@pytest.mark.slow
async def test_a_resized_lab_looks_as_if_it_had_been_opened_at_that_size() -> None:
    looked = await looks()
    async with opened(FakeEngine(), TURNS[0]) as (app, pilot):
        for size in TURNS[1:]:
            await resized(app, pilot, size)
            await until(pilot, lambda size=size: screen_text(app) == looked[size])


@pytest.mark.slow
@pytest.mark.parametrize("key", ["3", "4"])
async def test_a_lab_that_had_no_room_at_all_looks_as_ever_when_it_has_some(key: str) -> None:
    sizes = [(80, 24), (160, 45), (200, 60)]
    looked = await looks(key, sizes=sizes)
    async with opened(FakeEngine(), (80, 24)) as (app, pilot):
        await pilot.press(key)
        for tiny, size in product(((14, 4), (10, 4), (1, 1)), sizes):
            await resized(app, pilot, tiny)
            await resized(app, pilot, size)
            await until(pilot, lambda size=size: screen_text(app) == looked[size])


@pytest.mark.slow
async def test_an_enlarged_matrix_fills_the_screen_in_every_arrangement() -> None:
    looked, enlarged = await looks(), await looks("z")
    async with opened(FakeEngine(), TURNS[0]) as (app, pilot):
        for before, size in pairwise(TURNS):
            await pilot.press("z")
            await until(pilot, lambda size=before: screen_text(app) == enlarged[size])
            assert app.query_one(MatrixPane).outer_size == (before[0], before[1] - 2)
            await resized(app, pilot, size)
            await until(pilot, lambda size=size: screen_text(app) == enlarged[size])
            await pilot.press("z")
            await until(pilot, lambda size=size: screen_text(app) == looked[size])


@given(st.integers(40, 300), st.integers(12, 100))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_an_arrangement_gives_each_of_its_panes_room(columns: int, lines: int) -> None:
    chosen = arrangement(columns, lines)
    side_by_side = chosen in ("all", "beside")
    above_each_other = chosen in ("all", "below")
    assert not side_by_side or columns >= 80
    assert not above_each_other or lines >= 24


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("size", [(60, 12), (80, 24), (120, 40)])
async def test_the_data_pane_says_which_of_its_lines_are_shown(size: tuple[int, int]) -> None:
    async with opened(FakeEngine(), size) as (app, pilot):
        await pilot.press("3")
        await settled(pilot)
        pane = next(pane for pane in panes_shown(app) if pane.id == "dataset")
        shown = pane.size.height
        part = re.search(rf" 1–{shown} of (\d+) ", screen_text(app))
        assert part, screen_text(app)
        lines = int(part[1])
        assert "words" in screen_text(app)
        await pilot.press("down")
        await until(pilot, lambda: f" 2–{shown + 1} of {lines} " in screen_text(app))
        await pilot.press("end")
        await until(pilot, lambda: f" {lines - shown + 1}–{lines} of {lines} " in screen_text(app))
        await resized(app, pilot, (60, 60))  # all of it has room
        await pilot.press("z")
        await until(pilot, lambda: f"of {lines}" not in screen_text(app))


async def test_where_only_one_pane_has_room_numbers_and_tab_turn_to_the_others() -> None:
    async with opened(FakeEngine(), (60, 20)) as (app, pilot):
        assert [pane.id for pane in panes_shown(app)] == ["matrix"]
        for name in ("loss", "dataset", "samples", "matrix"):
            await pilot.press("tab")
            await until(pilot, lambda name=name: [p.id for p in panes_shown(app)] == [name])
            assert app.focused is panes_shown(app)[0]
        await pilot.press("shift+tab")
        await until(pilot, lambda: [pane.id for pane in panes_shown(app)] == ["samples"])


async def test_the_pane_beside_the_matrix_is_the_one_looked_at_last() -> None:
    async with opened(FakeEngine(), (100, 16)) as (app, pilot):
        assert {pane.id for pane in panes_shown(app)} == {"matrix", "loss"}
        await pilot.press("4", "1")
        await until(pilot, lambda: {pane.id for pane in panes_shown(app)} == {"matrix", "samples"})
        await resized(app, pilot, (120, 40))
        assert len(panes_shown(app)) == 4


@pytest.mark.slow_after(3)
@pytest.mark.parametrize(
    ("size", "scale"),
    [((80, 24), "small"), ((120, 40), "medium"), ((199, 40), "numbers"), ((200, 60), "large"),
     ((300, 100), "large"), ((60, 20), "wide"), ((60, 40), "wide"), ((100, 16), "small")],
)  # fmt: skip
async def test_the_matrix_takes_the_largest_scale_that_fits(
    size: tuple[int, int], scale: str
) -> None:
    async with opened(FakeEngine(), size) as (app, _):
        assert app.query_one(MatrixPane).sight.scale.name == scale


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "scale", "rows"),
    [((200, 24), "large", 9), ((200, 40), "large", 17), ((220, 50), "large", 22),
     ((300, 24), "large", 9), ((200, 20), "numbers", 14), ((300, 12), "numbers", 6)],
)  # fmt: skip
async def test_from_200_columns_up_the_matrix_tells_its_numbers_and_scrolls_where_lines_are_few(
    size: tuple[int, int], scale: str, rows: int
) -> None:
    async with opened(FakeEngine(), size) as (app, pilot):
        sight = app.query_one(MatrixPane).sight
        assert (sight.scale.name, len(sight.rows), len(sight.columns)) == (scale, rows, 27)
        assert f"1–{rows} × 1–27 of 27" in screen_text(app)
        await pilot.press("ctrl+end")
        await until(pilot, lambda: f"{28 - rows}–27 × 1–27 of 27" in screen_text(app))
        check_layout(app)


@pytest.mark.slow
@pytest.mark.parametrize("number", "1234")
async def test_a_pane_that_shrinks_again_is_never_seen_with_what_was_drawn_for_more_room(
    number: str, watched: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.terminal_app.LONGEST_HOLD", inf)  # however slow the machine is
    engine = FakeEngine()
    async with opened(engine, (120, 40)) as (app, pilot):
        engine.draw(30)
        engine.step_to(60, "paused")
        await settled(pilot)
        await pilot.press(number, "z")
        await settled(pilot)
        frames: list[str] = []
        monkeypatch.setattr(
            "tui.terminal_app.Difference",
            lambda *given: frames.append(screen_text(app)) or given[1],
        )
        monkeypatch.setattr("tui.terminal_app.TerminalDriver", type(app._driver))
        monkeypatch.setattr(type(app._driver), "is_behind", False, raising=False)
        await pilot.press("z")
        await until(pilot, lambda: frames)
        await settled(pilot)
        assert set(frames) == {screen_text(app)}


@pytest.mark.slow
async def test_while_frames_are_held_back_none_is_drawn_and_then_all_that_has_changed(
    watched: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.terminal_app.LONGEST_HOLD", inf)
    drawn: list[bool] = []
    async with opened(FakeEngine()) as (app, pilot):
        draw, let_go = app.screen._compositor.render_update, app._let_go
        monkeypatch.setattr(
            app.screen._compositor,
            "render_update",
            lambda **given: drawn.append(True) or draw(**given),
        )
        monkeypatch.setattr(app, "_let_go", lambda: None)
        app.hold()
        await pilot.press("down", "2", "m")
        await settled(pilot)
        assert not drawn
        let_go()
        await until(pilot, lambda: drawn)


@pytest.mark.slow
async def test_in_a_small_terminal_a_key_turns_to_the_pane_that_it_is_about():
    async with opened(FakeEngine(), (60, 20)) as (app, pilot):
        lab = app.screen_stack[0]
        cases = [
            ("2", "m", "matrix"), ("2", "f", "matrix"), ("2", "slash", "matrix"),
            ("1", "s", "samples"), ("1", "w", "samples"), ("3", "l", "loss"), ("1", "n", "matrix"),
            ("1", "o", "matrix"), ("4", "c", "samples"),
        ]  # fmt: skip
        for enlarged, (pane, key, turned) in product((False, True), cases):
            case = f"{pane} {'z ' if enlarged else ''}{key}"
            await pilot.press(pane)
            await until(pilot, lambda: lab.maximized is None)
            await pilot.press(*(["z"] if enlarged else []), key)
            await settled(pilot)
            shown = [pane for pane in app.lab.panes if pane.display]
            assert [pane.id for pane in shown] == [turned], case
            assert lab.focused is shown[0], case
            assert (lab.maximized is not None) == enlarged, case
            if len(app.screen_stack) > 1:
                await pilot.press("escape")
                await until(pilot, lambda: len(app.screen_stack) == 1)
            if enlarged:
                await pilot.press("z")


async def test_on_the_names_h_and_l_move_from_one_model_to_the_other():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.draw(3)
        await pilot.press("w", "w", "4", "k")
        await settled(pilot)
        pane = app.query_one(NamesPane)
        for key, right in (("l", True), ("h", False)):
            await pilot.press(key)
            await until(pilot, lambda right=right: pane._place.right is right)
        assert not app.query_one(LossPane).log_scale
