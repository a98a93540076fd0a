"""An engine without a process or a clock: a real lab on the built-in names, for pictures."""

from __future__ import annotations

from engine.data.built_in import built_in_path
from engine.lab import snapshots
from engine.lab.lab import Lab
from engine.settings.defaults import SEED
from engine.wire.events import Snapshot
from engine.wire.requests import Watch
from tests.tui.fake_engine import FakeEngine


class RealEngine(FakeEngine):
    """Shows what the models really give, and so pictures that tell the truth."""

    def __init__(self, hold_out: float = 0.0) -> None:
        self.lab = Lab(built_in_path(), hold_out, "cpu", SEED)
        super().__init__(snapshots.dataset_opened(self.lab, 1))

    def step_to(self, step: int, state: str = "training") -> None:
        """Train, and stand still there."""
        self.lab.train()
        self.lab.advance(step - self.lab.trainer.step)
        if state != "training":
            self.lab.pause()
        self.tell_snapshot()

    def draw(self, count: int = 10, source: str = "both") -> None:
        """Draw names."""
        self.lab.configure(source=source)
        self.lab.draw(count)
        while self.lab.wanted:
            self.lab.draw_next()
        self.tell_snapshot()

    def snapshot(self) -> Snapshot:
        """The lab as it is, at the opening pace."""
        rate = self.lab.settings.pace if self.lab.state == "training" else 0.0
        return snapshots.snapshot(self.lab, 1, self.watch or Watch(), rate, 1, "")
