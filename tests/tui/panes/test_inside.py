"""What a person sees of the inside of a model, and what is asked for it."""

from __future__ import annotations

from array import array

import pytest

from engine.wire.inside import Heatmap, Points
from engine.wire.requests import Export
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tui.app import LabApp
from tui.drawing.shades import ramp
from tui.panes.inside.heatmap import cell_size, heatmap_lines
from tui.panes.inside.pane import InsidePane
from tui.panes.inside.points import points_lines
from tui.panes.pane import Pane
from tui.terminal.capabilities import Terminal

RICH = ramp("diverging", dark=True, rooted=False)
PLAIN = ramp("diverging", dark=True, rooted=False, terminal=Terminal("none", False))


def shown(app: LabApp) -> list[str | None]:
    return [pane.id for pane in app.query(Pane) if pane.display and pane.region.area]


def picture(app: LabApp) -> str:
    """The lines of the pane, without what stands beside it."""
    region = app.query_one(InsidePane).region
    lines = screen_text(app).splitlines()[region.y : region.bottom]
    return "\n".join(line[region.x : region.right] for line in lines)


async def test_5_looks_inside_and_5_again_goes_back_to_where_one_was():
    async with opened(FakeEngine()) as (app, pilot):
        for before in ("matrix", "samples", "dataset"):
            await pilot.press({"matrix": "1", "samples": "4", "dataset": "3"}[before], "5")
            await until(pilot, lambda: shown(app) == ["matrix", "loss", "inside"])
            assert app.focused.id == "inside"
            await pilot.press("5")
            await until(pilot, lambda: shown(app) == ["matrix", "loss", "dataset", "samples"])
            assert app.focused.id == before


async def test_in_a_broad_terminal_the_names_stay_beside_it():
    async with opened(FakeEngine(), (120, 40)) as (app, pilot):
        await pilot.press("5")
        await until(pilot, lambda: shown(app) == ["matrix", "loss", "inside", "samples"])
        for name in ("samples", "matrix", "loss", "inside"):
            await pilot.press("tab")
            assert app.focused.id == name
        await pilot.press("4")
        assert "inside" in shown(app)
        await pilot.press("3")
        await until(pilot, lambda: shown(app) == ["matrix", "loss", "dataset", "samples"])


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("size", [(60, 12), (100, 12), (60, 40)])
async def test_where_fewer_panes_have_room_it_is_one_of_them(size: tuple[int, int]):
    async with opened(FakeEngine(), size) as (app, pilot):
        await pilot.press("5")
        await until(pilot, lambda: shown(app)[-1:] == ["inside"])
        await until(pilot, lambda: "−2.50 to +3.25" in screen_text(app))
        await pilot.press("m")  # not the view of a matrix, which is hidden in some of them
        await until(pilot, lambda: "48% of variance" in screen_text(app))
        assert app.focused.id == "inside"
        await pilot.press("5")
        await until(pilot, lambda: "inside" not in shown(app))


async def test_nothing_is_asked_for_while_it_is_not_shown():
    engine = FakeEngine()
    async with opened(engine) as (_, pilot):
        assert engine.watch.inside is None
        await pilot.press("5")
        await until(pilot, lambda: engine.watch.inside is not None)
        await pilot.press("1", "z")  # the matrix hides it
        await until(pilot, lambda: engine.watch.inside is None)
        await pilot.press("z")
        await until(pilot, lambda: engine.watch.inside is not None)
        await pilot.press("5", "5")
        await until(pilot, lambda: engine.watch.inside is None)


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_m_goes_from_picture_to_picture_and_says_what_each_is(size: tuple[int, int]):
    engine = FakeEngine()
    async with opened(engine, size) as (app, pilot):
        engine.draw(3)
        engine.step_to(40)
        await pilot.press("5")
        for told in (
            ["embedding · 27 × 10", "−2.50 to +3.25 · 1 of 3"],
            ["embedding · 48% of variance", " q ", " z "],
            [
                "layer 1 mean −0.02 dev 0.75 sat 20",
                "layer 2 mean +0.01",
                "−1 ",
                " +1",
                "1,000 places",
            ],
            ["gradients · step 40", "embedding ", "1.0e-02", "−3.0", "−1.7", "–"],
            ["layer 1 head 1", ". m i n a y", "1 of 2"],
            ["embedding · 27 × 10"],
        ):
            await until(pilot, lambda told=told: all(words in picture(app) for words in told))
            await pilot.press("m")
        assert engine.watch.view == "counts"  # the matrix shows what it did
        await pilot.press("M")
        await until(pilot, lambda: "embedding · 27 × 10" in picture(app))


