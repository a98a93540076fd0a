"""Keys that work everywhere, keys typed ahead, and keys that a dialog does not take."""

from __future__ import annotations

import time

import pytest
from textual.app import App
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input

from engine.wire.requests import Configure, Draw, Open, Score, Train
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tui import terminal_app
from tui.app import LabApp

DIALOGS = ["c", "o", "p", "question_mark", "ctrl+p"]


def typed_at_once(app: LabApp, *keys: str) -> None:
    """Keys that all lie in the terminal's buffer before the first one is looked at."""
    for key in keys:
        character = {"space": " ", "slash": "/", "question_mark": "?"}.get(key)
        app.post_message(Key(key, character or (key if len(key) == 1 else None)))


def field(app: LabApp) -> str:
    return app.screen.query_one(Input).value


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("key", ["c", "o", "p", "ctrl+p"])
async def test_letters_typed_in_the_same_instant_as_the_key_of_a_dialog_stand_in_its_field(
    key: str,
):
    async with opened(FakeEngine()) as (app, pilot):
        typed_at_once(app, key, *"emmaquincys")
        await until(pilot, lambda: len(app.screen_stack) == 2 and field(app))
        await settled(pilot)
        assert field(app) == "emmaquincys"
        assert app.is_running


async def test_what_is_typed_ahead_is_carried_out_to_the_end_and_in_order():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        typed_at_once(app, "p", *"an", "backspace", "m", "enter")
        await until(pilot, lambda: Configure({"prefix": "am"}) in engine.requests)
        await until(pilot, lambda: len(app.screen_stack) == 1)
        typed_at_once(app, "question_mark", "escape", "s", "c", *"xy", "escape", "c", *"ab")
        await until(pilot, lambda: Score("ab") in engine.requests)
        assert Draw(10) in engine.requests
        assert field(app) == "ab"


async def test_what_is_typed_before_the_lab_has_its_data_waits_for_it():
    engine = FakeEngine(slow=True)
    app = LabApp(engine, Open())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("n", "question_mark")
        await settled(pilot)
        assert len(app.screen_stack) == 1, "in order"
        engine.wait.set()
        await until(pilot, lambda: Train(more=100) in engine.requests)
        await until(pilot, lambda: len(app.screen_stack) == 2)


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("key", ["q", "ctrl+q", "ctrl+c"])
async def test_one_can_quit_while_a_key_waits_for_the_data(key: str):
    app = LabApp(FakeEngine(slow=True), Open())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", *[key] * 2)
        await until(pilot, lambda: not app.is_running)


@pytest.mark.slow_after(2)
@pytest.mark.parametrize("where", ["", *DIALOGS])
async def test_ctrl_c_quits_the_second_time_wherever_one_is(where: str):
    async with opened(FakeEngine()) as (app, pilot):
        await go_to(where, app, pilot)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "Press ctrl+c again to quit." in screen_text(app))
        assert app.is_running
        await pilot.press("ctrl+c")
        await until(pilot, lambda: not app.is_running)
    assert app.return_code == 0


@pytest.mark.slow_after(2)
@pytest.mark.parametrize("where", ["", *DIALOGS])
async def test_ctrl_q_quits_wherever_one_is(where: str):
    async with opened(FakeEngine()) as (app, pilot):
        await go_to(where, app, pilot)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not app.is_running)
    assert app.return_code == 0


async def test_the_first_ctrl_c_is_forgotten_after_some_seconds(monkeypatch: pytest.MonkeyPatch):
    now = 1000.0
    monkeypatch.setattr("tui.terminal_app.monotonic", lambda: now)
    async with opened(FakeEngine()) as (app, pilot):
        await pilot.press("ctrl+c")
        await settled(pilot)
        now += terminal_app.SECONDS_TO_CONFIRM
        await pilot.press("ctrl+c")
        await settled(pilot)
        assert app.is_running
        now += 1
        await pilot.press("ctrl+c")
        await until(pilot, lambda: not app.is_running)


@pytest.mark.slow
async def test_q_quits_where_no_text_is_typed_and_is_a_letter_where_it_is():
    async with opened(FakeEngine()) as (app, pilot):
        await go_to("c", app, pilot)
        await pilot.press("q")
        await settled(pilot)
        assert field(app) == "q"
        await pilot.press("escape")
        await go_to("question_mark", app, pilot)
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)


@pytest.mark.slow_after(2)
@pytest.mark.parametrize("where", DIALOGS)
async def test_a_key_of_the_lab_is_not_swallowed_silently_by_a_dialog(where: str):
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        keys = {"ctrl+r": "^r", "ctrl+s": "^s"}
        if where != "o":  # where tab completes
            keys |= {"tab": "tab", "shift+tab": "⇧tab"}
        for key, named in keys.items():
            await go_to(where, app, pilot)
            await pilot.press(key)
            told = f"esc closes this first, then {named}"
            await until(pilot, lambda told=told: told in screen_text(app))
            await pilot.press("escape")
            await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_a_key_that_a_dialog_declines_means_nothing_when_the_dialog_has_closed_behind_it():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await go_to("question_mark", app, pilot)
        typed_at_once(app, "n", "s", "o", "escape", "m")
        await until(pilot, lambda: engine.watch and engine.watch.view == "compared")
        await settled(pilot)
        assert len(app.screen_stack) == 1
        assert not {Train(more=100), Draw(10)} & set(engine.requests)


