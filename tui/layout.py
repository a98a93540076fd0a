"""The screen as it is laid out: four panes, which of them are shown, a status line, a footer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus, Resize
from textual.filter import LineFilter, Monochrome, NoColor
from textual.widgets import Input

from tui import filters, themes
from tui.actions import GROUP_TITLES, Action, bindings_of
from tui.arrangement import Arrangement, arrangement
from tui.config import Config
from tui.footer import KeyFooter
from tui.keys import KeyMap
from tui.panes.dataset import DatasetPane
from tui.panes.loss import LossPane
from tui.panes.matrix import MatrixPane
from tui.panes.pane import Pane
from tui.panes.samples import SamplesPane
from tui.sentence import Sentence
from tui.status import StatusLine
from tui.terminal import Terminal
from tui.toasts import ToastingApp


def _commands() -> Any:
    from tui.commands import LabCommands  # with the palette: the first paint needs none of it

    return LabCommands


class Body(Horizontal):
    """Where the panes stand. The matrix takes of it what suits it, so it is fitted to each size."""

    def on_resize(self) -> None:
        """More room or less: the matrix hears of it even where its own size stays the same."""
        self.call_after_refresh(self.query_one(MatrixPane).refit)


class LaidOutApp(ToastingApp):
    """The widgets of the lab in a terminal of any size; subclasses give them what they show."""

    TITLE = "makemore-tui"
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        "lab.tcss", "panes/matrix.tcss", "panes/loss.tcss", "panes/dataset.tcss",
        "panes/samples.tcss",
    ]  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(tuple(GROUP_TITLES), app=True)]
    COMMANDS = App.COMMANDS | {_commands}
    ALLOW_IN_MAXIMIZED_VIEW = "#status, #banner, Footer"

    def __init__(self, terminal: Terminal, config: Config, lab_name: str) -> None:
        """An empty lab.

        Args:
            terminal: what can be drawn.
            config: what a person has chosen.
            lab_name: what the lab is called.
        """
        super().__init__(terminal, KeyMap(config.keys))
        self.lab_name = lab_name
        self.config = config
        self._arrangement: Arrangement = "all"
        self._looked_at = MatrixPane.NUMBER
        self._companion = LossPane.NUMBER  # the other pane that was looked at last
        for theme in themes.themes(terminal.colours):
            self.register_theme(theme)
        self.theme = config.theme
        if config.slow_link:
            self.animation_level = "none"
        self.add_class(f"-{terminal.colours}")

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every line goes through on its way to this terminal."""
        # Textual's own for NO_COLOR sends greys, which a terminal without colours has none of.
        ours = [f for f in super().get_line_filters() if not isinstance(f, Monochrome | NoColor)]
        if self.terminal.colours == "none":
            ours.append(filters.DARK if self.current_theme.dark else filters.LIGHT)
        if not self.terminal.unicode:
            ours.append(filters.ASCII)
        return ours

    def compose(self) -> ComposeResult:
        """Status on top, the matrix on the left, everything else on the right, keys at the foot."""
        yield StatusLine(self.lab_name)
        yield Sentence(id="banner")
        # Kept, as Textual finds only the enlarged pane while one is.
        self._body, self._right, self._below = (
            Body(id="body"), Vertical(id="right"), Horizontal(id="below"),
        )  # fmt: skip
        self.panes = MatrixPane(), LossPane(), DatasetPane(), SamplesPane()
        matrix, loss, dataset, samples = self.panes
        with self._body:
            yield matrix
            with self._right:
                yield loss
                with self._below:
                    yield dataset
                    yield samples
        yield KeyFooter()

    def on_resize(self, event: Resize) -> None:
        """Another size of the terminal: perhaps other panes."""
        self._arrangement = arrangement(*event.size)
        self.arrange(self._looked_at)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """The focus came to a pane: where not all have room, it is one of the shown."""
        if isinstance(event.widget, Input):
            event.widget.cursor_blink = not self.config.slow_link
        if isinstance(event.widget, Pane):
            self.arrange(event.widget.NUMBER)

    async def attend(self, action: Action) -> None:
        """Turn to the pane that an action is about, where it has no room beside the others."""
        for pane in self.panes:
            if pane.id == action.group != "dataset" and not pane.display:
                await self.run_action(f"pane({pane.NUMBER})")

    def arrange(self, number: int) -> None:
        """Show as many panes as there is room for, and this one among them."""
        chosen, self._looked_at = self._arrangement, number
        if number != MatrixPane.NUMBER:
            self._companion = number
        shown = {
            "all": {1, 2, 3, 4},
            "beside": {1, self._companion},
            "below": {1, self._companion},
            "alone": {number},
        }[chosen]
        for pane in self.panes:
            pane.display = pane.NUMBER in shown
            pane.set_class(chosen == "below", "-below")
            pane.set_class(chosen == "alone", "-alone")
        self._below.display = bool(shown & {3, 4})
        self._right.display = shown != {1}
        self._body.set_class(chosen == "below", "-below")

    def announce(self, sentence: str) -> None:
        """Say a sentence above the panes, until another is said; an empty one: nothing."""
        if not self.is_running:
            return
        banner = self.query_one("#banner", Sentence)
        banner.set_class(bool(sentence), "-shown")
        banner.say(sentence)
