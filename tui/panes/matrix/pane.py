"""The matrix pane: which view, which part, which pair; the grid draws it, the read-out tells it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size

from engine.text.labels import beside
from engine.wire.events import DatasetOpened, Snapshot
from engine.wire.values import View
from tui.actions import PANE_GROUPS, bindings_of, unlisted
from tui.drawing.line_widget import LineWidget
from tui.keys.overrides import keys_of
from tui.panes.matrix.cells import Window, ramp_for
from tui.panes.matrix.drawing import Sight
from tui.panes.matrix.forming_hint import FormingHint
from tui.panes.matrix.grid import MatrixGrid
from tui.panes.matrix.labels import axis_labels
from tui.panes.matrix.legend import legend
from tui.panes.matrix.read_out import EMPTY, readout
from tui.panes.matrix.room import room_for, stands_above, take
from tui.panes.matrix.scales import fitting, scales
from tui.panes.matrix.scrolling import NO_LABELS, MatrixScroll
from tui.panes.matrix.views import (
    COUNTS,
    fitted_with,
    run_names,
    view_facts,
    view_name,
    view_names,
    views_of,
)
from tui.panes.pane import Pane
from tui.terminal.capabilities import terminal_of
from tui.terminal.letter_widths import laid_out


class MatrixPane(Pane):
    """A matrix of symbols by symbols, in one of some views: counts, P of a run, a difference."""

    NUMBER = 1
    TITLE = "Bigrams"
    EXPORT = "matrix"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of(PANE_GROUPS["matrix"]),
        *unlisted({
            "up,k": "move(-1, 0)", "down,j": "move(1, 0)", "left,h": "move(0, -1)",
            "right,l": "move(0, 1)", "home": "edge(0, -1)", "end": "edge(0, 1)",
            "ctrl+home": "edge(-1, 0)", "ctrl+end": "edge(1, 0)",
            "pageup": "page(-1)", "pagedown": "page(1)",
        }),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__("matrix")
        self.view: View = "counts"
        self.by_frequency = False
        self._place = MatrixScroll()
        self._labels: tuple[str, ...] = NO_LABELS  # at the edges
        self._told = 1  # lines of the read-out
        self._hint = FormingHint()

    def contents(self) -> ComposeResult:
        """The grid, and the read-out below it."""
        yield MatrixGrid()
        yield LineWidget(id="reading")

    # --- what others ask of it

    @property
    def cursor(self) -> tuple[int, int] | None:
        """The pair under the cursor, as symbols."""
        return self._place.cursor

    @property
    def sight(self) -> Sight:
        """The part that is shown, as symbols."""
        return self._place.sight

    @property
    def views(self) -> tuple[View, ...]:
        """The views that there are."""
        return views_of(self.dataset, self.snapshot)

    def opened(self, dataset: DatasetOpened) -> None:
        """Show another data set's matrix, from its first pair."""
        super().opened(dataset)
        self._hint = FormingHint()
        self._labels = axis_labels(dataset.labels)
        self._place = MatrixScroll(scales(self._labels)[-1], self._place.room)
        self.query_one(MatrixGrid).fill(None)
        self._sort()
        self.refit()

    def shown(self, snapshot: Snapshot) -> None:
        """Draw newer values."""
        before, fitted = self.snapshot, self._fitted_with(self.snapshot)
        super().shown(snapshot)
        is_refitted = before is not None and fitted != self._fitted_with(snapshot)
        is_live = self.view not in (COUNTS, "compared")
        self._hint.look(before, snapshot, is_live=is_live, is_refitted=is_refitted)
        if self.view not in self.views:  # it has gone with its run
            self.show_view("selected")
        if snapshot.cells is not None and snapshot.cells.view == self.view:
            self.query_one(MatrixGrid).fill(Window(snapshot.cells))
        self._tell()

    def view_after(self, by: int) -> View:
        """The next view, or the previous."""
        views = self.views
        at = views.index(self.view) if self.view in views else 0
        return views[(at + by) % len(views)]

    def show_view(self, view: View) -> None:
        """Show a view."""
        self.view = view
        self._hint.end()
        self._tell()
        self.post_message(self.NeedsChanged())

    def reorder(self) -> None:
        """Sort the characters by the alphabet, or by how often they occur."""
        pair = self.cursor
        self.by_frequency = not self.by_frequency
        if pair is not None:
            self._sort()
            self.go_to(*pair)

    def go_to(self, row: int, column: int) -> None:
        """Move the cursor to a pair of symbols; other data may have been opened meanwhile."""
        place = self._place.place_of((row, column))
        if place is not None:
            self._go(*place)

    def refit(self) -> None:
        """Take the largest scale that the room allows, and just the space that it needs.

        In a broad terminal it takes one with numbers, whose rows may scroll. Enlarged, it takes the
        largest of all, and scrolls where that does not fit.
        """
        if self.dataset is None or not self.is_mounted:
            return
        room = room_for(self)
        if room.height <= 0:
            return  # nothing has its place yet
        terminal = terminal_of(self.app)
        halves = terminal.unicode and terminal.colours != "none"
        fit = fitting(scales(self._labels, halves=halves), room)
        take(self, room, fit)
        # A line of air between matrix and read-out, where there is one to spare.
        has_air = fit.height < room.height and not stands_above(self)
        self.query_one(MatrixGrid).styles.height = fit.matrix + has_air
        self.query_one("#reading", LineWidget).styles.height = self._told = fit.read_out
        self._place.scale = fit.scale
        self._place.room = Size(fit.columns, room.height - fit.read_out)
        self._go(*self._place.at)

    # --- moving

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor by some cells."""
        row, column = self._place.at
        self._go(row + rows, column + columns)

    def action_edge(self, rows: int, columns: int) -> None:
        """Move the cursor to an edge of the matrix."""
        far = len(self._place.order)
        self.action_move(rows * far, columns * far)

    def action_page(self, by: int) -> None:
        """Move the cursor by as many rows as are shown."""
        self.action_move(by * max(1, len(self.sight.rows) - 1), 0)

    def on_matrix_grid_clicked(self, event: MatrixGrid.Clicked) -> None:
        """Move the cursor to where it was clicked."""
        self.focus()
        self.go_to(event.row, event.column)

    def wheel(self, lines: int, columns: int) -> None:
        """Show another part; the cursor stays on its pair, in sight or not."""
        if self.dataset is not None and self._place.scroll(lines, columns):
            self._look()

    def _sort(self) -> None:
        assert self.dataset is not None
        often, symbols = self.dataset.frequencies, range(len(self.dataset.labels))
        by = sorted(symbols, key=lambda s: -often[s]) if self.by_frequency else symbols
        self._place.sort(by)

    def _go(self, row: int, column: int) -> None:
        """Put the cursor somewhere, and scroll as little as brings it into sight."""
        if self.dataset is not None:
            self._place.go(row, column)
            self._look()

    def _look(self) -> None:
        """Draw the part that is shown now, and ask for what it needs."""
        cursor = self.cursor
        assert cursor is not None
        self.query_one(MatrixGrid).look(self._labels, self.sight, cursor)
        self._tell()
        self.post_message(self.NeedsChanged())

    # --- telling

    def _tell(self) -> None:
        """Bring titles and read-out up to date."""
        if self.dataset is None:
            return
        snapshot, cursor, place = self.snapshot, self.cursor, self._place
        assert cursor is not None
        names = view_names(self.view, snapshot, in_cells=place.scale.has_numbers)
        name = next(filter(self.has_room, names), names[-1])
        facts = view_facts(self.view, snapshot)
        if not self.has_room(name, *facts):
            facts = view_facts(self.view, snapshot, brief=True)
        self.entitle(name, *facts)
        order = "most frequent first" if self.by_frequency else ""
        # The settings stand nowhere else; where one is can be seen by the labels.
        (where, brief), fitted = place.place_texts(), self._fitted_with(snapshot)
        lengths = ((order, where, fitted), (order, brief, fitted), ("", brief, fitted))
        texts = [" · ".join(filter(None, parts)) for parts in lengths]
        if self._hint.is_shown:
            key, name = keys_of(self.app).name("matrix.next_view"), view_name("selected", snapshot)
            texts = [f"{key}: {name}, forming"]
        self.subtitle(*texts)

        reading = snapshot.reading if snapshot else None
        if reading is not None and (reading.row, reading.column) != cursor:
            reading = None  # of the pair before; this one's is on its way
        labels = self.dataset.labels
        pair = laid_out(beside(labels[cursor[0]], labels[cursor[1]]))
        below = self.query_one("#reading", LineWidget)
        runs = run_names(snapshot)
        below.show(readout(pair, runs, reading, place.room.width, self._told, self._legend))

    def _fitted_with(self, snapshot: Snapshot | None) -> str:
        return fitted_with(self.dataset, snapshot, self.view)

    def _legend(self, width: int) -> Content:
        """The shades of the cells that are shown, in at most so many columns."""
        if self.snapshot is None or (cells := self.snapshot.cells) is None:
            return EMPTY
        terminal = terminal_of(self.app)
        ramp = ramp_for(cells.view, dark=self.app.current_theme.dark, terminal=terminal)
        root, (_, name) = "√" if terminal.unicode else "sqrt", run_names(self.snapshot)
        return legend(ramp, cells.low, cells.high, cells.view, width, name, root=root)
