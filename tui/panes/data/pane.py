"""The data pane, which describes the data set that is open."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Static

from engine.wire.events import DatasetOpened
from tui.actions import PANE_GROUPS, bindings_of, unlisted
from tui.panes.pane import Pane
from tui.terminal.letter_widths import drawable


class Facts(VerticalScroll, can_focus=False):
    """The scrolling text of the data pane; it tells the pane of each new size."""

    class Resized(Message):
        """The text has got more room, or less."""

    def on_resize(self) -> None:
        """Tell the pane that the size has changed."""
        self.post_message(self.Resized())


class DatasetPane(Pane):
    """Shows figures, bars and the first words, and scrolls if they do not fit."""

    NUMBER = 3
    TITLE = "Data"
    EXPORT = "dataset"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of(PANE_GROUPS["dataset"]),
        *unlisted({
            "up,k": "scroll(-1)", "down,j": "scroll(1)", "pageup": "scroll(-8)",
            "pagedown": "scroll(8)", "home": "scroll(-9999)", "end": "scroll(9999)",
        }),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__("dataset")
        self._lines = 0  # of all there is to say
        self._fitted: tuple[DatasetOpened, Size] | None = None  # what the lines were broken for

    def contents(self) -> ComposeResult:
        """Yield one text that scrolls."""
        with Facts():
            yield Static(id="facts", markup=False)

    def on_mount(self) -> None:
        """Tell which lines are shown, whatever scrolls them."""
        self.watch(self.query_one(Facts), "scroll_y", self._tell)

    def opened(self, dataset: DatasetOpened) -> None:
        """Show another data set's figures, from the top."""
        super().opened(dataset)
        self.query_one(Facts).scroll_home(animate=False)
        self.call_after_refresh(self.refit)

    def on_facts_resized(self) -> None:
        """Break the figures into lines anew."""
        self.refit()

    def action_scroll(self, by: int) -> None:
        """Scroll by some lines."""
        self.query_one(Facts).scroll_relative(y=by, animate=False)

    def refit(self) -> None:
        """Break the figures into lines of the present width."""
        # Imported with the first data set: the first paint needs none of it.
        from tui.panes.data.facts import facts

        box = self.query_one(Facts)
        width = box.scrollable_content_region.width
        if self.dataset is not None and width > 0 and self._fitted != (self.dataset, box.size):
            self._fitted = self.dataset, box.size
            self.entitle(drawable(self.dataset.name))
            lines = facts(self.dataset, width, box.size.height)
            self.query_one("#facts", Static).update(Content("\n").join(lines))
            self._lines = len(lines)
            self._tell()

    def _title(self, facts: tuple[str, ...]) -> str:
        """Write the file's name, in place of the pane's if there is no room for both."""
        title = super()._title(facts)
        if facts or self.dataset is None:
            return title
        short = f"{self.NUMBER} {drawable(self.dataset.name)}"
        return short if self.has_room_below(short) else title

    def _tell(self) -> None:
        """Say in the border which of the lines are shown, where not all are."""
        box = self.query_one(Facts)
        first, shown = round(box.scroll_y), box.size.height
        part = f"{first + 1}–{min(first + shown, self._lines)} of {self._lines}"
        self.subtitle(part if 0 < shown < self._lines else "")
