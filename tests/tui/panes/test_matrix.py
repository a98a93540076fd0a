"""The matrix as a person sees it: its scales, its cursor, its views, and what is drawn again."""

from __future__ import annotations

import re

import msgspec
import pytest
from rich.cells import cell_len
from textual.geometry import Region
from textual.widget import Widget

from engine.text.labels import labels
from tests.tui.fake_data import dataset, made_up_count
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tui.app import LabApp
from tui.drawing.line_widget import LineWidget
from tui.panes.matrix.grid import MatrixGrid
from tui.panes.matrix.pane import MatrixPane
from tui.terminal.letter_widths import restored


def redrawn(widget: Widget) -> list[Region]:
    """The regions that a widget asks to be drawn again, from now on."""
    regions: list[Region] = []
    refresh = widget.refresh

    def watched(*some: Region, **options: bool) -> Widget:
        regions.extend(some or [widget.size.region])
        return refresh(*some, **options)

    widget.refresh = watched  # type: ignore[method-assign]
    return regions


@pytest.mark.slow_after(2)
@pytest.mark.parametrize(
    ("size", "scale"), [((80, 24), "small"), ((120, 40), "medium"), ((200, 60), "large")]
)
async def test_the_matrix_takes_the_largest_scale_that_fits(size: tuple[int, int], scale: str):
    engine = FakeEngine()
    async with opened(engine, size) as (app, _):
        matrix = app.query_one(MatrixPane)
        assert matrix.sight.scale.name == scale
        assert len(matrix.sight.rows) == len(matrix.sight.columns) == 27
        assert engine.watch is not None
        assert engine.watch.rows == tuple(range(27))
        text = screen_text(app)
        assert "of 32,033  rank" in text  # the read-out's first line
        assert " 10,241 √" in text  # the largest count, behind the shades
        # nothing of the matrix, its read-out or its legend is cut off
        grid = app.query_one(MatrixGrid)
        assert grid.size.height >= matrix.sight.scale.size[1]
        assert grid.size.width >= matrix.sight.scale.size[0]
        assert app.query_one("#right").size.width >= 46


async def test_the_matrix_grows_and_shrinks_with_the_terminal():
    async with opened(FakeEngine(), (80, 24)) as (app, pilot):
        await pilot.resize_terminal(200, 60)
        await until(pilot, lambda: app.query_one(MatrixPane).sight.scale.name == "large")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: app.query_one(MatrixPane).sight.scale.name == "small")


async def test_the_large_scale_shows_pairs_and_their_counts_as_the_lecture_does():
    async with opened(FakeEngine(), (200, 60)) as (app, _):
        lines = screen_text(app).splitlines()
        above = next(n for n, line in enumerate(lines) if " .a " in line and " .b " in line)
        assert str(made_up_count(0, 1)) in lines[above + 1]
        assert lines[above].index(".a") // 5 == lines[above + 1].index("4410") // 5


async def test_the_cursor_moves_by_arrows_and_letters_and_the_read_out_follows():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("down", "right", "j", "l", "l", "k", "h")
        matrix = app.query_one(MatrixPane)
        assert matrix.cursor == (1, 2)
        await until(pilot, lambda: engine.watch and engine.watch.cursor == (1, 2))
        await until(pilot, lambda: "ab" in screen_text(app) and "rank 3" in screen_text(app))
        await pilot.press("end")
        assert matrix.cursor == (1, 26)
        await pilot.press("home", "up", "up")
        assert matrix.cursor == (0, 0)


async def test_a_click_moves_the_cursor():
    async with opened(FakeEngine()) as (app, pilot):
        await pilot.press("2")
        await pilot.click(MatrixGrid, offset=(3 + 5, 1 + 4))
        await settled(pilot)
        matrix = app.query_one(MatrixPane)
        assert matrix.cursor is not None
        assert matrix.cursor[1] == 5
        assert matrix.cursor[0] in (8, 9)
        assert matrix.has_focus


async def test_slash_goes_to_a_pair_and_refuses_what_is_none():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("slash")
        await settled(pilot)
        await pilot.press("a", "!", "enter")
        await until(pilot, lambda: "no character '!'" in screen_text(app))
        await pilot.press("backspace", "ü", "enter")
        await until(pilot, lambda: "no character 'ü'" in screen_text(app))
        await pilot.press("backspace", "n", "enter")
        await until(pilot, lambda: app.query_one(MatrixPane).cursor == (1, 14))


@pytest.mark.slow_after(2)
@pytest.mark.parametrize("view", ["compared", "selected", "weights", "difference", "counts"])
async def test_m_goes_through_the_views(view: str):
    engine = FakeEngine()
    names = ["counts", "compared", "selected", "weights", "difference"]
    async with opened(engine) as (app, pilot):
        await pilot.press(*"m" * (names.index(view) or 5))
        await until(pilot, lambda: engine.watch and engine.watch.view == view)
        await pilot.press("M")
        before = names[names.index(view) - 1]
        await until(pilot, lambda: engine.watch and engine.watch.view == before)
        assert app.is_running


