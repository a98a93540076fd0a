"""A lab on a fake engine, and ways to see what a person would see."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic

import pytest
from textual._wait import wait_for_idle
from textual.app import App
from textual.pilot import Pilot

from engine.wire.answers import Scored
from engine.wire.events import Snapshot
from engine.wire.requests import Open
from engine.wire.values import Character
from tests.tui.fake_engine import FakeEngine
from tui.app import LabApp
from tui.screens import confirmation
from tui.terminal.capabilities import Terminal
from tui.terminal.letter_widths import restored

RICH = Terminal()
SECONDS = 20  # a condition that holds at all holds far sooner


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Let the app work until a condition holds, and what is on the screen has all its widgets."""
    deadline = monotonic() + SECONDS
    while not (condition() and _is_composed(pilot.app)):
        if monotonic() > deadline:
            raise AssertionError(f"never: {condition.__code__.co_names}\n{screen_text(pilot.app)}")
        await rest(pilot)


def is_drawn(snapshot: Snapshot | None) -> bool:
    """Whether a snapshot has what the matrix shows."""
    return snapshot is not None and bool(snapshot.reading and snapshot.cells)


def _is_composed(app: App[None]) -> bool:
    """Whether the screen in front is mounted; one that was just pushed is still empty."""
    return not app.screen_stack or app.screen.is_mounted


def screen_text(app: object) -> str:
    """The screen as text, a line for each of its lines."""
    assert isinstance(app, LabApp)
    strips = app.screen._compositor.render_strips()
    return restored("\n".join(strip.text for strip in strips))


@asynccontextmanager
async def opened(
    engine: FakeEngine, size: tuple[int, int] = (80, 24), terminal: Terminal = RICH
) -> AsyncIterator[tuple[LabApp, Pilot[None]]]:
    """A lab with its data open and its first snapshot drawn."""
    app = LabApp(engine, Open(), terminal=terminal)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(
            pilot,
            lambda: (
                app.session.snapshot and app.session.snapshot.reading and app.session.snapshot.cells
            ),
        )
        await settled(pilot)
        yield app, pilot


def by_both(characters: tuple[Character, ...], in_data: bool | None) -> Scored:
    """The score of a word under the two runs of every lab."""
    return Scored(characters, in_data, "counts", "net")


async def settled(pilot: Pilot[None]) -> None:
    """Let everything that was asked for be drawn."""
    await pilot.pause()
    for _ in range(5):
        await rest(pilot)


async def rest(pilot: Pilot[None]) -> None:
    """Let the app work until it has nothing to do for a moment.

    A pause of Textual's also sends a message to every widget and waits for it: that was a third of
    what the tests of the screen cost.
    """
    await wait_for_idle(0)
    if pilot.app.screen_stack:
        pilot.app.screen._on_timer_update()


async def hold_enter(pilot: Pilot[None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold enter for two seconds, as slow a repetition as keyboards have before its first."""
    for at in (0.0, *(0.66 + n * 0.03 for n in range(45))):
        monkeypatch.setattr(confirmation, "monotonic", lambda at=at: 1000.0 + at)
        await pilot.press("enter")
        await pilot.pause()


async def training(engine: FakeEngine, pilot: Pilot[None]) -> None:
    """Let the engine train, and the screen show it."""
    engine.step_to(42)
    await until(pilot, lambda: "training" in screen_text(pilot.app))
