"""What keys do to the training and to the sampler: requests, where there is a lab to ask."""

from __future__ import annotations

from engine.settings.limits import NAMES_AT_ONCE
from engine.wire.requests import Adjust, Draw, Pause, Requests, Reset, SelectRun, StepOnce, Train
from tui.control.ui_protocol import Ui
from tui.session.session import Session


class Training:
    """Trains the selected run, begins it again, moves settings, and draws names."""

    def __init__(self, session: Session, ui: Ui) -> None:
        self._session = session
        self._ui = ui

    def toggle(self) -> None:
        """Train, or pause."""
        snapshot = self._session.snapshot
        trains = snapshot is not None and snapshot.state == "training"
        self._ui.send(Pause() if trains else Train())

    def step(self) -> None:
        """Make one step."""
        self._ui.send(StepOnce())

    def more(self, steps: int) -> None:
        """Train so many steps more."""
        self._ui.send(Train(more=steps))

    def reset(self) -> None:
        """Begin again from the same weights."""
        self._ui.send(Reset())

    def reseed(self) -> None:
        """Begin again from the next seed: predictable, so that two people see the same."""
        self._change(Reset(by=1))

    def turn_run(self, by: int) -> None:
        """Select the run that was begun next, or the one before; round and round."""
        self._change(SelectRun(None, by))

    def adjust(self, setting: str, by: int) -> None:
        """Move a setting along its rungs, which the engine knows, of the run that has it."""
        self._ui.send(Adjust(setting, by))

    def turn(self, setting: str) -> None:
        """Give a setting its next value, round and round."""
        self._change(Adjust(setting, 1))

    def draw(self) -> None:
        """Draw ten names, or one text."""
        dataset = self._session.dataset
        is_text = dataset is not None and dataset.data_format.format == "text"
        self._ui.send(Draw(1 if is_text else NAMES_AT_ONCE))

    def _change(self, request: Requests) -> None:
        if self._session.snapshot is None:
            self._ui.notify(self._session.absence(), markup=False)
        else:
            self._ui.send(request)
