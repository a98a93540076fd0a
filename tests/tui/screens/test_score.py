"""The dialog that scores a word: where it begins, how it stands still, and what a list becomes."""

from __future__ import annotations

import re

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from engine.wire.answers import Answers, Scored
from engine.wire.client import EngineError
from engine.wire.requests import Requests, Score
from engine.wire.values import Character
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import by_both, opened, screen_text, settled, until
from tui.screens.score import screen as score
from tui.screens.score.screen import ScoreScreen
from tui.screens.score.table import ScoredWord, list_table, score_table


class Knowing(FakeEngine):
    """Knows the letters from a to z, as an engine does."""

    async def answer(self, request: Requests) -> Answers:
        if isinstance(request, Score) and not re.fullmatch("[a-z]+", request.word):
            unknown = re.sub("[a-z]", "", request.word)[0]
            raise EngineError(
                f"'{request.word}': '{unknown}' (character 1) does not occur in the data. It has"
                " 26 characters: a to z."
            )
        return await super().answer(request)


async def paste(pilot: Pilot[None], text: str) -> None:
    await pilot.press("c")
    await until(pilot, lambda: isinstance(pilot.app.screen, ScoreScreen))
    await settled(pilot)
    pilot.app.screen.focused.post_message(events.Paste(text))


# --- one word


async def test_the_name_under_the_cursor_is_scored_and_typing_replaces_it():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.draw(4)
        await until(pilot, lambda: app.session.snapshot.drawn == 4)
        await pilot.press("4", "up", "up", "c")
        await until(pilot, lambda: engine.asked(Score) == [Score("minaymoryles")])
        await until(pilot, lambda: "m → i" in screen_text(app))
        assert app.screen.query_one(Input).value == "minaymoryles"
        await pilot.press("a", "b")
        await until(pilot, lambda: engine.asked(Score)[-1] == Score("ab"))
        assert app.screen.query_one(Input).value == "ab"


async def test_without_a_cursor_the_field_is_empty():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.draw(4)
        await until(pilot, lambda: app.session.snapshot.drawn == 4)
        await pilot.press("c")
        await until(pilot, lambda: "Type a word" in screen_text(app))
        assert app.screen.query_one(Input).value == ""


@pytest.mark.slow
@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40)])
async def test_the_field_stays_where_it_is_while_rows_come_and_go(size: tuple[int, int]):
    async with opened(FakeEngine(), size) as (app, pilot):
        await pilot.press("c")
        await until(pilot, lambda: "Type a word" in screen_text(app))
        await settled(pilot)
        place = app.screen.query_one(Input).region
        for key in (*"annabella", *["backspace"] * 9):
            await pilot.press(key)
            await settled(pilot)
            assert app.screen.query_one(Input).region == place
        assert app.screen.region.contains_region(app.screen.query_one(".dialog").region)


def test_what_is_unlikely_has_an_exponent_and_what_is_impossible_is_0():
    scored = by_both((Character(".", "a", 3.1e-6, 0.0),), None)
    row = score_table(scored).rows.plain
    assert row.split()[3:5] == ["3.1e-06", "0"]
    assert "inf" in row


def test_each_bar_has_a_heading_above_it():
    scored = by_both((Character(".", "a", 0.25, 0.125), Character("a", ".", 0.5, 0.5)), None)
    table = score_table(scored, 67)
    rows = table.rows.plain.split("\n")
    for name in ("counts", "net"):
        column = table.head.plain.rindex(name)
        assert {rows[0][column], rows[1][column]} <= {"━", "╸"}
    longest = max(row.count("━") for row in rows)
    assert rows[0].rstrip().endswith("━" * 8), "the most surprising of both models is the longest"
    assert longest >= 8
    assert "━" not in score_table(scored, 60).rows.plain


def test_the_bar_of_what_is_impossible_is_longer_than_any_other_and_points_on():
    scored = by_both((Character(".", "q", 1e-300, 0.0), Character("q", ".", 0.5, 1e-299)), None)
    bars = [re.findall("[━╸►]+", row) for row in score_table(scored, 67).rows.plain.split("\n")]
    assert bars[0] == ["━" * 7, "━" * 7 + "►"]
    assert bars[1][-1] == "━" * 7
    possible = by_both((Character(".", "q", 0.25, 0.125),), None)
    assert "━" * 8 in score_table(possible, 67).rows.plain


