"""What keys do to the training and to the sampler, where that takes a look at the lab first."""

from __future__ import annotations

from engine.settings.limits import NAMES_AT_ONCE
from engine.wire.requests import Draw, Pause, Requests, Train
from tui.control.ui_protocol import Ui
from tui.session.session import Session


class Training:
    """Trains the selected run, changes runs and settings, and draws names."""

    def __init__(self, session: Session, ui: Ui) -> None:
        self._session = session
        self._ui = ui

    def toggle(self) -> None:
        """Train, or pause."""
        snapshot = self._session.snapshot
        trains = snapshot is not None and snapshot.state == "training"
        self._ui.send(Pause() if trains else Train())

    def draw(self) -> None:
        """Draw ten names, or one text."""
        dataset = self._session.dataset
        is_text = dataset is not None and dataset.data_format.format == "text"
        self._ui.send(Draw(1 if is_text else NAMES_AT_ONCE))

    def change(self, request: Requests) -> None:
        """Carry out a request that is about what is seen, once there is something to see."""
        if self._session.snapshot is None:
            self._ui.tell_absence()
        else:
            self._ui.send(request)
