"""What every test of the screen is given."""

import pytest

from tui import terminal_app
from tui.app import LabApp
from tui.screens import modal, prompt


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is said goes by itself: a machine may be slower than it takes to read it."""
    monkeypatch.setattr(LabApp, "NOTIFICATION_TIMEOUT", 3600.0)
    monkeypatch.setattr(terminal_app, "SECONDS_TO_CONFIRM", 3600.0)
    for module in (modal, prompt):
        monkeypatch.setattr(module, "SECONDS_TO_READ", 3600.0)
