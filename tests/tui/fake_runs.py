"""Runs made of figures: their losses, and what a snapshot tells of them."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field

from engine.settings.model_kinds import ModelKind
from engine.settings.values import Value
from engine.wire.values import Curve, Overlay, RunSummary, SettingChange, State
from tests.tui.fake_data import made_up_count


@dataclass
class FakeRun:
    """A run made of figures. A test may change any of them before the next snapshot."""

    number: int
    kind: ModelKind
    name: str = ""
    settings: dict[str, Value] = field(default_factory=dict)
    state: State = "idle"
    step: int = 0
    nll: float = 3.7686
    held_out_nll: float | None = None
    losses: list[float] = field(default_factory=list)
    held_out: list[float] = field(default_factory=list)  # as many as losses, or none
    smoothed: list[float] = field(default_factory=list)  # the same
    marks: list[SettingChange] = field(default_factory=list)
    is_pinned: bool = False

    def __post_init__(self) -> None:
        self.name = self.name or self.kind.kind
        self.settings = self.kind.spec(self.settings).settings
        self.goal = self.kind.goal
        if not self.is_trained:
            self.nll = 2.4546

    @property
    def is_trained(self) -> bool:
        return self.kind.goal > 0

    def train_to(self, step: int) -> None:
        """Train, with a loss like the lecture's."""
        self.step = step
        self.losses = [2.46 + 1.31 * math.exp(-n / 16) + 0.06 / (1 + n / 9) for n in range(step)]

    def summary(self) -> RunSummary:
        return RunSummary(
            self.number, self.name, self.kind.kind, 729, self.state, self.step, self.goal,
            self.nll, self.held_out_nll, self.is_pinned, self.is_trained, self.settings,
        )  # fmt: skip

    def probability(self, row: int, column: int, frequencies: tuple[int, ...]) -> float:
        """P(column | row): that of the counts, and before any step hardly more than noise."""
        symbols = len(frequencies)
        p = (made_up_count(row, column) + 1) / (frequencies[row] + symbols)
        share = self.step / (self.step + 20) if self.is_trained else 1.0
        return p * share + (1 - share) * (1 + noise(row, column)) / symbols

    def overlay(self, width: int) -> Overlay:
        """The last loss of each column, which is so many steps wide."""
        last = [
            self.losses[start : start + width][-1] for start in range(0, len(self.losses), width)
        ]
        return Overlay(self.number, self.name, self.step, width, array("f", last).tobytes())

    def curve(self, width: int) -> Curve | None:
        """First, smallest, largest and last loss of each column, which is so many steps wide."""
        if not self.losses:
            return None
        starts = range(0, len(self.losses), width)

        def fours(losses: list[float]) -> tuple[tuple[float, float, float, float], ...]:
            parts = [losses[s : s + width] for s in starts]
            known = [[loss for loss in part if loss == loss] or part for part in parts]
            return tuple((p[0], min(p), max(p), p[-1]) for p in known if p)

        return Curve(
            1, len(self.losses), tuple(s + 1 for s in starts), fours(self.losses),
            fours(self.held_out), tuple(self.marks),
            array("f", [self.smoothed[s : s + width][-1] for s in starts] if self.smoothed else [])
            .tobytes(),
        )  # fmt: skip


def noise(row: int, column: int) -> float:
    """Between -1 and 1, and the same in every run."""
    return ((row * 31 + column * 17) % 23 - 11) / 11
