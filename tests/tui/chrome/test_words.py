"""What the lab says where nothing can be done: a sentence, in its place, once."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from textual import events

from engine.errors import EngineError
from engine.wire.answers import Answers
from engine.wire.requests import Export, Open, Requests
from engine.wire.values import Character
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import by_both, opened, screen_text, settled, until
from tui.app import LabApp
from tui.screens import export
from tui.screens.score.table import score_table


def without_data() -> FakeEngine:
    engine = FakeEngine()
    engine.refuse[Open] = "names.txt is empty."
    return engine


def starting() -> FakeEngine:
    return FakeEngine(slow=True)


def ended() -> FakeEngine:
    engine = FakeEngine()
    engine.start_error = "The engine cannot be started."
    return engine


KEYS = "y", "Y", "e", "slash", "g", "R", "S", "w", "x"


@pytest.mark.parametrize(
    ("state", "keys", "sentence"),
    [
        (without_data, KEYS, "No data. Press o to open a file."),
        (starting, ("y", "e"), "The engine is still starting."),  # the others wait for it
        (ended, KEYS, "The engine is not running: ctrl+r starts it again."),
    ],
)
async def test_a_key_that_has_nothing_to_work_on_says_why(
    state, keys: tuple[str, ...], sentence: str, monkeypatch: pytest.MonkeyPatch
):
    heard = []
    monkeypatch.setattr(LabApp, "notify", lambda _, message, **__: heard.append(message))
    app = LabApp(state(), Open())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settled(pilot)
        for key in keys:
            heard.clear()
            await pilot.press(key)
            await until(pilot, lambda: heard == [sentence])


async def test_the_sentence_of_a_held_key_is_said_once():
    app = LabApp(ended(), Open())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settled(pilot)
        await pilot.press(*["n"] * 5, *["s"] * 5)
        await until(pilot, lambda: "The engine is not running" in screen_text(app))
        await settled(pilot)
        assert screen_text(app).count("The engine is not running") == 1


async def test_nothing_is_copied_to_a_terminal_that_does_not_read(monkeypatch: pytest.MonkeyPatch):
    async with opened(FakeEngine()) as (app, pilot):
        monkeypatch.setattr(LabApp, "is_behind", True)
        await pilot.press(*["y"] * 40)
        await until(pilot, lambda: "Not copied: the terminal has yet to" in screen_text(app))
        assert app.clipboard == ""


# --- fields


async def test_letters_that_are_typed_or_pasted_among_digits_are_told_for_a_while():
    async with opened(FakeEngine()) as (app, pilot):
        await pilot.press("g")
        await settled(pilot)
        await pilot.press(*"12ab34")
        await settled(pilot)
        assert "'b' is no digit: here goes a whole number" in screen_text(app)
        await pilot.press("escape", "g")
        await until(pilot, lambda: "Seed of the sampler" in screen_text(app))
        await settled(pilot)
        app.screen.focused.post_message(events.Paste("4a2"))
        await until(pilot, lambda: "What was pasted has more than digits in it" in screen_text(app))


# --- the palette


@pytest.mark.slow
async def test_the_palette_says_at_once_that_no_command_is_called_so():
    async with opened(FakeEngine(), (40, 12)) as (app, pilot):
        await pilot.press("ctrl+p")
        await until(pilot, lambda: "Train, or pause" in screen_text(app))
        assert screen_text(app).count("Commands") == 1
        assert "\N{RIGHT-POINTING MAGNIFYING GLASS}" not in screen_text(app)
        await pilot.press(*"qqq")
        await until(pilot, lambda: "No command is called so." in screen_text(app))
        await pilot.press("enter")  # there is nothing to choose
        await settled(pilot)
        await pilot.press(*["backspace"] * 3, *"quit")
        await until(pilot, lambda: "Quit (q)" in screen_text(app))
        assert "No command is called so." not in screen_text(app)


# --- the score of a word


@pytest.mark.parametrize("width", [28, 30, 45, 46, 53, 54, 80])
def test_the_score_of_a_word_fits_its_room_and_keeps_the_surprises(width: int):
    scored = by_both((Character(".", "a", 0.25, 0.125), Character("a", ".", 0.0, 0.5)), False)
    table = score_table(scored, width)
    guesses, totals = table.rows.split("\n"), table.totals.split("\n")
    assert all(line.cell_length <= width for line in (table.head, *guesses, *totals))
    assert [word in guesses[0].plain for word in ("0.2500", "1.386", "2.079")] == [
        width >= 46, True, True,
    ]  # fmt: skip
    assert totals[0].plain.startswith("sum")


async def test_in_the_smallest_terminal_each_guess_has_one_line():
    async with opened(FakeEngine(), (40, 12)) as (app, pilot):
        await pilot.press("c", *"em")
        await until(pilot, lambda: ". → e" in screen_text(app))
        await settled(pilot)
        assert re.search(r". → e +1\.386 +2\.079 ", screen_text(app))


@pytest.mark.slow
@pytest.mark.parametrize(("size", "word"), [((40, 12), "andrejq"), ((80, 24), "a" * 20)])
async def test_the_guesses_scroll_by_keys_while_the_sum_and_the_mean_stay_in_sight(
    size: tuple[int, int], word: str
):
    first, last = f". → {word[0]}", f"{word[-1]} → ."
    async with opened(FakeEngine(), size) as (app, pilot):

        def shows(sentence: str) -> bool:
            text = screen_text(app)
            assert re.search(r"sum +\d", text)
            assert re.search(r"mean +\d", text)
            return sentence in text

        await pilot.press("c", *word)
        await until(pilot, lambda: re.search(r"sum +\d", screen_text(app)))
        await settled(pilot)
        assert shows(first)
        assert not shows(last)
        for there, back, times in (("down", "up", len(word)), ("pagedown", "pageup", 2)):
            await pilot.press(*[there] * times)
            await until(pilot, lambda: shows(last) and not shows(first))
            await pilot.press(*[back] * times)
            await until(pilot, lambda: shows(first) and not shows(last))


# --- exporting


class SlowlyExporting(FakeEngine):
    """Gives what is exported when a test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.given = asyncio.Event()

    async def answer(self, request: Requests) -> Answers:
        if isinstance(request, Export):
            await self.given.wait()
        return await super().answer(request)


