"""The matrix pane: which view, which part, which pair; the grid draws it, the read-out tells it."""

from __future__ import annotations

from itertools import accumulate
from typing import ClassVar, Final, Literal

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from engine.text.labels import beside
from engine.wire.events import DatasetOpened, Snapshot
from engine.wire.requests import Exportable
from engine.wire.values import View
from tui.actions import PANE_GROUPS, bindings_of, unlisted
from tui.drawing.line_widget import LineWidget
from tui.drawing.numbers import compact
from tui.keys.overrides import keys_of
from tui.panes.matrix.cells import DIFFERENCE_IN_CELLS, VIEW_NAMES, VIEWS, Window, ramp_for
from tui.panes.matrix.drawing import Sight
from tui.panes.matrix.grid import MatrixGrid
from tui.panes.matrix.labels import axis_labels
from tui.panes.matrix.legend import legend
from tui.panes.matrix.read_out import EMPTY, readout
from tui.panes.matrix.scales import Fit, Room, Scale, fitting, scales, scrolled, shown_from
from tui.panes.pane import Pane
from tui.panes.wheel import Wheeled
from tui.terminal.capabilities import terminal_of
from tui.terminal.letter_widths import laid_out

OTHERS: Final = 46  # columns that the panes beside this one keep at the least
OTHERS_BELOW: Final = 12  # lines that the pane below this one keeps
BROAD: Final = 200  # columns of a terminal from which cells tell their numbers, rather than fit
OF_THE_COUNTS: Final = ("counts", "probabilities")  # views that no training changes


