"""Keys of one's own: they work, the old ones do not, and all that shows a key shows the new one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input

from engine.settings.limits import NAMES_AT_ONCE
from engine.wire.requests import Adjust, Draw, Open, StepOnce, Train
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import screen_text, settled, until
from tui.app import LabApp
from tui.config.config import Config

OTHERS = {
    "samples.draw": ("f5",), "train.toggle": ("G",), "help": ("ctrl+y",), "quit": ("Q",),
    "train.step": ("n",), "train.more": (".",), "pane.next": ("]",), "smoothing.up": ("tab",),
    "engine.restart": ("f9",), "dataset.open": ("O",), "interrupt": ("ctrl+x",),
    "samples.source": ("alt+x",),
}  # fmt: skip


@asynccontextmanager
async def remapped(engine: FakeEngine) -> AsyncIterator[tuple[LabApp, Pilot[None]]]:
    app = LabApp(engine, Open(), config=Config(keys=OTHERS))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: app.session.snapshot and app.session.snapshot.cells)
        await settled(pilot)
        yield app, pilot


async def test_a_remapped_key_works_and_the_old_one_does_not():
    engine = FakeEngine()
    async with remapped(engine) as (_, pilot):
        await pilot.press("s", "space")
        await settled(pilot)
        assert not engine.asked(Draw)
        assert not engine.asked(Train)
        await pilot.press("f5", "G")
        await until(pilot, lambda: Draw(10) in engine.requests and Train() in engine.requests)


@pytest.mark.slow
async def test_a_letter_with_alt_is_a_key_of_its_own_where_an_action_has_it():
    engine = FakeEngine()
    async with remapped(engine) as (app, pilot):
        app.post_message(Key("alt+x", "x"))  # what Textual makes of escape and x
        await until(pilot, lambda: engine.asked(Adjust))
        await settled(pilot)
        assert engine.asked(Adjust) == [Adjust("source", 1)], "not x, another stream"
        await pilot.press("p")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        app.post_message(Key("alt+x", "x"))
        await until(pilot, lambda: "esc closes this first, then alt+x" in screen_text(app))
        assert app.screen.query_one(Input).value == ""
        app.post_message(Key("alt+m", "m"))  # nobody's: escape, and m
        await until(pilot, lambda: engine.watch and engine.watch.view == "compared")
        assert len(app.screen_stack) == 1


@pytest.mark.slow
async def test_two_actions_swap_their_keys_whatever_has_the_focus():
    for pane in ("1", "2", "4"):
        engine = FakeEngine()
        async with remapped(engine) as (_, pilot):
            await pilot.press(pane, "n")
            await until(pilot, lambda: StepOnce() in engine.requests)  # noqa: B023
            assert not engine.asked(Train)
            await pilot.press("full_stop")
            await until(pilot, lambda: Train(more=100) in engine.requests)  # noqa: B023


@pytest.mark.slow
async def test_a_click_on_the_footer_turns_to_the_next_pane_with_its_own_key():
    engine = FakeEngine()
    async with remapped(engine) as (app, pilot):
        await pilot.resize_terminal(60, 20)
        await until(pilot, lambda: "12345 pane" in screen_text(app))
        footer = screen_text(app).splitlines()[-1]
        await pilot.click(offset=(footer.index("12345 pane") + 1, 19))
        await until(pilot, lambda: app.focused and app.focused.id == "loss")
        assert not [r for r in engine.requests if type(r).__name__ == "Adjust"]


async def test_tab_can_mean_something_else():
    engine = FakeEngine()
    async with remapped(engine) as (app, pilot):
        await pilot.press("tab")
        await until(pilot, lambda: any(type(r).__name__ == "Adjust" for r in engine.requests))
        assert app.focused is not None
        assert app.focused.id == "matrix"
        await pilot.press("right_square_bracket")
        assert app.focused.id == "loss"


@pytest.mark.slow
async def test_footer_hints_help_and_palette_show_the_keys_in_force():
    async with remapped(FakeEngine()) as (app, pilot):
        footer = screen_text(app).splitlines()[-1]
        assert footer.split()[:2] == ["G", "train"]
        assert footer.split()[-4:] == ["^y", "help", "Q", "quit"]
        assert "Press f5 for ten names" in screen_text(app)
        assert "G trains" in screen_text(app)
        await pilot.press("2")
        await settled(pilot)
        assert "n step . +100" in screen_text(app).splitlines()[-1]
        await pilot.press("ctrl+y")
        await until(pilot, lambda: "G            Train the selected run" in screen_text(app))
        await pilot.press("ctrl+y")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.press("ctrl+p")
        await settled(pilot)
        await pilot.press(*"10 names")
        await until(pilot, lambda: f"Draw {NAMES_AT_ONCE} names (f5)" in screen_text(app))


@pytest.mark.slow
async def test_the_footer_keeps_its_order_with_other_keys():
    async with remapped(FakeEngine()) as (app, pilot):
        await pilot.press("2")
        await settled(pilot)
        words = [word for word in screen_text(app).splitlines()[-1].split() if len(word) > 2]
        plain = LabApp(FakeEngine(), Open())
        async with plain.run_test(size=(120, 40)) as other:
            await until(other, lambda: plain.session.snapshot and plain.session.snapshot.cells)
            await other.press("2")
            await settled(other)
            there = screen_text(plain).splitlines()[-1].split()
            usual = [word for word in there if len(word) > 2 and word != "space"]
        # Longer keys leave less room for the last.
        assert [word for word in words if word in usual] == [w for w in usual if w in words]
        assert len(words) > 10


async def test_the_sentences_of_the_states_name_the_keys_in_force():
    engine = FakeEngine()
    engine.start_error = "No engine answers at /tmp/x.sock."
    app = LabApp(engine, Open(), config=Config(keys=OTHERS))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "f9 starts it again" in screen_text(app))
        assert "Press O to open a file" in screen_text(app)
        engine.start_error = None
        await pilot.press("f9")
        await until(pilot, lambda: "32,033" in screen_text(app))


async def test_the_ways_out_can_have_other_keys_too():
    async with remapped(FakeEngine()) as (app, pilot):
        await pilot.press("c")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await settled(pilot)
        await pilot.press("Q", "q", "ctrl+q")
        await settled(pilot)
        assert app.screen.query_one(Input).value == "Qq"
        await pilot.press("ctrl+x")
        await until(pilot, lambda: "Press ctrl+x again to quit." in screen_text(app))
        await pilot.press("escape", "Q")
        await until(pilot, lambda: not app.is_running)


async def test_theme_frames_and_a_slow_link_reach_the_screen():
    engine = FakeEngine()
    config = Config(theme="nord", frames=2.0, slow_link=True)
    app = LabApp(engine, Open(), config=config)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: engine.watch)
        assert engine.watch is not None
        assert engine.watch.frames == 2.0
        assert app.theme == "nord"
        assert app.animation_level == "none"
        await pilot.press("c")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await settled(pilot)
        assert not app.screen.query_one(Input).cursor_blink


async def test_in_a_field_its_editing_keys_edit_but_the_ways_out_stay_ways_out():
    engine = FakeEngine()
    config = Config(keys={"samples.draw": ("ctrl+k",), "quit": ("ctrl+u",)})
    app = LabApp(engine, Open(), config=config)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.session.snapshot and app.session.snapshot.cells)
        await pilot.press("ctrl+k")
        await until(pilot, lambda: engine.asked(Draw))
        await pilot.press("c")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await settled(pilot)
        await pilot.press(*"abc", "left", "ctrl+k")
        await settled(pilot)
        assert app.screen.query_one(Input).value == "ab"
        assert len(engine.asked(Draw)) == 1
        await pilot.press("ctrl+u")
        await until(pilot, lambda: not app.is_running)