@pytest.mark.slow
async def test_an_export_that_is_left_before_it_is_written_writes_nothing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    async with opened(SlowlyExporting()) as (app, pilot):
        await pilot.press("e")
        await settled(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "One moment" in screen_text(app))
        await settled(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: "Nothing was exported." in screen_text(app))
        assert not list(tmp_path.iterdir())


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("error", [None, OSError(28, "No space left on device")])
async def test_an_export_that_is_left_while_it_is_written_goes_on_and_says_how_it_ended(
    error: OSError | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    begun, left, loop = asyncio.Event(), asyncio.Event(), asyncio.get_running_loop()
    write = export.write_file

    def slowly(*arguments: object, **options: object) -> None:
        loop.call_soon_threadsafe(begun.set)
        asyncio.run_coroutine_threadsafe(left.wait(), loop).result()
        if error is not None:
            raise EngineError("out.csv was not written: the disk is full.")
        write(*arguments, **options)

    monkeypatch.setattr(export, "write_file", slowly)
    async with opened(FakeEngine()) as (app, pilot):
        await pilot.press("e")
        await settled(pilot)
        await pilot.press("enter")
        await begun.wait()
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        left.set()
        told = "out.csv was not written" if error else "Wrote names-counts.csv"
        await until(pilot, lambda: told in screen_text(app))
        assert bool(list(tmp_path.iterdir())) == (error is None)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60)])
async def test_a_toast_covers_neither_the_field_of_a_dialog_nor_what_is_wrong_with_it(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    engine = FakeEngine()
    async with opened(engine, size) as (app, pilot):
        engine.refuse[Open] = "words-a.txt is empty. It needs a word on each line."
        await pilot.press("e")
        await settled(pilot)
        await pilot.press("enter")
        # In one piece, as it stands on a line of the screen.
        await until(pilot, lambda: "Wrote names-counts.csv: 2 lines." in screen_text(app))
        await pilot.press("o", *"words-a.txt", "enter")
        await until(pilot, lambda: app.screen.query("#hint.-wrong"))
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "Press ctrl+c again to quit." in screen_text(app))
        await settled(pilot)
        assert "Wrote" not in screen_text(app)  # the newest alone
        for toast in app.screen.query("Toast"):
            for part in app.screen.query("#hint, Input"):
                assert not toast.region.overlaps(part.region)


@pytest.mark.slow
async def test_a_lab_with_a_name_of_its_own_shows_it():
    engine = FakeEngine()
    async with opened(engine) as (app, _):
        assert "lab" not in screen_text(app).splitlines()[0]
    engine.name = "twin"
    async with opened(engine) as (app, _):
        assert "lab twin" in screen_text(app).splitlines()[0]
        assert "names.txt" in screen_text(app).splitlines()[0]


@pytest.mark.parametrize("width", [40, 54])
def test_the_sums_of_a_long_word_stand_apart(width: int) -> None:
    unlikely = Character("a", "b", 1e-15, 1e-12)
    table = score_table(by_both((unlikely,) * 1_000, in_data=False), width)
    assert table.totals.plain.split("\n")[0].split() == ["sum", "34,538.776", "27,631.0"]
    assert max(line.cell_length for line in table.totals.split("\n")) <= width