async def test_arrows_choose_the_weights_round_and_round():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("5")
        for key, name in (("right", "hidden"), ("down", "output"), ("j", "embedding")):
            await until(pilot, lambda: app.query_one(InsidePane)._inside)
            await pilot.press(key)
            await until(pilot, lambda name=name: f"5 Inside · {name}" in picture(app))
        await pilot.press("left")
        await until(pilot, lambda: "output weights · 200 × 27" in picture(app))
        await pilot.press("y")
        await until(pilot, lambda: engine.asked(Export))
        assert engine.asked(Export)[0] == Export("inside", view="output weights")


async def test_keys_may_be_typed_before_there_is_a_picture():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        for key in "5mm":  # at once: the pane does not know yet that it has the focus
            app.simulate_key(key)
        await until(pilot, lambda: "5 Inside · activations" in picture(app))
        assert engine.watch.view == "counts"
        await pilot.press("M", "M", "right", "right")
        await until(pilot, lambda: "output weights · 200 × 27" in picture(app))


async def test_a_table_scrolls_where_it_has_no_room():
    async with opened(FakeEngine(), (80, 24)) as (app, pilot):
        await pilot.resize_terminal(60, 8)
        await pilot.press("5", "m", "m", "m")
        await until(pilot, lambda: "embedding  " in picture(app))
        assert "hidden biases" not in picture(app)
        await pilot.press(*["down"] * 9)
        await until(pilot, lambda: "hidden biases" in picture(app))
        await pilot.press("pageup")
        await until(pilot, lambda: "update" in picture(app).splitlines()[2])


async def test_the_word_of_attention_is_the_name_under_the_cursor():
    engine = FakeEngine()
    async with opened(engine, (120, 40)) as (app, pilot):
        engine.draw(3)  # mor, axx, minaymoryles
        await settled(pilot)
        await pilot.press("5", "M")
        await until(pilot, lambda: engine.watch.inside.word == "minaymoryles")
        await until(pilot, lambda: ". m i n a y" in picture(app))
        assert "5 Inside · layer 1 head 1" in picture(app)
        await pilot.press("4", "k", "k", "k")
        await until(pilot, lambda: engine.watch.inside.word == "mor")
        await until(pilot, lambda: ". m o r" in picture(app))


async def test_a_model_without_weights_says_so():
    engine = FakeEngine()
    engine.has_inside = ()
    async with opened(engine) as (app, pilot):
        await pilot.press("5", "m", "right")
        await until(pilot, lambda: "has no weights to look at" in " ".join(picture(app).split()))


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    "terminal", [Terminal("256"), Terminal("16"), Terminal("8"), Terminal("none", False)]
)
async def test_a_poorer_terminal_shows_all_pictures(terminal: Terminal):
    engine = FakeEngine()
    async with opened(engine, (80, 24), terminal) as (app, pilot):
        engine.draw(3)
        await pilot.press("5")
        for words in ("27 ", "48% of", "layer 1", "update", "layer 1 head 1"):
            await until(pilot, lambda words=words: words in picture(app))
            await pilot.press("m")


def heatmap(rows: int, columns: int, *cells: int) -> Heatmap:
    return Heatmap((rows, columns), rows, columns, array("b", cells).tobytes(), -1, 1)


def test_two_weights_share_a_character_one_above_the_other():
    (line,) = heatmap_lines(heatmap(2, 1, 127, -127), 1, 1, RICH)
    assert line.plain == "▀"
    assert str(line.spans[0].style) == f"{RICH.shades[-1]} on {RICH.shades[0]}"


def test_without_colours_signs_are_told_by_shape():
    lines = heatmap_lines(heatmap(1, 3, 127, 0, -127), 6, 1, PLAIN)
    assert [line.plain for line in lines] == ["##  @@"]


@pytest.mark.parametrize("drawn_with", [RICH, PLAIN], ids=["halves", "glyphs"])
@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (27, 10), (16, 44), (3, 100), (200, 2)])
def test_cells_are_as_large_as_the_room_allows_and_no_larger(drawn_with, rows, columns):
    width, height = 44, 8
    lines = height * 2 if drawn_with.halves else height
    rows, columns = min(rows, lines), min(columns, width)  # as the engine tells them
    cell = cell_size(rows, columns, width, height, drawn_with)
    assert 1 <= cell.columns * columns <= width
    assert 1 <= cell.halves * rows <= height * 2


def test_letters_at_one_place_stand_beside_each_other_the_most_frequent_at_the_place():
    points = Points(bytes(6), (0, 1), (0, 1), 2, None)
    lines = points_lines(points, (".", "a", "b"), (1, 9, 5), 9, 3)
    assert [line.plain for line in lines] == ["    b", "  . a", ""]


def test_letters_that_have_no_room_are_left_out_the_rarest_first():
    points = Points(bytes(6), (0, 1), (0, 1), 2, None)
    lines = points_lines(points, (".", "a", "b"), (1, 9, 5), 3, 1)
    assert [line.plain.strip() for line in lines] == ["a"]
