"""All keys, from the table of actions."""

from __future__ import annotations

from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.actions import ACTIONS, GROUP_TITLES, key_label
from tui.plain import spelled
from tui.screens.dialog import Dialog
from tui.terminal import terminal_of

_KEYS = 13  # columns
_MOVING = (
    ("←↓↑→ hjkl", "Move the cursor in the matrix, or scroll another pane."),
    ("home end", "Go to the first or the last column of the row."),
    ("pgup pgdn", "Go a page up or down."),
    ("click", "Move the cursor to a cell, or go to a pane."),
)


_READING = (
    ("2.47", "Behind a name: its mean negative log likelihood, nats per character."),
    ("•", "The name is in the data."),
    ("rank", "Of a pair, among those of its row: 1 is the most frequent."),
    ("√ scale", "Shades go by the square root, so that small values can be told apart."),
    (".a bc de", "Labels of two rows each, where a line of the matrix holds two."),
)


class HelpScreen(Dialog):
    """A page of keys that scrolls."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "dismiss", "close", id="help"),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def compose(self) -> ComposeResult:
        """One text, by group."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Keys"
            dialog.border_subtitle = "esc"
            with VerticalScroll():  # its scroll bar has a place from the start: see dialogs.tcss
                yield Static(markup=False)

    def on_resize(self) -> None:
        """Break the sentences where the page ends."""
        self.call_after_refresh(self._write)

    def _write(self) -> None:
        width = self.query_one(VerticalScroll).scrollable_content_region.width
        unicode = terminal_of(self.app).unicode
        self.query_one(Static).update(help_text(width, unicode=unicode))

    def action_scroll(self, by: int) -> None:
        """Scroll by some lines."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)


def help_text(width: int = 200, *, unicode: bool = True) -> Content:
    """Every action with its keys and its sentence, in lines of at most `width` columns."""
    lines: list[Content] = []
    for group, title in GROUP_TITLES.items():
        lines += [Content(""), Content.styled(title, "bold")]
        for action in ACTIONS:
            if action.group == group:
                keys = " ".join(map(key_label, action.keys))
                lines += _lines(keys, action.description, width, unicode)
    for title, rows in (("Moving about", _MOVING), ("Reading the screen", _READING)):
        lines += [Content(""), Content.styled(title, "bold")]
        for keys, sentence in rows:
            lines += _lines(keys, sentence, width, unicode)
    return Content("\n").join(lines[1:])


def _lines(keys: str, sentence: str, width: int, unicode: bool) -> list[Content]:
    keys, sentence = spelled(keys, unicode=unicode), spelled(sentence, unicode=unicode)
    first, *more = wrap(sentence, max(20, width - _KEYS))
    line = Content.assemble((f"{keys:<{_KEYS}}", "$accent"), first)
    return [line, *(Content(" " * _KEYS + text) for text in more)]
