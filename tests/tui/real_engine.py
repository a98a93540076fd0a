"""An engine without a process or a clock: a real lab on the built-in names, for pictures."""

from __future__ import annotations

from engine.data.built_in import built_in_path
from engine.lab import snapshots
from engine.lab.driver import LabDriver
from engine.lab.lab import Lab
from engine.settings.lab_settings import SEED
from engine.wire.answers import Answers
from engine.wire.events import Snapshot
from engine.wire.requests import (
    Adjust,
    BeginRun,
    ChangeRun,
    CompareRun,
    Configure,
    DeleteRun,
    Requests,
    Reset,
    SelectRun,
    Watch,
)
from engine.wire.values import State
from tests.tui.fake_engine import FakeEngine

OF_RUNS = Adjust | BeginRun | ChangeRun | CompareRun | Configure | DeleteRun | Reset | SelectRun


class RealEngine(FakeEngine):
    """Shows what the models really give, and so pictures that tell the truth."""

    def __init__(self, hold_out: float = 0.0) -> None:
        self.lab = Lab(built_in_path(), hold_out, "cpu", SEED)
        super().__init__(snapshots.dataset_opened(self.lab, 1))
        nothing = [lambda *_: None] * 4
        self._running = LabDriver(self.lab, *nothing)

    async def answer(self, request: Requests) -> Answers:
        """Do what is asked of the runs and of settings."""
        if not isinstance(request, OF_RUNS):
            return await super().answer(request)
        self.requests.append(request)
        answer = self._running.carry_out(request)
        self.tell_snapshot()
        return answer

    def step_to(self, step: int, state: State = "training") -> None:
        """Train the selected run, and stand still there."""
        run = self.lab.selected
        run.train()
        self.lab.advance(run, step - run.step)
        if state != "training":
            run.pause()
        self.tell_snapshot()

    def draw(self, count: int = 10, source: str = "both") -> None:
        """Draw names."""
        self.lab.configure({"source": source})
        self.lab.draw(count)
        while self.lab.wanted:
            self.lab.draw_next()
        self.tell_snapshot()

    def snapshot(self) -> Snapshot:
        """The lab as it is, at the opening pace."""
        run = self.lab.selected
        rate = float(run.settings["pace"]) if run.state == "training" else 0.0
        return snapshots.snapshot(self.lab, 1, self.watch or Watch(), rate, 1, "")
