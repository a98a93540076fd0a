"""The base class of the four panes: a border with a live title, and what a pane is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Self

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.widgets import Static

from engine.wire.events import DatasetOpened, Snapshot
from engine.wire.requests import Exportable
from tui.terminal.letter_widths import laid_out


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

    def __init__(self, identity: str) -> None:
        super().__init__(id=identity, classes="-vacant")
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
        if self.border_title != (escaped := _literal(self._title(facts))):
            with self._redrawing(Region(-1, -1, self.outer_size.width, 1)):
                self.border_title = escaped

    def has_room(self, *facts: str) -> bool:
        """Whether the border has room for all these facts."""
        return cell_len(self._title(facts)) <= self.size.width - 4

    def has_room_below(self, text: str) -> bool:
        """Whether the lower border has room for a text."""
        return cell_len(text) <= self.size.width - 4

    def _title(self, facts: tuple[str, ...]) -> str:
        return " · ".join((f"{self.NUMBER} {self.title}", *facts))

    @property
    def title(self) -> str:
        """What the pane shows, in a word."""
        return self.TITLE

    def subtitle(self, text: str) -> None:
        """Put a smaller fact into the lower border."""
        if self.border_subtitle != (escaped := _literal(text)):
            last = self.outer_size.height - 2
            with self._redrawing(Region(-1, last, self.outer_size.width, 1)):
                self.border_subtitle = escaped

    @contextmanager
    def _redrawing(self, border: Region) -> Iterator[None]:
        """Redraw one line of the border alone.

        Textual redraws a pane with all that is in it when its title changes. With the step in the
        titles, the screen would need 50 % of a core during training, not 32 %.
        """
        self._border = border
        try:
            yield
        finally:
            self._border = None

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Refresh the pane, or only the line of the border whose text changes."""
        if self._border is not None and self.is_mounted and not regions:
            regions = (self._border,)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


def _literal(text: str) -> str:
    # Borders read markup; a data set may be called "[b]".
    return Content(text).markup
