"""The base class of the panes: a border with a live title, and what a pane is told."""

from __future__ import annotations

from typing import ClassVar, Final, Literal, Self

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.widgets import Static

from engine.wire.events import DatasetOpened, Snapshot
from engine.wire.requests import Exportable
from tui.terminal.letter_widths import laid_out

NOTCH: Final = 2  # lines a turn of the wheel; at the matrix's smallest scale two rows share one


class Pane(Vertical, can_focus=True):
    """A pane draws what it is given and decides nothing; what it wants, it asks for by messages."""

    DEFAULT_CSS = """
    Pane {
        border: round $foreground 20%;
        border-title-color: $foreground-muted;
        border-subtitle-color: $foreground-muted;
        border-title-background: $background;
        &:focus {
            border: round $accent;
            border-title-color: $foreground;
            border-title-style: bold;
        }
        .vacancy {
            display: none;
            height: 1fr;
            content-align: center middle;
            text-align: center;
            color: $foreground-muted;
            padding: 0 1;
        }
        &.-vacant > * { display: none; }
        &.-vacant > .vacancy { display: block; }
    }
    """

    NUMBER: ClassVar[int]  # the key that goes to it
    TITLE: ClassVar[str]
    EXPORT: ClassVar[Exportable]  # what `y` copies

    class NeedsChanged(Message):
        """The pane shows something else now, and so wants something else of the engine."""

    _border: Region | None = None  # of the border, while only that is to be redrawn

    def __init__(self, pane_id: str) -> None:
        super().__init__(id=pane_id, classes="-vacant")
        self.dataset: DatasetOpened | None = None
        self.snapshot: Snapshot | None = None

    def compose(self) -> ComposeResult:
        """Yield the sentence of an empty pane, and the pane's own widgets."""
        yield Static("", classes="vacancy", markup=False)
        yield from self.contents()

    def contents(self) -> ComposeResult:
        """Yield the pane's own widgets."""
        yield from ()

    def on_mount(self) -> None:
        """Show a title from the beginning."""
        self.entitle()

    def vacate(self, sentence: str) -> None:
        """Show nothing but a sentence that says why there is nothing."""
        self.dataset = self.snapshot = None
        self.query_one(".vacancy", Static).update(laid_out(sentence))
        self.add_class("-vacant")
        self.entitle()

    def opened(self, dataset: DatasetOpened) -> None:
        """Begin with another data set."""
        self.dataset, self.snapshot = dataset, None
        self.remove_class("-vacant")

    def shown(self, snapshot: Snapshot) -> None:
        """Draw a newer state of the same data set."""
        self.snapshot = snapshot

    def refit(self) -> None:
        """Draw for the size that the pane has now."""

    def on_resize(self) -> None:
        """Draw for another size, once everything has its place."""
        self.call_after_refresh(self.refit)

    def on_show(self) -> None:
        """Draw what has happened while another pane was enlarged."""
        self.call_after_refresh(self.refit)

    def entitle(self, *facts: str) -> None:
        """Put the live facts into the border, as many as it has room for."""
        if self.size.width < 4 and self.border_title:
            return  # hidden behind an enlarged pane; it is told again when it shows
        while facts and not self.has_room(*facts):
            facts = facts[:-1]
        self._write("border_title", self._title(facts), -1)

    def has_room(self, *facts: str) -> bool:
        """Whether the border has room for all these facts."""
        return self.has_room_below(self._title(facts))

    def has_room_below(self, text: str) -> bool:
        """Whether the lower border has room for a text."""
        return cell_len(text) <= self.size.width - 4

    def _title(self, facts: tuple[str, ...]) -> str:
        return " · ".join((f"{self.NUMBER} {self.title}", *facts))

    @property
    def title(self) -> str:
        """What the pane shows, in a word."""
        return self.TITLE

    def subtitle(self, *texts: str) -> None:
        """Put a smaller fact into the lower border: the first text that has room, or the last."""
        text = next(filter(self.has_room_below, texts), texts[-1])
        self._write("border_subtitle", text, self.outer_size.height - 2)

    def _write(self, border: Literal["border_title", "border_subtitle"], text: str, y: int) -> None:
        """Write into one line of the border, and redraw that alone.

        Textual redraws a pane with all that is in it when its title changes. With the step in the
        titles, the screen would need 50 % of a core during training, not 32 %.
        """
        escaped = Content(text).markup  # borders read markup; a data set may be called "[b]"
        if getattr(self, border) != escaped:
            self._border = Region(-1, y, self.outer_size.width, 1)
            setattr(self, border, escaped)
            self._border = None

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Refresh the pane, or only the line of the border whose text changes."""
        if self._border is not None and self.is_mounted and not regions:
            regions = (self._border,)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    # --- the wheel

    def wheel(self, lines: int, columns: int) -> None:
        """Show what is so many lines further down, and so many columns further right."""

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down; with shift or ctrl, to the right."""
        self._turned(event, NOTCH)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up; with shift or ctrl, to the left."""
        self._turned(event, -NOTCH)

    def on_mouse_scroll_right(self) -> None:
        """Scroll to the right, where the mouse or the touch pad can tell it."""
        self.wheel(0, NOTCH)

    def on_mouse_scroll_left(self) -> None:
        """Scroll to the left."""
        self.wheel(0, -NOTCH)

    def _turned(self, event: events.MouseEvent, by: int) -> None:
        aside = event.shift or event.ctrl
        self.wheel(0 if aside else by, by if aside else 0)