@pytest.fixture
def frames(watched: None, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When a frame was sent to the terminal."""
    sent: list[float] = []

    def display(app: App[None], *frame: object) -> None:
        sent.append(time.monotonic())
        whole(app, *frame)

    whole = App._display
    monkeypatch.setattr(App, "_display", display)
    return sent


@pytest.mark.slow
@pytest.mark.parametrize("dialog", DIALOGS)
async def test_a_dialog_that_is_closed_at_once_takes_nothing_of_the_lab_with_it(
    dialog: str, frames: list[float]
):
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        typed_at_once(app, "z", "down", dialog, "escape")
        await until(pilot, lambda: engine.watch and engine.watch.cursor == (1, 0))
        await settled(pilot)
        before = len(frames)
        await pilot.press("down")
        await until(pilot, lambda: engine.watch and engine.watch.cursor == (2, 0))
        await until(pilot, lambda: len(frames) > before)


async def test_each_of_several_presses_counts_before_the_screen_has_seen_the_first():
    engine = FakeEngine()
    before = engine.selected.settings["seed"]
    async with opened(engine) as (app, pilot):
        typed_at_once(app, *"RRRxxxwwS")
        await until(pilot, lambda: engine.settings.keep_sampling)
    assert engine.selected.settings["seed"] == before + 3
    assert (engine.settings.stream, engine.settings.source) == ("torch", "both")


async def test_keys_that_come_faster_than_they_are_carried_out_are_seen_on_the_way(
    frames: list[float], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tui.keys.dispatcher.SECONDS_UNSEEN", 0.0)
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        before = len(frames)
        typed_at_once(app, *"m" * 20, "s")
        await until(pilot, lambda: Draw(10) in engine.requests)
        assert len(frames) > before + 5


@pytest.mark.slow
async def test_a_screen_that_is_arranged_again_and_again_is_seen_on_the_way(
    frames: list[float], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tui.keys.dispatcher.SECONDS_UNSEEN", 0.0)
    monkeypatch.setattr("tui.terminal_app.LONGEST_HOLD", 0.0)
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        monkeypatch.setattr(app, "_let_go", lambda: None)
        before = len(frames)
        # Few, as each arranges the whole screen: a hundred take longer than a test may wait.
        typed_at_once(app, *"z" * 6, "s")
        await until(pilot, lambda: Draw(10) in engine.requests)
        assert len(frames) > before + 2


async def test_keys_that_are_typed_ahead_of_the_end_do_no_harm():
    async with opened(FakeEngine()) as (app, _):
        typed_at_once(app, *"z" * 100)


async def test_a_key_without_a_meaning_says_nothing():
    async with opened(FakeEngine()) as (app, pilot):
        await go_to("c", app, pilot)
        await pilot.press("f7", "ctrl+w", "left")
        await settled(pilot)
        assert "closes this first" not in screen_text(app)


async def test_the_help_key_closes_the_help_too():
    async with opened(FakeEngine()) as (app, pilot):
        await go_to("question_mark", app, pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def go_to(key: str, app: LabApp, pilot: Pilot[None]) -> None:
    """Open what a key opens."""
    if key:
        await pilot.press(key)
        await until(pilot, lambda: len(app.screen_stack) == 2 and app.screen.is_mounted)
        await settled(pilot)


async def test_escape_and_a_letter_in_one_packet_are_two_keys():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("question_mark")
        await settled(pilot)
        app.post_message(Key("alt+m", "m"))  # what the parser makes of the two
        await until(pilot, lambda: engine.watch and engine.watch.view == "compared")
        assert len(app.screen_stack) == 1


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    ("key", "character"), [("enter", "\r"), ("space", " "), ("tab", "\t"), ("7", "7")]
)
async def test_escape_and_any_other_key_in_one_packet_are_two_keys(key: str, character: str):
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await go_to("p", app, pilot)
        await pilot.press("a")
        app.post_message(Key(f"alt+{key}", character))
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await settled(pilot)
        assert not engine.asked(Configure)
        assert engine.asked(Train) == ([Train()] if key == "space" else [])


@pytest.mark.parametrize(
    ("key", "character", "left"), [("b", "b", "ab xcd"), ("backspace", "\x7f", "ab x")]
)
async def test_in_a_field_alt_moves_by_words_as_in_a_shell(key: str, character: str, left: str):
    async with opened(FakeEngine()) as (app, pilot):
        await go_to("c", app, pilot)
        await pilot.press(*"ab", "space", *"cd")
        app.post_message(Key(f"alt+{key}", character))
        await pilot.press("x")
        await until(pilot, lambda: field(app) == left)
