"""The lab on terminals without colours, and on those without Unicode."""

from __future__ import annotations

import unicodedata

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual._border import BORDER_CHARS
from textual.color import Color
from textual.scrollbar import ScrollBarRender

from engine.wire.requests import Configure, Score
from tests.tui.fake_data import dataset, made_up_count
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tui.app import LabApp
from tui.drawing.ascii import to_ascii
from tui.drawing.line_widget import LineWidget
from tui.drawing.shades import ramp
from tui.drawing.terminal_filters import DARK, LIGHT
from tui.panes.matrix.grid import MatrixGrid
from tui.panes.matrix.pane import MatrixPane
from tui.panes.pane import Pane
from tui.terminal.capabilities import Colours, Terminal

FOREIGN = (".", "a", "é", "山", "川", "ñ", "ß", "␣", "◌\u0301", "λ", "？", "¨", "ﬁ", "½")


def check(app: LabApp) -> None:
    """Nothing but ASCII is on the screen, and a question mark only where it names a key."""
    for number, line in enumerate(screen_text(app).splitlines()):
        assert line.isascii(), (number, line, [c for c in line if not c.isascii()])
        assert cell_len(line) == app.size.width
        meant = line.replace(" ? help", "").replace("?     ", "").replace("(?)", "")
        meant = meant.replace("after that one?", "").replace("Go to a pair?", "")
        assert "?" not in meant, (number, line)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "colours"), [((80, 24), "none"), ((120, 40), "16")])
async def test_the_whole_lab_is_drawn_in_ascii(size: tuple[int, int], colours: Colours):
    engine = FakeEngine(dataset(FOREIGN + tuple("bcdefghijklm"), name="données.txt"))
    async with opened(engine, size, Terminal(colours, unicode=False)) as (app, pilot):
        check(app)
        engine.step_to(60)
        await pilot.press("s")
        await until(pilot, lambda: "60/" in screen_text(app))
        check(app)
        for view in "mmmmm":
            await pilot.press(view)
            await settled(pilot)
            check(app)
        for number in "1234":
            await pilot.press(number, "z")
            await settled(pilot)
            check(app)
            await pilot.press("z")
            await settled(pilot)
        for dialog in ("question_mark", "slash", "o", "c", "p", "g", "K", "ctrl+p"):
            await pilot.press(dialog)
            await settled(pilot)
            await until(pilot, lambda: len(app.screen_stack) > 1)
            check(app)
            await pilot.press("escape")
            await until(pilot, lambda: len(app.screen_stack) == 1)
        app.notify("Eine Überraschung … 山", title="Ärger", severity="error")
        await settled(pilot)
        check(app)
        assert "Uberraschung" in screen_text(app)


async def test_the_lab_without_data_or_engine_is_drawn_in_ascii():
    engine = FakeEngine()
    async with opened(engine, terminal=Terminal("16", unicode=False)) as (app, pilot):
        engine.die()
        await until(pilot, lambda: app.session.has_ended)
        await settled(pilot)
        check(app)


async def test_the_read_out_names_what_ascii_cannot_show():
    engine = FakeEngine(dataset((".", "a", "e", "é", "山")))
    async with opened(engine, terminal=Terminal("256", unicode=False)) as (app, pilot):
        app.query_one(MatrixPane).go_to(4, 3)
        await until(pilot, lambda: "U+5C71 U+00E9" in screen_text(app))
        app.query_one(MatrixPane).go_to(2, 3)
        await until(pilot, lambda: "e U+00E9" in screen_text(app))
        app.query_one(MatrixPane).go_to(1, 2)
        await until(pilot, lambda: "ae " in screen_text(app))
        assert "U+" not in app.query_one("#reading", LineWidget).text


@pytest.mark.slow
async def test_an_error_names_the_characters_that_it_quotes_and_ascii_cannot_show():
    engine = FakeEngine(dataset((".", "a", "e", "é")))
    told = "'é山': 'é' (character 1) does not occur in the data. It has 'aeñ'."
    engine.refuse[Configure] = engine.refuse[Score] = told
    shown = (
        "'U+00E9 U+5C71': 'U+00E9' (character 1) does not occur in the data. It has 'ae U+00F1'."
    )
    for key, typed, expected in (
        ("p", "é山", shown),
        ("c", "é山", shown),
        ("slash", "a山", "The data has no character 'U+5C71'."),
    ):
        async with opened(engine, (120, 40), Terminal("256", unicode=False)) as (app, pilot):
            await pilot.press(key)
            await until(pilot, lambda: len(app.screen_stack) == 2 and app.screen.is_mounted)
            await pilot.press(*typed, "enter")
            words = expected.split()
            await until(pilot, lambda words=words: set(words) <= set(screen_text(app).split()))