class MatrixPane(Wheeled, Pane):
    """The bigram matrix in one of five views."""

    NUMBER = 1
    TITLE = "Bigrams"
    EXPORT: ClassVar[Exportable] = "matrix"
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
        self._order: tuple[int, ...] = ()
        self._places: dict[int, int] = {}
        self._at = (0, 0)  # the cursor, as places in the order
        self._corner = (0, 0)  # the place that is drawn first
        self._scale: Scale = scales(("·",))[-1]
        self._room = Size(0, 0)
        self._labels: tuple[str, ...] = ("·",)  # at the edges
        self._told = 1  # lines of the read-out
        self._hint: Literal["not yet", "now", "over"] = "not yet"  # that the net has a matrix too

    def contents(self) -> ComposeResult:
        """The grid, and the read-out below it."""
        yield MatrixGrid()
        yield LineWidget(id="reading")

    # --- what others ask of it

    @property
    def cursor(self) -> tuple[int, int] | None:
        """The pair under the cursor, as symbols."""
        if not self._order:
            return None
        return self._order[self._at[0]], self._order[self._at[1]]

    @property
    def sight(self) -> Sight:
        """The part that is shown, as symbols."""
        (top, left), scale = self._corner, self._scale
        rows = self._order[top : top + scale.rows_in(self._room.height)]
        across = shown_from(left, self._starts, self._across) if self._order else 0
        return Sight(scale, rows, self._order[left : left + across])

    def opened(self, dataset: DatasetOpened) -> None:
        """Show another data set's matrix, from its first pair."""
        super().opened(dataset)
        self._hint = "not yet"
        self._at = self._corner = (0, 0)
        self._labels = axis_labels(dataset.labels)
        self._scale = scales(self._labels)[-1]
        self.query_one(MatrixGrid).fill(None)
        self._sort()
        self.refit()

    def shown(self, snapshot: Snapshot) -> None:
        """Draw newer values."""
        before = self.snapshot
        rested = before is not None and before.state != "training"
        smoothed = before is not None and before.settings.smoothing != snapshot.settings.smoothing
        super().shown(snapshot)
        trains = snapshot.state == "training"
        if self._hint == "now" and (smoothed or not trains):  # it stands where the smoothing does
            self._hint = "over"
        elif self._hint == "not yet" and trains and rested and not smoothed:
            self._hint = "now" if self.view in OF_THE_COUNTS else "not yet"
        if snapshot.cells is not None and snapshot.cells.view == self.view:
            self.query_one(MatrixGrid).fill(Window(snapshot.cells))
        self._tell()

    def view_after(self, by: int) -> View:
        """The next view, or the previous."""
        return VIEWS[(VIEWS.index(self.view) + by) % len(VIEWS)]

    def show_view(self, view: View) -> None:
        """Show a view."""
        self.view = view
        if self._hint == "now":
            self._hint = "over"
        self._tell()
        self.post_message(self.NeedsChanged())

    def reorder(self) -> None:
        """Sort the characters by the alphabet, or by how often they occur."""
        pair = self.cursor
        self.by_frequency = not self.by_frequency
        if self.dataset is not None and pair is not None:
            self._sort()
            self._go(self._places[pair[0]], self._places[pair[1]])

    def go_to(self, row: int, column: int) -> None:
        """Move the cursor to a pair of symbols; other data may have been opened meanwhile."""
        if row in self._places and column in self._places:
            self._go(self._places[row], self._places[column])

    def refit(self) -> None:
        """Take the largest scale that the room allows, and just the space that it needs.

        In a broad terminal it takes one with numbers, whose rows may scroll. Enlarged, it takes the
        largest of all, and scrolls where that does not fit.
        """
        if self.dataset is None or not self.is_mounted:
            return
        room = self._room_to_take()
        if room.height <= 0:
            return  # nothing has its place yet
        terminal = terminal_of(self.app)
        halves = terminal.unicode and terminal.colours != "none"
        fit = fitting(scales(self._labels, halves=halves), room)
        self._take_room(room, fit)
        self._scale, self._told = fit.scale, fit.read_out
        self._room = Size(fit.columns, room.height - fit.read_out)
        self._go(*self._at)

    def _room_to_take(self) -> Room:
        """Measure what the panes beside and below leave to this one."""
        assert isinstance(self.parent, Widget)
        is_enlarged, width = self.has_class("-maximized"), self.screen.size.width
        is_whole = is_enlarged or self.has_class("-below") or self.has_class("-alone")
        # Unless it is enlarged, its own height is what is sought, and tells nothing.
        height = self.size.height if is_enlarged else self.parent.size.height - 2
        return Room(
            width=width - 2 - (0 if is_whole else OTHERS),
            height=height - (OTHERS_BELOW if self._stands_above else 0),
            is_whole=is_whole,
            is_enlarged=is_enlarged,
            is_broad=width >= BROAD,
        )

    @property
    def _stands_above(self) -> bool:
        """Whether another pane stands below this one."""
        return self.has_class("-below") and not self.has_class("-maximized")

    def _take_room(self, room: Room, fit: Fit) -> None:
        """Take just the room that the matrix and the read-out need."""
        width = None if room.is_enlarged else "100%" if room.is_whole else fit.columns + 2
        self.styles.width = width
        self.styles.height = fit.height + 2 if self._stands_above else None
        self.query_one("#reading", LineWidget).styles.height = fit.read_out
        # A line of air between matrix and read-out, where there is one to spare.
        has_air = fit.height < room.height and not self._stands_above
        self.query_one(MatrixGrid).styles.height = fit.matrix + has_air

    # --- moving

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor by some cells."""
        self._go(self._at[0] + rows, self._at[1] + columns)

    def action_edge(self, rows: int, columns: int) -> None:
        """Move the cursor to an edge of the matrix."""
        far = len(self._order)
        self._go(self._at[0] + rows * far, self._at[1] + columns * far)

    def action_page(self, by: int) -> None:
        """Move the cursor by as many rows as are shown."""
        self._go(self._at[0] + by * max(1, len(self.sight.rows) - 1), self._at[1])

    def on_matrix_grid_clicked(self, event: MatrixGrid.Clicked) -> None:
        """Move the cursor to where it was clicked."""
        self.focus()
        self.go_to(event.row, event.column)

    def wheel(self, lines: int, columns: int) -> None:
        """Show another part; the cursor stays on its pair, in sight or not."""
        cursor, of = self.cursor, len(self._order)
        if self.dataset is None or cursor is None:
            return
        most = (
            max(0, of - self._scale.rows_in(self._room.height)),
            scrolled(of - 1, of - 1, self._starts, self._across),
        )
        corner = (
            max(0, min(self._corner[0] + lines, most[0])),
            max(0, min(self._corner[1] + columns, most[1])),
        )
        if corner != self._corner:
            self._corner = corner
            self.query_one(MatrixGrid).look(self._labels, self.sight, cursor)
            self._tell()
            self.post_message(self.NeedsChanged())

    def _sort(self) -> None:
        assert self.dataset is not None
        order = range(len(self.dataset.labels))
        often = self.dataset.frequencies
        self._order = tuple(sorted(order, key=lambda s: -often[s]) if self.by_frequency else order)
        self._places = {symbol: place for place, symbol in enumerate(self._order)}

    def _go(self, row: int, column: int) -> None:
        """Put the cursor somewhere, and scroll as little as brings it into sight."""
        if self.dataset is None:
            return
        last = len(self._order) - 1
        self._at = max(0, min(last, row)), max(0, min(last, column))
        places, down = range(len(self._order) + 1), self._scale.rows_in(self._room.height)
        self._corner = (
            scrolled(self._corner[0], self._at[0], places, down),
            scrolled(self._corner[1], self._at[1], self._starts, self._across),
        )
        cursor = self.cursor
        assert cursor is not None
        self.query_one(MatrixGrid).look(self._labels, self.sight, cursor)
        self._tell()
        self.post_message(self.NeedsChanged())

    @property
    def _starts(self) -> list[int]:
        """Where each column would begin, if all were shown, and where the last one would end."""
        return list(accumulate(map(self._scale.width_of, self._order), initial=0))

    @property
    def _across(self) -> int:
        """Columns of the terminal that the cells may take."""
        return self._room.width - self._scale.gutter

    # --- telling

    def _tell(self) -> None:
        """Bring titles and read-out up to date."""
        if self.dataset is None:
            return
        snapshot, cursor, width = self.snapshot, self.cursor, self._room.width
        assert cursor is not None
        live = snapshot is not None and self.view not in ("counts", "probabilities")
        facts = [VIEW_NAMES[self.view]]
        if self.view == "difference" and self._scale.has_numbers:
            facts = [DIFFERENCE_IN_CELLS]
        if live and snapshot is not None:
            facts.append(f"step {snapshot.step:,}")
        self.entitle(*facts)
        (top, left), sight, all_ = self._corner, self.sight, len(self._order)
        part = sight.rows and (len(sight.rows) < all_ or len(sight.columns) < all_)
        order = "most frequent first" if self.by_frequency else ""
        place = f"{top + 1}–{top + len(sight.rows)} × {left + 1}–{left + len(sight.columns)}"
        smoothing = f"smoothing {compact(snapshot.settings.smoothing)}" if snapshot else ""
        where = f"{place} of {all_:,}" if part else ""
        # The smoothing stands nowhere else; where one is can be seen by the labels.
        brief = f"{len(sight.rows)} × {len(sight.columns)} of {all_:,}" if part else ""
        for parts in ((order, where, smoothing), (order, brief, smoothing), ("", brief, smoothing)):
            text = " · ".join(filter(None, parts))
            if len(text) <= self.size.width - 4:
                break
        if self._hint == "now":
            text = f"{keys_of(self.app).name('matrix.next_view')}: the net's own, forming"
        self.subtitle(text)

        reading = snapshot.reading if snapshot else None
        if reading is not None and (reading.row, reading.column) != cursor:
            reading = None  # of the pair before; this one's is on its way
        labels = self.dataset.labels
        pair = laid_out(beside(labels[cursor[0]], labels[cursor[1]]))
        below = self.query_one("#reading", LineWidget)
        below.show(readout(pair, reading, width, self._told, self._legend))

    def _legend(self, width: int) -> Content:
        """The shades of the cells that are shown, in at most so many columns."""
        if self.snapshot is None or (cells := self.snapshot.cells) is None:
            return EMPTY
        terminal = terminal_of(self.app)
        ramp = ramp_for(cells.view, dark=self.app.current_theme.dark, terminal=terminal)
        root = "√" if terminal.unicode else "sqrt"
        return legend(ramp, cells.low, cells.high, cells.view, width, root=root)
