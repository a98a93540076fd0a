"""Texts drawn by a model of a running text: wrapped, scrolled, picked, copied as they are."""

from __future__ import annotations

import msgspec
import pytest
from textual import events
from textual.widgets import Input

from engine.settings.data_format import DataFormat
from engine.wire.requests import Draw, Score
from engine.wire.values import Drawn, Name
from tests.tui.fake_data import dataset
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tui.panes.names.pane import NamesPane
from tui.panes.names.scrolling import NamesScroll
from tui.panes.names.texts_drawing import wrapped

SPEECH = "To be, or not to be,\n\nthat is the question:\n" + "whether " * 60


class Texts(FakeEngine):
    """Draws texts of which each begins with its number."""

    def __init__(self, text: str = SPEECH) -> None:
        super().__init__(dataset(name="hamlet.txt", data_format=DataFormat(format="text")))
        self.text = text
        self.settings = msgspec.structs.replace(self.settings, length=len(text))

    def draw(self, count: int = 1, source: str = "compared") -> None:
        for n in range(len(self.names), len(self.names) + count):
            name = Name(f"<{n + 1}>{self.text}", 2.345, None)
            other = Name(f"<{n + 1}>{self.text[::-1]}", 3.456, None)
            self.names.append(
                Drawn(
                    n,
                    name if source != "selected" else None,
                    other if source != "compared" else None,
                )
            )
        self.newest_from = len(self.names) - 1  # they were asked for one by one
        self.tell_snapshot()


def test_a_text_keeps_its_line_breaks_and_blanks_and_loses_no_character() -> None:
    text = " two  blanks \n\n" + "x" * 25 + "\n日本語のテキスト\n"
    lines = wrapped(text, 10)
    assert max(map(len, lines)) <= 10
    assert lines[:4] == [" two  blan", "ks ", "", "x" * 10]
    assert "".join(lines) == text.replace("\n", "")


async def test_s_draws_one_text_and_shows_it_from_its_beginning() -> None:
    engine = Texts()
    async with opened(engine) as (app, pilot):
        assert "Press s for a text" in screen_text(app)
        assert "4 Texts" in screen_text(app)
        await pilot.press("s")
        await until(pilot, lambda: engine.asked(Draw) == [Draw(1)])
        engine.draw(3)
        await until(pilot, lambda: "3: 2.35 a character" in screen_text(app))
        text = screen_text(app)
        assert "<3>To be, or not to be," in text
        assert "that is the question:" in text
        assert "<2>" not in text, "the newest fills the pane"


@pytest.mark.slow
async def test_a_text_is_scrolled_to_its_end_and_the_one_before_is_found_above_it() -> None:
    engine = Texts()
    async with opened(engine) as (app, pilot):
        engine.draw(2)
        await until(pilot, lambda: "<2>To be" in screen_text(app))
        await pilot.press("4", *["pagedown"] * 20)
        await until(pilot, lambda: "<2>To be" not in screen_text(app))
        pane = app.query_one(NamesPane)
        last = "".join(pane.query_one("#names").text.split("\n"))
        assert last.rstrip().endswith("whether")
        await pilot.press(*["pageup"] * 40)
        await until(pilot, lambda: "<1>To be" in screen_text(app))


async def test_the_picked_text_is_copied_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, copied = Texts("a\n\tb\u200cc\n"), []
    async with opened(engine) as (app, pilot):
        monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
        engine.draw(3)
        await until(pilot, lambda: "<3>a" in screen_text(app))
        await pilot.press("4", "up", "up", "y")
        await until(pilot, lambda: copied == ["<2>a\n\tb\u200cc\n"])
        assert any("a text of 10 characters" in t.message for t in app._notifications)


async def test_texts_of_both_models_stand_beside_each_other() -> None:
    engine = Texts()
    engine.settings = msgspec.structs.replace(engine.settings, source="both")
    async with opened(engine, (120, 40)) as (app, pilot):
        engine.draw(1, "both")
        await until(pilot, lambda: "3.46" in screen_text(app))
        assert "2.35" in screen_text(app)
        await pilot.press("4", "right", "y")
        await settled(pilot)
        assert app.query_one(NamesPane).picked == engine.names[0].selected


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60)])
async def test_a_text_is_seen_at_every_size(size: tuple[int, int]) -> None:
    engine = Texts()
    async with opened(engine, size) as (app, pilot):
        await pilot.press("4")
        engine.draw(2)
        await until(pilot, lambda: "<2>To be" in screen_text(app))


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("pasted", ["to\nbe\n", "to\r\nbe\r"])
async def test_a_pasted_passage_of_several_lines_is_scored_as_one(pasted: str) -> None:
    engine = Texts()
    labels = ("·", "␊", *"abcdefghijklmnopqrstuvwxyz")
    engine.data = dataset(
        labels, name="hamlet.txt", data_format=DataFormat(format="text"),
        characters=(".", "\n", *labels[2:]),
    )  # fmt: skip
    async with opened(engine) as (app, pilot):
        await pilot.press("c")
        await until(pilot, lambda: "Score a passage" in screen_text(app))
        app.screen.query_one(Input).post_message(events.Paste(pasted))
        await until(pilot, lambda: engine.asked(Score) == [Score("to\nbe\n")])
        assert "to␊be␊" in screen_text(app)
        await pilot.press("space", "x")
        await until(pilot, lambda: engine.asked(Score)[-1] == Score("to\nbe\n x"))


async def test_the_first_character_of_a_passage_has_no_guess() -> None:
    engine = Texts()
    async with opened(engine) as (app, pilot):
        await pilot.press("c", "t")
        await settled(pilot)
        assert engine.asked(Score) == []
        assert "The first is given." in " ".join(screen_text(app).split())
        await pilot.press("o")
        await until(pilot, lambda: engine.asked(Score) == [Score("to")])


def lines(*texts: int, each: int = 10) -> list[tuple[int, int]]:
    return [(text, line) for text in texts for line in range(each)]


def test_what_one_reads_does_not_run_away_when_a_text_comes() -> None:
    place = NamesScroll()
    place.grow(3, 2, 6, least=6)
    assert place.window(lines(0, 1, 2))[0] == (2, 0)
    place.scroll(14)
    assert place.window(lines(0, 1, 2))[0] == (0, 6)
    place.grow(4, 3, 6, least=6)
    assert place.window(lines(0, 1, 2, 3))[0] == (0, 6)
    assert place.wanted >= 4


def test_whoever_asks_for_a_text_is_shown_it_and_whoever_reads_one_is_not_disturbed() -> None:
    for is_awaited, first in ((True, (3, 0)), (False, (2, 3))):
        place = NamesScroll()
        place.grow(3, 2, 6, least=6)
        place.window(lines(0, 1, 2))
        place.scroll(-3)
        assert place.window(lines(0, 1, 2))[0] == (2, 3)
        place.is_awaiting = is_awaited
        place.grow(4, 3, 6, least=6)
        assert place.window(lines(0, 1, 2, 3))[0] == first


def test_short_texts_fill_the_window_and_the_newest_is_last() -> None:
    place = NamesScroll()
    place.grow(5, 4, 6, least=2)
    assert place.window(lines(2, 3, 4, each=2)) == lines(2, 3, 4, each=2)
    place.move(-1)
    assert (place.cursor, place.window(lines(2, 3, 4, each=2))[-1]) == (4, (4, 1))
    place.grow(0, 0, 6, least=2)
    assert (place.cursor, place.window([])) == (None, [])
