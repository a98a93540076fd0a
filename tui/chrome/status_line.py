"""The line at the top of the screen: what is open, what it does, and how fast."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isinf, isnan
from pathlib import PurePath
from typing import Final

from textual.content import Content

from engine.settings.model_kinds import FIRST_RUNS
from engine.wire.events import DatasetOpened, Snapshot
from tui.chrome.speed import LOOKS, Speed
from tui.drawing.ascii import spelled
from tui.drawing.line_widget import LineWidget
from tui.drawing.numbers import compact, figure, short_rate
from tui.drawing.run_names import short_name
from tui.drawing.run_settings import signed_settings
from tui.terminal.capabilities import terminal_of
from tui.terminal.letter_widths import shortened

ROOMY: Final = 180  # columns from which facts stand further apart
# Columns from which any state has room, and any goal below ten millions: nothing moves.
STEADY: Final = 94
_NAME, _TO_GO = 7, 4  # ranks
_USUAL: Final = FIRST_RUNS[-1][0]  # the run that is selected when a lab begins: no name is needed
_FIRST_KINDS: Final = tuple(kind for _, kind in FIRST_RUNS)
# Ranks of settings, and the columns that they keep; by their signs, in the order they stand in.
_SETTINGS: Final = {
    "lr": (9, 8), "pace": (8, 13), "λ": (14, 6), "smoothing": (13, 13), "seed": (15, 0),
}  # fmt: skip
_OTHER: Final = (13, 0)
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
    "diverging": ("●", "$error"),
    "paused": ("◑", "$foreground"),
    "done": ("✓", "$success"),
    "failed": ("✕", "$error"),
}


@dataclass(frozen=True)
class Fact:
    """One part of the status line."""

    rank: int  # the least important has the highest, and goes first
    text: Content
    room: int = 0  # columns that it keeps, so that what follows stays where it is


class StatusLine(LineWidget):
    """Shows facts in an order that never changes; where room is scarce the least important go."""

    def __init__(self, lab: str) -> None:
        super().__init__(id="status")
        self._lab = lab
        self._state = "starting"
        self._dataset: DatasetOpened | None = None
        self._snapshot: Snapshot | None = None
        self._speed = Speed()

    def tell(
        self, state: str, dataset: DatasetOpened | None = None, snapshot: Snapshot | None = None
    ) -> None:
        """Show the state of the lab, and what is known with it."""
        self._state, self._dataset, self._snapshot = state, dataset, snapshot
        # What was told last of an engine that is silent or gone is no speed of now.
        if snapshot is None or state == snapshot.state:
            self._speed.look(snapshot)
        else:
            self._speed.rest()
        self._write()

    def on_resize(self) -> None:
        """Choose the facts that fit another width."""
        super().on_resize()
        self._write()

    def _write(self) -> None:
        width = self.size.width
        if width:
            lab = self._lab if self._dataset is None else self._dataset.lab or self._lab
            facts = opening_facts(self._state, self._dataset, self._snapshot, lab, width)
            if self._snapshot is not None and self._dataset is not None:
                unicode = terminal_of(self.app).unicode
                facts += training_facts(
                    self._dataset, self._snapshot, self._speed, width, unicode=unicode
                )
                facts.append(Fact(12, Content.styled(self._dataset.device, _QUIET)))
                if self._snapshot.clients > 1 and self._state != "engine ended":
                    facts.append(Fact(11, _named("screens", f"{self._snapshot.clients:,}")))
            self.show([fitted(facts, width, "" if self._dataset is None else self._dataset.name)])


def opening_facts(
    state: str, dataset: DatasetOpened | None, snapshot: Snapshot | None, lab: str, width: int
) -> list[Fact]:
    """Tell what is open and what it does; a lab's name only if it is not its data's."""
    if state == "training" and snapshot is not None and snapshot.is_diverging:
        state = "diverging"
    sign, colour = _STATES.get(state, ("○", _QUIET))
    others = 0 if snapshot is None or state != snapshot.state else snapshot.trained
    if others and state != "training":  # it is not the selected run that trains
        sign, colour = _STATES["training"]
        state = "1 other" if others == 1 else f"{others} others"
    room = len("◌ not answering" if width >= STEADY else "● diverging")
    facts = [Fact(0, Content.assemble((f"{sign} {state}", colour)), room)]
    if dataset is not None:
        name = shortened(dataset.name, max(16, width // 5))  # a long one leaves room for others
        facts.insert(0, Fact(_NAME, Content.styled(name, "bold")))
        if lab != PurePath(dataset.name).stem:
            facts.insert(1, Fact(5, _named("lab", lab)))  # which of two on the same data
    return facts


def training_facts(
    dataset: DatasetOpened, snapshot: Snapshot, speed: Speed, width: int, *, unicode: bool
) -> list[Fact]:
    """Tell how the selected run's training goes, and with which settings."""
    run = snapshot.selected_run
    facts = [] if run.name == _USUAL else [Fact(3, _named("run", short_name(run.name, width // 5)))]
    if run.is_trained:
        facts += _step_facts(snapshot, speed, width)
    else:
        facts += [Fact(1, Content("fitted at once")), Fact(2, _named("nll", figure(run.nll)), 11)]
    return facts + _setting_facts(dataset, snapshot, unicode=unicode)


def _step_facts(snapshot: Snapshot, speed: Speed, width: int) -> list[Fact]:
    step, goal = f"{snapshot.step:,}", f"{snapshot.goal:,}"
    room = len("9,999,999/9,999,999" if width >= STEADY else "999/999")
    loss = "–" if snapshot.loss is None else figure(snapshot.loss)
    measured = snapshot.nll if snapshot.loss_nll is None else snapshot.loss_nll
    nll = "–" if snapshot.loss is None or isnan(measured) else figure(measured)
    return [
        Fact(1, Content(f"{step:>{len(goal)}}/{goal}".rjust(room))),
        Fact(2, _named("loss", loss), 12),
        Fact(10, _named("nll", nll), 11),
        Fact(3, _named("steps/s", short_rate(speed.rate) if speed.rate else "–"), 12),
        Fact(_NAME + (1 if width >= STEADY else -1), Content.styled(speed.history, _QUIET), LOOKS),
        Fact(_TO_GO, Content(f"{speed.left} to go" if speed.left else ""), 16),
    ]


def _setting_facts(dataset: DatasetOpened, snapshot: Snapshot, *, unicode: bool) -> list[Fact]:
    """Tell the settings of the selected run; of the lecture's net, those of the counts too."""
    selected, compared = snapshot.selected_run, snapshot.compared_run
    told = signed_settings(dataset.kind_of(selected), selected)
    if (compared.kind, selected.kind) == _FIRST_KINDS:
        told |= signed_settings(dataset.kind_of(compared), compared)
    if "pace" in selected.settings:
        pace = float(selected.settings["pace"])
        told["pace"] = "no limit" if isinf(pace) else f"{compact(pace)}/s"
    signs = [sign for sign in _SETTINGS if sign in told]
    signs += [sign for sign in told if sign not in _SETTINGS]
    facts = []
    for sign in signs:
        rank, room = _SETTINGS.get(sign, _OTHER)
        facts.append(Fact(rank, _named(spelled(sign, unicode=unicode), told[sign]), room))
    return facts


def fitted(facts: list[Fact], width: int, name: str) -> Content:
    """Put the facts side by side; the most important ones, as far as there is room.

    Args:
        facts: in the order in which they are shown.
        width: columns.
        name: of the data. Where it has no place of its own, it stands where the time to go will.
    """
    gap = "   " if width >= ROOMY else "  "
    chosen: list[int] = []
    left = width - 1
    for place, fact in sorted(enumerate(facts), key=lambda fact: fact[1].rank):
        columns = max(fact.room, fact.text.cell_length) + len(gap) * bool(chosen)
        if columns < left or not chosen:
            chosen.append(place)
            left -= columns
    shown = [facts[place] for place in sorted(chosen)]
    if not any(fact.rank == _NAME for fact in shown):
        shown = [_of_name(fact, name) if fact.rank == _TO_GO else fact for fact in shown]
    texts = [fact.text.pad_right(fact.room - fact.text.cell_length) for fact in shown]
    return Content.assemble(" ", Content(gap).join(texts)).rstrip()


def _of_name(fact: Fact, name: str) -> Fact:
    """Write a fact, or the data's name in its room while it has nothing to tell."""
    if fact.text:
        return fact
    return replace(fact, text=Content.styled(shortened(name, fact.room), "bold"))


def _named(name: str, value: str) -> Content:
    return Content.assemble((f"{name} ", _QUIET), value)
