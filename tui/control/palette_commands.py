"""What the command palette lists: every action, view, run, choice of a setting and theme."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from engine.settings.setting import choice_value
from engine.text.printable import printable
from engine.wire.events import DatasetOpened, Snapshot
from engine.wire.requests import CompareRun, Configure, SelectRun
from tui.actions import ACTIONS
from tui.config.config import DARK, LIGHT
from tui.drawing.ascii import spelled
from tui.panes.matrix.views import view_name, views_of
from tui.screens.palette import Command

if TYPE_CHECKING:
    from tui.app import LabApp


def commands(app: LabApp) -> list[Command]:
    """All commands, as the terminal can show them: the actions first, in the table's order."""
    unicode = app.terminal.unicode
    return [
        Command(spelled(each.title, unicode=unicode), spelled(each.help, unicode=unicode), each.do)
        for each in _commands(app)
    ]


def _commands(app: LabApp) -> Iterator[Command]:
    label = app.keys.label
    for action in ACTIONS:
        title = f"{action.tooltip} ({label(action.id)})"
        yield Command(title, action.description, partial(app.run_action, action.does))
    dataset, snapshot = app.session.dataset, app.session.snapshot
    if dataset is not None and snapshot is not None:
        yield from _of_lab(app, dataset, snapshot)
    ours = (DARK, LIGHT)
    for theme in (*ours, *sorted(set(app.available_themes) - set(ours))):
        change = partial(setattr, app, "theme", theme)
        yield Command(f"Theme: {theme}", "Change the colours, until the lab is closed.", change)


def _of_lab(app: LabApp, dataset: DatasetOpened, snapshot: Snapshot) -> Iterator[Command]:
    label = app.keys.label
    keys = f"{label('matrix.next_view')} and {label('matrix.previous_view')}"
    for view in views_of(dataset, snapshot):
        title = f"Matrix: {view_name(view, snapshot)}"
        yield Command(title, f"{keys} turn from view to view.", partial(app.show_view, view))
    lists = f"{label('runs.list')} lists all runs."
    for run in snapshot.runs:
        name = printable(run.name)
        if run.number != snapshot.selected:
            yield Command(f"Select run: {name}", lists, partial(app.send, SelectRun(run.number)))
            comparing = partial(app.send, CompareRun(run.number))
            yield Command(f"Compare with: {name}", lists, comparing)
    kinds = (dataset.kind_of(snapshot.selected_run), dataset.kind_of(snapshot.compared_run))
    settings = {each.name: each for kind in kinds for each in kind.settings}
    for setting in (*settings.values(), *dataset.settings):
        for value, meaning in setting.choices.items():
            choosing = partial(app.send, Configure({setting.name: choice_value(value)}))
            yield Command(f"{setting.label.capitalize()}: {value}", meaning, choosing)
