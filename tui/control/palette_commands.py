"""What the command palette lists: every action, view, theme, stream and source by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from engine.wire.requests import Configure
from engine.wire.values import View
from tui.actions import ACTIONS
from tui.drawing import themes
from tui.drawing.ascii import spelled
from tui.screens.fields.parsing import chosen
from tui.screens.palette import Command

if TYPE_CHECKING:
    from tui.app import LabApp

VIEWS: Final[dict[View, str]] = {
    "counts": "counts",
    "probabilities": "P of the counts",
    "net": "P of the net",
    "weights": "weights of the net",
    "difference": "difference of the two P",
}


def commands(app: LabApp) -> list[Command]:
    """All commands, as the terminal can show them: the actions first, in the table's order."""
    unicode = app.terminal.unicode
    return [
        Command(spelled(title, unicode=unicode), spelled(help_, unicode=unicode), do)
        for title, help_, do in _commands(app)
    ]


def _commands(app: LabApp) -> Iterator[tuple[str, str, Callable[[], Any]]]:
    label = app.keys.label
    for action in ACTIONS:
        yield (
            f"{action.tooltip} ({label(action.id)})",
            action.description,
            partial(app.run_action, action.does),
        )
    views = (
        f"{label('matrix.next_view')} and {label('matrix.previous_view')} turn from view to view."
    )
    for view, name in VIEWS.items():
        yield (f"Matrix: {name}", views, partial(app.show_view, view))
    for setting in app.session.dataset.settings if app.session.dataset else ():
        for value, meaning in setting.choices.items():
            request = Configure(**{setting.name: chosen(value, setting.choices)})
            yield f"{setting.label.capitalize()}: {value}", meaning, partial(app.send, request)
    ours = (themes.DARK, themes.LIGHT)
    for theme in (*ours, *sorted(set(app.available_themes) - set(ours))):
        yield (
            f"Theme: {theme}",
            "Change the colours, until the lab is closed.",
            partial(setattr, app, "theme", theme),
        )
