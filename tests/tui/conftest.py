"""What every test of the screen is given."""

from collections.abc import Iterator
from typing import Any

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

from tui import terminal_app
from tui.app import LabApp
from tui.screens import dialog, prompt
from tui.terminal_app import TerminalApp


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is said goes by itself: a machine may be slower than it takes to read it."""
    monkeypatch.setattr(LabApp, "NOTIFICATION_TIMEOUT", 3600.0)
    monkeypatch.setattr(terminal_app, "SECONDS_TO_CONFIRM", 3600.0)
    for module in (dialog, prompt):
        monkeypatch.setattr(module, "SECONDS_TO_READ", 3600.0)


@pytest.fixture(autouse=True)
def unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen is drawn where a test looks at it: no terminal shows the frames in between."""
    monkeypatch.setattr(LabApp, "wants_frame", lambda app: not app.is_headless)


@pytest.fixture
def watched(unwatched: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each frame is drawn, as for a terminal."""
    monkeypatch.setattr(LabApp, "wants_frame", TerminalApp.wants_frame)


@pytest.fixture(autouse=True, scope="session")
def parsed_once() -> Iterator[None]:
    """The same styles are parsed for the first app only: it is a tenth of an opening."""
    known: dict[object, list[RuleSet]] = {}
    parse = Stylesheet._parse_rules

    def parsed(sheet: Stylesheet, css: str, **source: Any) -> list[RuleSet]:
        key = css, *source.items(), frozenset(sheet._variables.items())
        if key not in known:
            known[key] = parse(sheet, css, **source)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parsed)
        yield
