"""The runs as a table: a line each, in columns; and all that is set of one, as a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan
from typing import Final

from rich.cells import cell_len

from engine.settings.model_kinds import ModelKind
from engine.wire.events import DatasetOpened, Snapshot
from engine.wire.values import RunSummary
from tui.drawing.numbers import compact, figure
from tui.drawing.run_settings import value_text
from tui.screens.fields.choices import Choice
from tui.terminal.letter_widths import shortened

_NAME: Final = 14  # columns of a name, before others give way to it
_MARK: Final = 2  # columns that the list has in front of a line
_SIGNS: Final = {"training": "●", "done": "✓", "failed": "✕"}


@dataclass(frozen=True)
class Column:
    """A column of the table behind the names."""

    title: str
    width: int
    text: Callable[[RunSummary], str]
    is_number: bool = True

    def aligned(self, text: str) -> str:
        """A text in as many columns."""
        text = shortened(text, self.width)
        return f"{text:>{self.width}}" if self.is_number else f"{text:{self.width}}"


def run_table(dataset: DatasetOpened, snapshot: Snapshot, width: int) -> tuple[str, list[Choice]]:
    """The titles of the columns that a width has room for, and a line for each run.

    The runs stand as they were begun, each with its number for what it stands for.
    """
    roles = {snapshot.selected: "selected", snapshot.compared: "compared"}
    columns = [
        Column("model", 10, lambda run: dataset.kind_of(run).label, is_number=False),
        Column("parameters", 10, lambda run: _count(run.parameters)),
        Column("step", 11, _step),
        Column("train", 6, lambda run: _loss(run.nll)),
        Column("hold-out", 8, lambda run: _loss(run.held_out_nll)),
        Column("", 8, lambda run: roles.get(run.number, ""), is_number=False),
    ]
    if all(run.held_out_nll is None for run in snapshot.runs):
        del columns[4]

    def room() -> int:
        return width - _MARK - sum(column.width + 1 for column in columns)

    for title in ("parameters", "model", "hold-out"):
        if room() < _NAME:
            columns = [column for column in columns if column.title != title]
    longest = max(_NAME, *(cell_len(run.name + _star(run)) for run in snapshot.runs))
    names = min(longest, max(1, room()))
    head = [f"{'':{_MARK}}{'run':{names}}", *(column.aligned(column.title) for column in columns)]
    lines = []
    for run in snapshot.runs:
        name = shortened(run.name, names - len(_star(run))) + _star(run)
        texts = [name + " " * (names - cell_len(name))]
        texts += [column.aligned(column.text(run)) for column in columns]
        lines.append(Choice(" ".join(texts), "", str(run.number)))
    return " ".join(head).rstrip(), lines


def about(run: RunSummary, kind: ModelKind) -> str:
    """All that is known of a run, in sentences."""
    state = f"{run.state}, step {run.step:,} of {run.goal:,}" if run.is_trained else "fitted"
    settings = (
        f"{each.label} {value_text(each, run.settings[each.name])}" for each in kind.settings
    )
    pinned = " Pinned: it does not make room for others." if run.is_pinned else ""
    return f"{kind.label}, {run.parameters:,} parameters, {state}: {', '.join(settings)}.{pinned}"


def _star(run: RunSummary) -> str:
    return " *" if run.is_pinned else ""


def _step(run: RunSummary) -> str:
    if not run.is_trained:
        return "–"
    return f"{_SIGNS.get(run.state, '')} {_count(run.step, 9)}".lstrip()


def _count(count: int, room: int = 10) -> str:
    told = f"{count:,}"
    return told if len(told) <= room else compact(count)


def _loss(nll: float | None) -> str:
    if nll is None or isnan(nll):
        return "–"
    return figure(nll, 4 if nll < 10 else 3) if nll < 100 else compact(float(f"{nll:.4g}"))