def test_every_character_keeps_its_columns_in_ascii():
    drawn = {c for rows in BORDER_CHARS.values() for row in rows for c in row}
    drawn |= {*"".join(ScrollBarRender.VERTICAL_BARS + ScrollBarRender.HORIZONTAL_BARS)}
    drawn |= {chr(code) for code in range(0x80, 0x3000)} | set("山川한🔎👍🏽🇩🇪")
    for character in drawn:
        if unicodedata.category(character) not in ("Cc", "Cf", "Cn"):
            assert to_ascii(character).isascii(), character
            assert len(to_ascii(character)) == cell_len(character), character
    for word in ("e\u0301te\u0301", "山a川", "👩‍🔬!", "✈️ x"):
        assert len(to_ascii(word)) == cell_len(word)


def test_text_borders_have_no_character_that_reads_as_a_letter_of_the_data():
    borders = {c for rows in BORDER_CHARS.values() for row in rows for c in row} - {" "}
    assert {to_ascii(c) for c in borders} <= set("+-=|#_:")


@pytest.mark.slow
@pytest.mark.parametrize("unicode", [True, False])
async def test_without_colours_not_one_colour_is_sent(unicode: bool):
    engine = FakeEngine()
    async with opened(engine, (120, 40), Terminal("none", unicode=unicode)) as (app, pilot):
        engine.step_to(40)
        await settled(pilot)
        for theme in ("makemore-dark", "makemore-light", "textual-light", "nord"):
            app.theme = theme
            await settled(pilot)
            assert_colourless(app)
        for dialog in ("question_mark", "ctrl+p", "c"):
            await pilot.press(dialog)
            await settled(pilot)
            assert_colourless(app)
            await pilot.press("escape")
            await settled(pilot)


def assert_colourless(app: LabApp) -> None:
    for segment in segments(app):
        style = segment.style
        assert style is None or (not style.color and not style.bgcolor), segment


def segments(app: LabApp) -> list[Segment]:
    return [s for strip in app.screen._compositor.render_strips() for s in strip]


def reversed_text(app: LabApp) -> list[str]:
    return [s.text for s in segments(app) if s.style and s.style.reverse]


@pytest.mark.slow
async def test_without_colours_the_cursor_the_focus_and_a_choice_are_in_reverse():
    async with opened(FakeEngine(), (120, 40), Terminal("none")) as (app, pilot):
        assert [t.strip() for t in reversed_text(app)] == ["1 Bigrams · counts", ".."]
        assert app.query_one(MatrixPane).styles.border_top[0] == "heavy"
        await pilot.press("2")
        await settled(pilot)
        assert any("2 Loss" in text for text in reversed_text(app))
        assert not any("1 Bigrams" in text for text in reversed_text(app))
        assert [pane.styles.border_top[0] for pane in app.query(Pane)].count("heavy") == 1
        await pilot.press("ctrl+p")
        await until(pilot, lambda: "Train, or pause" in screen_text(app))
        await pilot.press("down")
        await until(pilot, lambda: len("".join(reversed_text(app)).strip()) > 40)


async def test_without_colours_cells_show_what_they_are_by_glyphs_and_the_cursor_is_no_blank():
    engine = FakeEngine()
    for terminal in (Terminal("none"), Terminal("none", unicode=False)):
        async with opened(engine, (80, 24), terminal) as (app, _):
            grid = app.query_one(MatrixGrid)
            assert grid.sight.scale.lines_per_row == grid.sight.scale.rows_per_line == 1
            first = app.screen._compositor.render_strips()[grid.region.y + 1].text
            row = first[grid.region.x + grid.sight.scale.gutter :][:27]
            assert row[0] == "+"
            counts = [made_up_count(0, column) for column in range(27)]
            assert app.session.snapshot is not None
            assert app.session.snapshot.cells is not None
            shades = ramp("sequential", dark=True, rooted=True, terminal=terminal)
            levels = [shades.level(count, 0, app.session.snapshot.cells.high) for count in counts]
            assert row[1:] == "".join(shades.glyphs[level] for level in levels[1:])


def test_reverse_video_is_for_backgrounds_of_the_other_kind_and_dim_for_muted_text():
    def sent(style: str, filter_=DARK) -> Style:
        made = filter_.apply([Segment("x", Style.parse(style))], Color.parse("#000000"))
        assert made[0].style is not None
        return made[0].style

    assert sent("#ffffff on #000000") == Style(reverse=False, dim=False)
    assert sent("#000000 on #ffffff").reverse
    assert sent("#ffffff on #000000 reverse").reverse
    assert sent("#000000 on #ffffff", LIGHT) == Style(reverse=False, dim=False)
    assert sent("#ffffff on #000000", LIGHT).reverse
    assert sent("bold underline #ffffff on #000000").bold
    assert sent("#808080 on #000000").dim
    assert not sent("#808080 on #ffffff").dim
    assert sent("reverse").reverse  # filtered before, by a screen that lies below
