"""The layout of the panes: which are shown at which size, and how one gets to the others."""

from __future__ import annotations

from textual import getters
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from engine.wire.requests import Watch
from tui.chrome.breakpoints import BROAD, Arrangement
from tui.panes.data.pane import DatasetPane
from tui.panes.inside.pane import InsidePane
from tui.panes.loss.pane import LossPane
from tui.panes.matrix.pane import MatrixPane
from tui.panes.names.pane import NamesPane
from tui.panes.pane import Pane
from tui.terminal_app import TerminalApp


class PaneLayout(Horizontal):
    """Shows the matrix on the left and the other panes on the right; fewer where room is scarce.

    What is inside a model takes the place of the data, and of the names too where both are narrow.
    """

    app = getters.app(TerminalApp)

    def __init__(self) -> None:
        super().__init__(id="body")
        self._arrangement: Arrangement = "all"
        self._looked_at = MatrixPane.NUMBER
        self._companion = LossPane.NUMBER  # the other pane that was looked at last
        self.matrix, self.loss = MatrixPane(), LossPane()
        self.data, self.names, self.inside = DatasetPane(), NamesPane(), InsidePane()
        self._has_inside = False
        self._before_inside = (self._looked_at, self._companion)  # as they were then
        self.panes: tuple[Pane, ...] = (
            self.matrix, self.loss, self.data, self.inside, self.names,
        )  # fmt: skip
        # Kept, as Textual finds only the enlarged pane while one is.
        self._right, self._below = Vertical(id="right"), Horizontal(id="below")

    def compose(self) -> ComposeResult:
        """Yield the matrix on the left, and everything else on the right."""
        yield self.matrix
        with self._right:
            yield self.loss
            with self._below:
                yield self.data
                yield self.inside
                yield self.names

    def on_resize(self) -> None:
        """Give the matrix as much of the room as suits it, even if its own size stays."""
        self.call_after_refresh(self.matrix.refit)

    def rearrange(self, arrangement: Arrangement) -> None:
        """Choose the panes for another size of the terminal."""
        self._arrangement = arrangement
        self.show_pane(self._looked_at)

    def show_pane(self, number: int) -> None:
        """Show as many panes as there is room for, and this one among them."""
        chosen, self._looked_at = self._arrangement, number
        if number == InsidePane.NUMBER:
            self._has_inside = True
        elif number in self._replaced:
            self._has_inside = False
        if number != MatrixPane.NUMBER:
            self._companion = number
        two = {MatrixPane.NUMBER, self._companion}
        all_ = {1, 2, 3, 4, 5} - self._replaced
        shown = {"all": all_, "beside": two, "below": two, "alone": {number}}[chosen]
        for pane in self.panes:
            pane.display = pane.NUMBER in shown
            pane.set_class(chosen == "below", "-below")
            pane.set_class(chosen == "alone", "-alone")
        self._below.display = bool(shown & {3, 4, 5})
        self._right.display = shown != {1}
        self.set_class(chosen == "below", "-below")

    @property
    def _replaced(self) -> set[int]:
        """The panes in whose place another stands."""
        if not self._has_inside:
            return {InsidePane.NUMBER}
        is_narrow = self._arrangement == "all" and self.screen.size.width < BROAD
        return {DatasetPane.NUMBER, *([NamesPane.NUMBER] if is_narrow else [])}

    def go_to(self, number: int) -> None:
        """Go to a pane; if another was enlarged, this one is enlarged now.

        From the inside of a model, its number goes back.
        """
        if number == InsidePane.NUMBER:
            if self.screen.focused is self.inside:
                self._has_inside, (number, self._companion) = False, self._before_inside
            elif not self._has_inside:
                self._before_inside = (self._looked_at, self._companion)
        pane = next(pane for pane in self.panes if number == pane.NUMBER)
        self.show_pane(number)
        if self.screen.maximized is not None:
            self.screen.minimize()
            self._enlarge(pane)
        self.screen.set_focus(pane)  # at once: the next key may already mean this pane

    def turn(self, by: int) -> None:
        """Go to the next pane, or the previous, whether it is shown or not."""
        numbers = [pane.NUMBER for pane in self.panes if pane.NUMBER not in self._replaced]
        focused = self.screen.focused
        at = focused.NUMBER if isinstance(focused, Pane) else numbers[0] - by
        self.go_to(
            numbers[(numbers.index(at) + by) % len(numbers)] if at in numbers else numbers[0]
        )

    def zoom(self) -> None:
        """Enlarge the focused pane, or shrink it again."""
        focused = self.screen.focused
        if self.screen.maximized is not None:
            self.screen.minimize()
            self._refit()
        elif isinstance(focused, Pane):
            self._enlarge(focused)

    def _enlarge(self, pane: Pane) -> None:
        # Beforehand: Textual arranges an enlarged widget only once.
        pane.styles.width = pane.styles.height = None
        self.screen.maximize(pane, container=False)
        self._refit()

    def _refit(self) -> None:
        self.app.hold()
        for pane in self.panes:
            self.call_after_refresh(pane.refit)

    def wanted(self, frames: float) -> Watch:
        """Tell what the panes show, and so what snapshots are to hold; so many a second at most."""
        sight, name = self.matrix.sight, self.names.picked
        return Watch(
            view=self.matrix.view,
            rows=sight.rows,
            columns=sight.columns,
            cursor=self.matrix.cursor,
            loss_columns=self.loss.columns,
            names=self.names.names,
            all_runs=True,  # the keys and the palette go to any; the legend of the loss names them
            inside=self.inside.look("" if name is None else name.text),
            frames=frames,
        )
