"""What the focused pane shows and its keys, then all keys, from the table of actions."""

from __future__ import annotations

from textwrap import wrap
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.actions import ACTIONS, GROUP_TITLES, PANE_GROUPS, Group, key_label
from tui.drawing.ascii import spelled
from tui.keys.overrides import DEFAULT_KEYS, KeyMap, keys_of
from tui.panes.pane import Pane
from tui.panes.pane_help import PANE_HELP
from tui.screens.dialog import Dialog
from tui.terminal.capabilities import terminal_of

_KEYS: Final = 13  # columns
_NARROW: Final = 44  # columns below which a sentence stands under its keys
_MOVING: Final = (
    ("←↓↑→ hjkl", "Move the cursor in the matrix or the names, or scroll another pane."),
    ("home end", "Go to the first or the last."),
    ("pgup pgdn", "Go a page up or down."),
    ("click", "Go to a pane, and move its cursor there. Nothing needs the mouse."),
    ("wheel", "Scroll; in the matrix with shift sideways."),
)
_READING: Final = (
    ("2.47", "Behind a name: its mean negative log likelihood, nats per character."),
    ("•", "The name is in the data."),
    ("rank", "Of a pair, among those of its row: 1 is the most frequent."),
    ("√ scale", "Shades go by the square root, so that small values can be told apart."),
    (".a bc de", "Labels of two rows each, where a line of the matrix holds two."),
)
_MORE: Final = "In a shell, makemore-tui help explains data, saving, other machines and more."


class HelpScreen(Dialog):
    """A page of keys that scrolls."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "close", "close", id="help"),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
        Binding("space", "page", show=False),
    ]

    def __init__(self, pane: Pane | None = None) -> None:
        """Help, which begins with the pane that has the focus, if one has."""
        super().__init__()
        self._pane = pane

    def compose(self) -> ComposeResult:
        """One text, by group."""
        # The scroll bar has a place from the start: see dialog.tcss.
        with self.box("Help", "esc"), VerticalScroll():
            yield Static(markup=False)

    def on_resize(self) -> None:
        """Break the sentences where the page ends."""
        self.call_after_refresh(self._write)

    def _write(self) -> None:
        if self.is_closed:
            return
        width = self.query_one(VerticalScroll).scrollable_content_region.width
        if width <= 0:
            return  # it has no place yet
        unicode = terminal_of(self.app).unicode
        self.query_one(Static).update(
            help_text(width, self._pane, keys_of(self.app), unicode=unicode)
        )

    def action_scroll(self, by: int) -> None:
        """Scroll by some lines."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_page(self) -> None:
        """Scroll by a page."""
        self.query_one(VerticalScroll).scroll_page_down(animate=False)


def help_text(
    width: int = 200, pane: Pane | None = None, keys: KeyMap = DEFAULT_KEYS, *, unicode: bool = True
) -> Content:
    """Every action with its keys and its sentence, in lines of at most `width` columns.

    The sentences and keys of `pane` come first. Without Unicode, signs are spelled.
    """
    lines: list[Content] = []
    if pane is not None:
        assert pane.id is not None
        lines += _titled(pane.TITLE)
        about = PANE_HELP[pane.id]
        lines += [*map(Content, wrap(about.text, width)), Content("")]
        for names, sentence in about.moving:
            lines += _lines(names, sentence, width, unicode)
        for group in PANE_GROUPS[pane.id]:
            if group != "app":
                lines += _of_group(group, width, keys, unicode)
    for group, title in GROUP_TITLES.items():
        lines += [*_titled(title), *_of_group(group, width, keys, unicode)]
    for title, rows in (("Moving about", _MOVING), ("Reading the screen", _READING)):
        lines += _titled(title)
        for names, sentence in rows:
            lines += _lines(names, sentence, width, unicode)
    lines += [Content(""), *map(Content, wrap(_MORE, width))]
    return Content("\n").join(lines[1:])


def _titled(title: str) -> list[Content]:
    return [Content(""), Content.styled(title, "bold")]


def _of_group(group: Group, width: int, keys: KeyMap, unicode: bool) -> list[Content]:
    lines = []
    for action in ACTIONS:
        if action.group == group:
            names = " ".join(map(key_label, keys.of(action.id)))
            lines += _lines(names, action.description, width, unicode)
    return lines


def _lines(keys: str, sentence: str, width: int, unicode: bool) -> list[Content]:
    keys, sentence = spelled(keys, unicode=unicode), spelled(sentence, unicode=unicode)
    if width < _NARROW:
        told = [Content(f"  {text}") for text in wrap(sentence, max(1, width - 2))]
        return [Content.styled(keys, "$accent"), *told]
    first, *more = wrap(sentence, width - _KEYS)
    line = Content.assemble((f"{keys:<{_KEYS}}", "$accent"), first)
    return [line, *(Content(" " * _KEYS + text) for text in more)]
