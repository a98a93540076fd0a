"""The line on top: what is open, what it does, how fast."""

from __future__ import annotations

from math import isinf
from pathlib import PurePath
from typing import Final

from textual.content import Content

from engine.protocol import DatasetOpened, Snapshot
from tui.figures import compact, figure
from tui.letters import drawable
from tui.lines import Lines
from tui.plain import spelled
from tui.terminal import terminal_of

_QUIET: Final = "$foreground-muted"
_STATES: Final = {
    "starting": ("◌", _QUIET),
    "opening": ("◌", _QUIET),
    "no data": ("○", _QUIET),
    "engine ended": ("✕", "$error"),
    "link down": ("✕", "$error"),
    "not answering": ("◌", "$error"),
    "idle": ("○", "$foreground"),
    "training": ("●", "$primary"),
    "paused": ("◑", "$foreground"),
    "done": ("✓", "$success"),
    "failed": ("✕", "$error"),
}


class StatusLine(Lines):
    """Facts from the left to the right; where they do not fit, the least important go first."""

    def __init__(self, lab: str) -> None:
        super().__init__(id="status")
        self._lab = lab
        self._state = "starting"
        self._dataset: DatasetOpened | None = None
        self._snapshot: Snapshot | None = None

    def tell(
        self, state: str, dataset: DatasetOpened | None = None, snapshot: Snapshot | None = None
    ) -> None:
        """Show a state, and what is known with it."""
        self._state, self._dataset, self._snapshot = state, dataset, snapshot
        self._write()

    def on_resize(self) -> None:
        """Another width: perhaps other facts."""
        super().on_resize()
        self._write()

    def _write(self) -> None:
        width = self.size.width
        if width:
            unicode = terminal_of(self.app).unicode
            lab = self._lab if self._dataset is None else self._dataset.lab or self._lab
            facts = status_facts(
                self._state, self._dataset, self._snapshot, lab=lab, unicode=unicode
            )
            self.show([fitted(facts, width)])


def status_facts(
    state: str,
    dataset: DatasetOpened | None,
    snapshot: Snapshot | None,
    *,
    lab: str,
    unicode: bool = True,
) -> list[tuple[int, Content]]:
    """The facts in the order they are read, each with its rank: 0 is dropped last.

    The lab's name is among them where it is not the data's.
    """
    sign, colour = _STATES.get(state, ("○", _QUIET))
    facts = [(0, Content.assemble((f"{sign} {state}", colour)))]
    if dataset is not None:
        facts.insert(0, (5, Content.styled(drawable(dataset.name), "bold")))
        facts.insert(1, (8, Content.styled(dataset.device, _QUIET)))
        if lab != PurePath(dataset.name).stem:
            facts.insert(1, (5, _fact("lab", lab)))  # which of two on the same data
    if snapshot is None:
        return facts
    settings = snapshot.settings
    loss = "–" if snapshot.loss is None else figure(snapshot.loss)
    pace = "no limit" if isinf(settings.pace) else f"{compact(settings.pace)}/s"
    speed = f"{snapshot.steps_per_second:,.0f}" if snapshot.steps_per_second else "–"
    facts += [
        (1, Content(f"{snapshot.step:,}/{snapshot.goal:,}")),
        (2, _fact("loss", loss)),
        (4, _fact("steps/s", speed)),
        (3, _fact("lr", compact(settings.learning_rate))),
        (6, _fact("pace", pace)),
        (10, _fact(spelled("λ", unicode=unicode), compact(settings.regularisation))),
        (9, _fact("smoothing", compact(settings.smoothing))),
        (11, _fact("seed", f"{settings.seed}")),
    ]
    if snapshot.clients > 1 and state != "engine ended":
        facts.append((7, _fact("screens", f"{snapshot.clients}")))
    return facts


def fitted(facts: list[tuple[int, Content]], width: int) -> Content:
    """The facts side by side: without the least important, until they fit."""
    facts = list(facts)
    while True:
        gap = "   " if width >= 100 else "  "
        line = Content.assemble(" ", Content(gap).join([fact for _, fact in facts]))
        if line.cell_length < width or len(facts) == 1:
            return line
        facts.remove(max(facts, key=lambda fact: fact[0]))


def _fact(name: str, value: str) -> Content:
    return Content.assemble((f"{name} ", _QUIET), value)