async def test_the_net_views_change_live():
    engine = FakeEngine()
    async with opened(engine, (200, 60)) as (app, pilot):
        await pilot.press("m", "m")
        await settled(pilot)
        before = screen_text(app)
        engine.step_to(50)
        await until(pilot, lambda: "step 50" in screen_text(app))
        assert before != screen_text(app)
        assert "P(net)" in screen_text(app)


@pytest.mark.slow
async def test_a_large_alphabet_scrolls_and_asks_only_for_what_is_seen():
    labels = (".", *(chr(0x0400 + n) for n in range(299)))
    engine = FakeEngine(dataset(labels))
    async with opened(engine) as (app, pilot):
        matrix = app.query_one(MatrixPane)
        first = engine.watch
        assert first is not None
        assert first.rows[0] == 0
        assert len(first.rows) < 40
        await pilot.press("ctrl+end", "end")
        await until(pilot, lambda: engine.watch and engine.watch.rows[-1] == 299)
        await until(pilot, lambda: engine.watch and engine.watch.columns[-1] == 299)
        assert matrix.cursor == (299, 299)
        assert "of 300" in str(matrix.border_subtitle)
        await settled(pilot)
        assert "rank" in screen_text(app)


async def test_f_puts_the_most_frequent_characters_first():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("f")
        await settled(pilot)
        often = engine.data.frequencies
        assert engine.watch is not None
        assert [often[row] for row in engine.watch.rows] == sorted(often, reverse=True)
        await pilot.press("f")
        await until(pilot, lambda: engine.watch and engine.watch.rows == tuple(range(27)))
        assert app.query_one(MatrixPane).cursor == (0, 0)


async def test_wide_and_combining_characters_keep_their_columns():
    labels = (".", "山", "川", "é", "\u0301", "a")
    async with opened(FakeEngine(dataset(labels)), (120, 40)) as (app, _):
        grid = app.query_one(MatrixGrid)
        assert {grid.render_line(y).cell_length for y in range(grid.size.height)} == {
            grid.size.width
        }


async def test_moving_the_cursor_redraws_two_cells_their_labels_and_the_read_out_only():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        drawn = redrawn(app.query_one(MatrixGrid))
        await pilot.press("right")
        await settled(pilot)
        assert drawn
        assert sum(region.area for region in drawn) <= 2 + 2 + 6


async def test_a_snapshot_that_changes_nothing_redraws_nothing():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.step_to(10)
        await settled(pilot)
        drawn = [
            redrawn(widget) for widget in (app.query_one(MatrixGrid), *app.query("LineWidget"))
        ]
        engine.tell_snapshot()
        await settled(pilot)
        assert not any(drawn)


async def test_a_changed_cell_redraws_its_own_region_only():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        drawn = redrawn(app.query_one(MatrixGrid))
        value = engine.value
        engine.value = lambda view, r, c: 9000.0 if (r, c) == (7, 9) else value(view, r, c)  # type: ignore[method-assign]
        engine.tell_snapshot()
        await settled(pilot)
        assert drawn == [Region(3 + 9, 1 + 3, 1, 1)]


async def test_a_new_title_redraws_a_line_of_the_border_and_not_the_pane():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("m", "m")
        await settled(pilot)
        pane = app.query_one(MatrixPane)
        drawn: list[tuple[Region, ...]] = []
        dirty = pane._set_dirty
        pane._set_dirty = lambda *regions: (drawn.append(regions), dirty(*regions))[1]  # type: ignore[method-assign]
        engine.step_to(9)
        await until(pilot, lambda: "step 9" in screen_text(app))
        assert drawn
        assert all(regions and regions[0].height == 1 for regions in drawn)


# --- labels


async def test_a_broad_letter_takes_room_in_its_own_row_and_column_only():
    alphabet = (*".abcdefghijklm", "山", *"nopqrstu")
    engine = FakeEngine(dataset(alphabet))
    async with opened(engine) as (app, pilot):
        matrix, grid = app.query_one(MatrixPane), app.query_one(MatrixGrid)
        scale = matrix.sight.scale
        narrow = {scale.width_of(symbol) for symbol, label in enumerate(alphabet) if label != "山"}
        assert narrow == {scale.width} == {1}
        assert grid.render_line(0).text.replace(" ", "") == "".join(alphabet)
        place = alphabet.index("n")
        await pilot.click(MatrixGrid, offset=(matrix.sight.left(place), 3))
        await until(pilot, lambda: matrix.cursor and matrix.cursor[1] == place)


async def test_a_character_that_cannot_be_seen_is_told_by_its_last_digits_and_named_below():
    alphabet = (".", *" abc", "\xa0", "\xad", "\u200b")
    engine = FakeEngine(dataset(labels(alphabet), characters=alphabet))
    async with opened(engine) as (app, pilot):
        header = app.query_one(MatrixGrid).render_line(0).text
        assert header.split()[-4:] == ["c", "A0", "AD", "0B"]
        await pilot.press(*["right"] * 5)
        await until(pilot, lambda: ". U+00A0  " in screen_text(app))