def test_a_long_label_moves_a_column_and_joins_none():
    scored = by_both(
        (Character("U+00A0", "U+00AD", 0.25, 0.125), Character("a", "b", 0.5, 0.5)), None
    )
    first, second = score_table(scored, 80).rows.plain.split("\n")
    assert first.startswith("U+00A0 → U+00AD  ")
    assert first.index("0.2500") == second.index("0.5000")


# --- a list


async def test_every_line_of_a_pasted_list_is_scored():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await paste(pilot, "emma\r\n  olivia \n\nava\n")
        await until(pilot, lambda: "all 3" in screen_text(app))
        assert [request.word for request in engine.asked(Score)] == ["emma", "olivia", "ava"]
        for word in ("emma", "olivia", "ava"):
            assert re.search(rf"{word} +1\.386 +2\.079", screen_text(app))
        assert app.screen.query_one(Input).value == ""
        await pilot.press("a")
        await until(pilot, lambda: ". → a" in screen_text(app))
        assert "olivia" not in screen_text(app)


@pytest.mark.parametrize("text", ["emma\n", "\nemma", "emma"])
async def test_one_line_is_a_word(text: str):
    async with opened(FakeEngine()) as (app, pilot):
        await paste(pilot, text)
        await until(pilot, lambda: ". → e" in screen_text(app))
        assert app.screen.query_one(Input).value == "emma"


async def test_of_a_list_each_word_with_an_unknown_letter_says_so():
    async with opened(Knowing(), (120, 40)) as (app, pilot):
        await paste(pilot, "emma\nZoe\nava\n3po")
        await until(pilot, lambda: "all 2" in screen_text(app))
        text = screen_text(app)
        assert "'Zoe': 'Z' (character 1) does not occur in the data." in text
        assert "'3po': '3' (character 1) does not occur in the data." in text
        assert re.search(r"ava +1\.386 +2\.079", text)
        assert "2 of 4 have no score." in text


async def test_of_thousands_of_lines_the_first_are_scored_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(score, "MOST_WORDS", 60)
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await paste(pilot, "ab\n" * 3_000)
        await until(pilot, lambda: "all 60" in screen_text(app))
        text = " ".join(screen_text(app).replace("│", " ").split())
        assert "the first 60 of 3,000 lines." in text
        assert len(engine.asked(Score)) == 60


def test_the_mean_of_a_list_is_that_of_all_its_characters():
    short = by_both((Character(".", ".", 0.5, 1.0),), False)
    long = by_both((Character("a", "b", 1.0, 1.0),) * 3, True)
    table = list_table((ScoredWord("", short), ScoredWord("abc", long)), 40)
    assert table.totals.plain.split("\n")[0].split() == ["all", "2", "0.173", "0"]
    assert "abc" in table.rows.plain
    assert "•" in table.rows.plain


@pytest.mark.parametrize("width", [31, 34, 67])
def test_a_list_fits_its_room_and_cuts_no_word(width: int):
    word = "xavierannabellemariahsophiaelizabeth"
    scored = by_both((Character(".", "a", 0.5, 0.5), Character("a", ".", 0.0, 0.5)), None)
    table = list_table((ScoredWord(word, scored),), width)
    lines = table.rows.plain.split("\n")
    assert max(map(len, lines)) <= width
    assert "".join(re.sub(r"[^a-z]|inf", "", line) for line in lines).startswith(word)


# --- runs


@pytest.mark.parametrize("width", [31, 46, 61, 80])
@pytest.mark.parametrize("name", ["a name of 24 characters.", "日本語の長い名前です" * 2])
def test_two_runs_with_long_names_have_their_columns(width: int, name: str):
    scored = Scored(
        (Character(".", "a", 0.25, 0.125), Character("a", ".", 0.0, 0.5)), None, name, "net"
    )
    for table in (score_table(scored, width), list_table((ScoredWord("a", scored),), width)):
        lines = [line for part in (table.head, table.rows) for line in part.split("\n")]
        assert all(line.cell_length <= width for line in lines)
        assert name[:2] in table.head.plain
        assert table.head.plain.index(name[:2]) < table.head.plain.index("net")


@pytest.mark.slow
async def test_the_score_is_told_under_the_names_of_both_runs():
    engine = FakeEngine()
    engine.compared, engine.selected = engine.begin("ngram"), engine.begin("mlp")
    async with opened(engine) as (app, pilot):
        await pilot.press("c", "a")
        await until(pilot, lambda: ". → a" in screen_text(app))
        assert re.search(r"P ngram +P mlp +−ln P ngram +−ln P mlp", screen_text(app))
