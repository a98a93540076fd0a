"""Pictures of the lab, compared with those that were looked at; the README shows two of them.

After an intended change: pytest tests/tui/test_pictures.py --snapshot-update -n 0, and look at
each that differs.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import pytest
from textual.pilot import Pilot

from engine.wire.requests import Open
from tests.tui.lab import settled, until
from tests.tui.real_engine import RealEngine
from tui.app import LabApp
from tui.config.config import DARK, LIGHT

Compare = Callable[..., bool]
SLOW = pytest.mark.slow
SIZES = [(80, 24), *(pytest.param(size, marks=SLOW) for size in ((60, 20), (120, 40), (200, 60)))]


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_lab_in_the_middle_of_a_training(
    size: tuple[int, int], theme: str, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tui.chrome.speed.SECONDS", inf
    )  # however long it takes: one look at the speed
    engine = RealEngine()
    app = LabApp(engine, Open())

    async def train(pilot: Pilot[None]) -> None:
        app.theme = theme
        await until(
            pilot,
            lambda: (
                app.session.snapshot and app.session.snapshot.cells and app.session.snapshot.reading
            ),
        )
        await pilot.press("m", "m", *["down"] * 14, "right")  # P of the net; the cursor on na
        engine.step_to(57)
        engine.draw(20)
        await until(pilot, lambda: app.session.snapshot and app.session.snapshot.step == 57)
        await settled(pilot)
        await until(pilot, lambda: not app.query("Toast"))

    assert snap_compare(app, terminal_size=size, run_before=train)