async def test_columns_of_different_breadth_scroll_until_the_last_is_in_sight():
    alphabet = (".", *(chr(0x4E00 + n) if n % 3 else chr(0x100 + n) for n in range(200)))
    engine = FakeEngine(dataset(alphabet))
    async with opened(engine) as (app, pilot):
        matrix, grid = app.query_one(MatrixPane), app.query_one(MatrixGrid)
        await pilot.press("end")
        await until(pilot, lambda: matrix.sight.columns[-1] == len(alphabet) - 1)
        room = grid.size.width - matrix.sight.left(len(matrix.sight.columns))
        assert 0 <= room < 2
        assert grid.render_line(0).text.rstrip().endswith(alphabet[-1])
        await pilot.press("home")
        await until(pilot, lambda: matrix.sight.columns[0] == 0)


def subtitle_of(app: LabApp) -> str:
    return str(app.query_one(MatrixPane).border_subtitle)


async def test_the_first_training_beside_the_counts_says_once_where_the_nets_matrix_is():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.step_to(3)
        await until(pilot, lambda: "m: P(net), forming" in subtitle_of(app))
        engine.step_to(4, "paused")
        await until(pilot, lambda: "smoothing" in subtitle_of(app))
        engine.step_to(5)
        await until(pilot, lambda: "step 5" in screen_text(app) or "5/100" in screen_text(app))
        assert "forming" not in subtitle_of(app)
        engine.data = msgspec.structs.replace(engine.data, number=2, name="other.txt")
        engine.tell(engine.data)
        engine.step_to(0, "idle")
        await until(
            pilot,
            lambda: (
                app.session.dataset and app.session.dataset.number == 2 and app.session.snapshot
            ),
        )
        engine.step_to(1)
        await until(pilot, lambda: "forming" in subtitle_of(app))
        await pilot.press("m")
        await until(pilot, lambda: "forming" not in subtitle_of(app))


async def test_a_training_beside_the_nets_matrix_says_nothing_of_it():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("m", "m")
        engine.step_to(3)
        await until(pilot, lambda: "step 3" in screen_text(app))
        assert "forming" not in subtitle_of(app)


# --- runs


async def test_a_view_that_goes_with_its_run_gives_way_to_p_of_the_next():
    engine = FakeEngine()
    async with opened(engine, (120, 40)) as (app, pilot):
        matrix = app.query_one(MatrixPane)
        await pilot.press("m", "m", "m")
        await until(pilot, lambda: "1 Bigrams · weights" in screen_text(app))
        assert "weight" in app.query_one("#reading", LineWidget).text
        engine.selected = engine.begin("ngram")
        engine.tell_snapshot()
        await until(pilot, lambda: engine.watch and engine.watch.view == "selected")
        await until(pilot, lambda: "1 Bigrams · P(ngram)" in screen_text(app))
        assert matrix.views == ("counts", "compared", "selected", "difference")
        await until(pilot, lambda: "counts    ngram" in screen_text(app))
        assert "weight" not in app.query_one("#reading", LineWidget).text


async def test_a_p_that_is_a_mean_says_so_where_there_is_room():
    engine = FakeEngine()
    engine.places = 8192
    async with opened(engine, (120, 40)) as (app, pilot):
        await pilot.press("m", "m")
        title = "1 Bigrams · P(net) · step 0 · averaged over the data"
        await until(pilot, lambda: title in screen_text(app))
        engine.step_to(1234)
        await until(pilot, lambda: "P(net) · step 1,234 · averaged ─" in screen_text(app))


async def test_the_settings_below_are_those_that_the_run_is_fitted_with_which_is_shown():
    engine = FakeEngine()
    engine.selected = engine.begin("ngram")
    async with opened(engine, (120, 40)) as (app, pilot):
        await until(pilot, lambda: subtitle_of(app) == "n 4 · smoothing 0.1")
        await pilot.press("m")
        await until(pilot, lambda: subtitle_of(app) == "smoothing 1")


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("size", [(40, 12), (60, 20), (80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("name", ["a name of 24 characters.", "日本語の長い名前です" * 2])
async def test_long_names_leave_the_matrix_its_title_its_read_out_and_its_legend(
    size: tuple[int, int], name: str
):
    engine = FakeEngine()
    for run in engine.runs:
        run.name = name
    async with opened(engine, size) as (app, pilot):
        await pilot.press("M")
        await until(pilot, lambda: engine.watch and engine.watch.view == "difference")
        await until(pilot, lambda: re.search(rf"1 Bigrams · .*{name[:2]}.* − ", screen_text(app)))
        below = app.query_one("#reading", LineWidget)
        assert max(map(cell_len, restored(below.text).split("\n"))) <= below.size.width
        assert name[:2] in below.text or size == (40, 12)
        assert "below" in screen_text(app) or below.size.height < 4
