"""Engines of which the dialog that opens files has something to offer."""

from __future__ import annotations

from textual.widgets import Input

from engine.wire.values import Entry, RecentFile
from tests.tui.fake_engine import FakeEngine
from tui.app import LabApp


def engine_with_files() -> FakeEngine:
    engine = FakeEngine()
    engine.files = {
        "": (Entry("data", "folder"), Entry("names.txt", "file", 71_474)),
        "data/": (
            Entry("link", "broken"), Entry("pipe", "special"),
            Entry("words-1.txt", "file", 268_000_000), Entry("words-2.txt", "file", 12),
        ),
    }  # fmt: skip
    engine.recent = (RecentFile("/home/ada/words.txt"), RecentFile("/srv/towns.txt"))
    return engine


def field(app: LabApp) -> str:
    return app.screen.query_one(Input).value
