"""The loss pane: its plot, and its legend."""

from __future__ import annotations

import threading

import msgspec
import pytest

from engine.protocol import Mark
from tests.screen.fake_engine import FakeEngine
from tests.screen.lab import opened, screen_text, settled, until
from tui.app import LabApp
from tui.lines import Lines
from tui.panes import loss
from tui.panes.loss import LossPane
from tui.terminal import Terminal


def plot_of(app: LabApp) -> str:
    return app.query_one(LossPane).query_one("#plot", Lines).text


async def test_l_shows_the_loss_on_a_logarithmic_scale():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.step_to(30)
        await settled(pilot)
        await pilot.press("2", "l")
        await until(pilot, lambda: "log" in str(app.query_one(LossPane).border_title))
        before = plot_of(app)
        await pilot.press("l")
        await until(pilot, lambda: plot_of(app) != before)


async def test_a_changed_setting_is_marked_in_the_plot():
    engine = FakeEngine()
    engine.marks = [Mark(20, "lr 20")]
    async with opened(engine) as (app, pilot):
        engine.step_to(60)
        await until(pilot, lambda: "lr 20" in plot_of(app))


async def test_a_loss_that_is_not_a_number_is_a_gap():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.step_to(60)
        engine.losses[30:40] = [float("nan")] * 10
        engine.losses[50] = float("inf")
        engine.tell_snapshot()
        await settled(pilot)
        assert app.is_running
        assert "⠀" not in plot_of(app)
        assert plot_of(app)


@pytest.mark.parametrize("scale", ["linear", "log"])
async def test_losses_as_far_apart_as_numbers_can_be_are_drawn(scale: str):
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("2", *("l" if scale == "log" else ""))
        engine.step_to(60)
        engine.losses[:60] = [1.7e308, -1.7e308, 5e-324] * 20
        engine.tell_snapshot()
        await settled(pilot)
        await until(pilot, lambda: "e+200" in plot_of(app))
        assert app.is_running


async def test_a_plot_that_is_drawn_while_the_lab_ends_does_no_harm(
    monkeypatch: pytest.MonkeyPatch,
):
    engine, begun, over = FakeEngine(), threading.Event(), threading.Event()

    def slow(picture: loss.Picture):
        begun.set()
        over.wait(5)
        return []

    async with opened(engine) as (app, pilot):
        monkeypatch.setattr(loss, "drawn", slow)
        pane = app.query_one(LossPane)
        engine.step_to(30)
        await until(pilot, begun.is_set)
        await pane.query_children().remove()  # as at the end, a moment before the pane itself
        engine.step_to(31)
        over.set()
        await until(pilot, lambda: not pane._stale)
        await settled(pilot)
        assert app.is_running  # a worker that fails ends the lab with a traceback


@pytest.mark.parametrize("width", [40, 60])
async def test_a_legend_without_room_leaves_a_figure_out_and_names_every_line(width: int):
    engine = FakeEngine()
    async with opened(engine, (width, 20)) as (app, pilot):
        await pilot.press("2")
        await until(pilot, lambda: "floor" in screen_text(app))
        legend = app.query_one("#legend", Lines)
        await until(pilot, lambda: legend.size.width == width - 2)
        assert len(legend.text) <= legend.size.width
        assert legend.text.split("  ")[:2] == ["─ floor 2.454", "+ counts 2.455"]
        assert legend.text.split("  ")[2:] == ["┈ ln V 3.296" if width == 60 else "┈ ln V"]


@pytest.mark.parametrize("width", [40, 60, 64])
async def test_the_sign_of_the_hold_out_is_named_wherever_it_is_drawn(width: int):
    engine = FakeEngine()
    async with opened(engine, (width, 20)) as (app, pilot):
        engine.held_out = [2.5] * 30
        engine.step_to(30)
        await pilot.press("2")
        legend = app.query_one("#legend", Lines)
        await until(pilot, lambda: "hold-out" in legend.text and legend.size.width == width - 2)
        assert "◦" in plot_of(app)
        wanted = {
            40: ["◦ hold-out", "─ floor", "+ counts", "┈ ln V"],
            60: ["◦ hold-out", "─ floor 2.454", "+ counts 2.455", "┈ ln V 3.296"],
            64: ["◦ hold-out 2.500", "─ floor 2.454", "+ counts 2.455", "┈ ln V 3.296"],
        }
        assert legend.text.rstrip().split("  ") == wanted[width]


async def test_a_loss_with_a_penalty_says_so_beside_the_one_without():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        pane = app.query_one(LossPane)
        engine.step_to(30)
        await until(pilot, lambda: str(pane.border_title) == "2 Loss · 2.6881 with λ · step 30")
        engine.held_out = [2.5] * 30
        engine.step_to(30)
        title = "2 Loss · 2.6881 with λ · hold-out 2.5000"
        await until(pilot, lambda: str(pane.border_title) == title)
        engine.settings = msgspec.structs.replace(engine.settings, regularisation=0.0)
        engine.step_to(30)
        await until(pilot, lambda: str(pane.border_title) == title.replace(" with λ", ""))


async def test_what_a_loss_has_in_it_takes_no_room_from_the_hold_out():
    engine = FakeEngine()
    async with opened(engine, terminal=Terminal(unicode=False)) as (app, pilot):
        pane = app.query_one(LossPane)
        engine.held_out = [2.5] * 30
        engine.step_to(30)
        title = "2 Loss · 2.6881 · hold-out 2.5000"
        await until(pilot, lambda: str(pane.border_title) == title)
        await pilot.press("2", "z")
        title = "2 Loss · 2.6881 with lambda · hold-out 2.5000 · step 30"
        await until(pilot, lambda: str(pane.border_title) == title)
