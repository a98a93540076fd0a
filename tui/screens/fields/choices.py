"""A list to choose from; the keys that move in it are the dialog's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message

from tui.drawing.line_widget import LineWidget
from tui.terminal.letter_widths import drawable, pieces

_MARK = "> "  # of the chosen line: colour alone would not do everywhere


@dataclass(frozen=True)
class Choice:
    """A line of the list."""

    text: str
    note: str  # at the right
    value: str  # what it stands for


class Choices(LineWidget):
    """Lines of which one may be chosen; scrolls where they are more than its height."""

    @dataclass
    class Picked(Message):
        """A line was clicked."""

        choice: Choice

    def __init__(self, *, always: bool = False) -> None:
        """A list without lines. Where it has no field above it, one is `always` chosen."""
        super().__init__()
        self._is_always_chosen = always
        self._choices: tuple[Choice, ...] = ()
        self._at: int | None = None
        self._top = 0

    @property
    def chosen(self) -> Choice | None:
        """The chosen line, if one is."""
        return None if self._at is None else self._choices[self._at]

    def offer(self, choices: Sequence[Choice], *, stay: bool = False) -> None:
        """Show other lines; none of them is chosen, unless the choice is to stay.

        It stays at what it stands for, or else at its place.
        """
        before, lines = self.chosen, len(self._choices)
        self._choices = tuple(choices)
        if len(choices) != lines:
            self.refresh(layout=True)
        if stay and before is not None and self._at is not None and choices:
            values = [choice.value for choice in choices]
            same = values.index(before.value) if before.value in values else self._at
            self._at = min(same, len(choices) - 1)
        else:
            self._at, self._top = 0 if self._is_always_chosen and choices else None, 0
        self._draw_chosen()

    def choose(self, value: str) -> None:
        """Choose the line that stands for something."""
        self._at = [choice.value for choice in self._choices].index(value)
        self._draw_chosen()

    def move(self, by: int) -> None:
        """Choose a line further on; above the first, none is chosen."""
        if not self._choices:
            return
        at = (-1 if self._at is None else self._at) + by
        last = len(self._choices) - 1
        if at < 0:
            # From none upward: to the last, as shells do; with one chosen, back to none.
            self._at = last if self._at is None else 0 if self._is_always_chosen else None
        else:
            self._at = min(at, last)
        self._draw_chosen()

    def on_resize(self) -> None:
        """Another size: other lines of text; the chosen one stays in sight."""
        self._draw_chosen()

    def on_click(self, event: events.Click) -> None:
        """Tell what was clicked."""
        row = event.get_content_offset_capture(self).y
        if 0 <= row < self._rows and self._top + row < len(self._choices):
            self.post_message(self.Picked(self._choices[self._top + row]))

    def on_mouse_scroll_down(self) -> None:
        """Show what is further down."""
        self._scroll(2)

    def on_mouse_scroll_up(self) -> None:
        """Show what is further up."""
        self._scroll(-2)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A line for each, where the styles leave the height to the list."""
        return len(self._choices)

    @property
    def _rows(self) -> int:
        """Lines for choices: the last one tells where one is, if they do not all fit."""
        height = self.size.height
        return max(1, height if len(self._choices) <= height else height - 1)

    def _draw_chosen(self) -> None:
        if self._at is not None and self.size.height:
            self._top = max(min(self._top, self._at), self._at - self._rows + 1)
        self._scroll(0)

    def _scroll(self, by: int) -> None:
        self._top = max(0, min(self._top + by, len(self._choices) - self._rows))
        self._draw()

    def _draw(self) -> None:
        width, all_ = self.size.width, len(self._choices)
        shown = self._choices[self._top : self._top + self._rows]
        lines = [
            _line(choice, width, chosen=place == self._at)
            for place, choice in enumerate(shown, self._top)
        ]
        if len(shown) < all_ and self.size.height > 1:
            part = f"{self._top + 1}–{self._top + len(shown)} of {all_:,}"
            lines.append(Content.styled(f"{part:>{width}}", "$foreground-muted"))
        self.show(lines)


def _line(choice: Choice, width: int, *, chosen: bool) -> Content:
    note = drawable(choice.note)
    if cell_len(note) > width // 2:
        note = set_cell_size(note, width // 2 - 1) + "…"
    room = max(1, width - len(_MARK) - cell_len(note) - bool(note))
    text = set_cell_size(_from_the_end(choice.text, room), room)
    return Content.assemble(
        (_MARK if chosen else " " * len(_MARK), "$accent"),
        (text, "bold $accent" if chosen else "$foreground"),
        (f" {note}" if note else "", "$foreground-muted"),
    )


def _from_the_end(text: str, room: int) -> str:
    """A path that is too long, without its beginning: its end tells more."""
    if cell_len(drawn := drawable(text)) <= room:
        return drawn
    parts = list(pieces(text))
    while parts and sum(map(cell_len, parts)) > room - 1:
        parts.pop(0)
    return "…" + "".join(parts)
