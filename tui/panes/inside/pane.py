"""The pane that shows what is inside the selected run's model, a picture at a time."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from engine.wire.events import DatasetOpened, Snapshot
from engine.wire.inside import (
    Gradients,
    Heatmap,
    Histograms,
    Inside,
    Look,
    Points,
)
from tui.actions import PANE_GROUPS, bindings_of, unlisted
from tui.drawing.line_widget import LineWidget
from tui.drawing.shades import Kind, Ramp, ramp
from tui.panes.inside.drawing import picture_lines
from tui.panes.inside.heatmap import heatmap_notes, room_for_cells
from tui.panes.inside.points import points_notes
from tui.panes.inside.tabs import tabs
from tui.panes.pane import Pane
from tui.terminal.capabilities import terminal_of
from tui.terminal.letter_widths import laid_out

NOTHING: Final = "{run} has no weights to look at: it is fitted to its data at once."
VIEWS: Final = ("matrix.next_view", "matrix.previous_view")  # here they turn to another picture


class InsidePane(Pane):
    """Weights, embedding, activations, gradients, attention: as many as the run's model has."""

    NUMBER = 5
    TITLE = "Inside"
    EXPORT = "inside"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of(PANE_GROUPS["inside"]),
        *(view for view in bindings_of(("matrix",)) if view.id in VIEWS),
        *unlisted({
            "up,left,k,h": "move(-1)", "down,right,j,l": "move(1)", "pageup": "move(-8)",
            "pagedown": "move(8)",
        }),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__("inside")
        self._picture = ""  # name of the one that is wanted; empty: the first
        self._parts: dict[str, int] = {}  # by picture: which weights, or which head
        self._scrolled = 0  # lines of a table
        self._awaiting = 0  # pictures to turn on by, once it is known which there are
        self._is_shown = False

    def contents(self) -> ComposeResult:
        """Yield the lines of the picture."""
        yield LineWidget(id="picture")

    # --- what others ask of it

    def look(self, word: str) -> Look | None:
        """What it wants of the engine; None while it is not shown. The word is for attention."""
        if not self._is_shown or self.dataset is None:
            return None
        rows, columns = room_for_cells(self._width, self._height, self._ramp("diverging"))
        inside = self._inside
        picture = self._picture if inside is None else self._chosen(inside)
        return Look(picture, self._parts.get(picture, 0), rows, columns, word)

    @property
    def weights(self) -> str:
        """Name of the weights that are shown, or that were shown last."""
        inside = self._inside
        return inside.part if inside and isinstance(inside.picture, Heatmap) else ""

    def turn(self, by: int) -> None:
        """Show the next picture, or the previous."""
        inside = self._inside
        if inside is None:
            self._awaiting += by
        elif inside.pictures:
            at = inside.pictures.index(self._chosen(inside))
            self._picture = inside.pictures[(at + by) % len(inside.pictures)]
            self._scrolled = 0
            self.post_message(self.NeedsChanged())

    def action_move(self, by: int) -> None:
        """Show other weights, or another head; or scroll a table."""
        inside = self._inside
        if inside is None:
            return
        picture = self._chosen(inside)
        if inside.parts > 1 or inside.name != picture:
            self._parts[picture] = self._parts.get(picture, 0) + by
            self.post_message(self.NeedsChanged())
        else:
            self._scrolled += by
            self._draw()

    def wheel(self, lines: int, columns: int) -> None:
        """Scroll a table."""
        if self._inside is not None and self._inside.parts == 1:
            self.action_move(lines)

    def _chosen(self, inside: Inside) -> str:
        """The picture that was asked for last, which may be on its way."""
        return self._picture if self._picture in inside.pictures else inside.name

    # --- what happens

    def opened(self, dataset: DatasetOpened) -> None:
        """Begin with another data set's runs."""
        super().opened(dataset)
        self.query_one(LineWidget).show([])
        self.entitle()
        self.post_message(self.NeedsChanged())

    def shown(self, snapshot: Snapshot) -> None:
        """Draw a newer state of the picture."""
        super().shown(snapshot)
        if self._is_shown and snapshot.inside is not None:
            if self._awaiting:
                by, self._awaiting = self._awaiting, 0
                self.turn(by)
            self._draw()

    def on_show(self) -> None:
        """Ask for a picture."""
        self._is_shown = True
        super().on_show()

    def on_hide(self) -> None:
        """Ask for nothing any more."""
        self._is_shown = False
        self.post_message(self.NeedsChanged())

    def refit(self) -> None:
        """Draw for the size that the pane has now, and ask for as much as it has room for."""
        self._draw()
        self.post_message(self.NeedsChanged())

    def notify_style_update(self) -> None:
        """Take the colours of another theme."""
        super().notify_style_update()
        if self.is_mounted:
            self.call_after_refresh(self.refit)

    # --- drawing

    @property
    def _inside(self) -> Inside | None:
        return None if self.snapshot is None else self.snapshot.inside

    @property
    def _width(self) -> int:
        return self.content_size.width

    @property
    def _height(self) -> int:
        """Lines of a picture: one is taken by the tabs."""
        return self.content_size.height - 1

    def _ramp(self, kind: Kind) -> Ramp:
        terminal = terminal_of(self.app)
        return ramp(kind, dark=self.app.current_theme.dark, rooted=False, terminal=terminal)

    def _draw(self) -> None:
        inside = self._inside
        if inside is None or self.snapshot is None or self._width <= 0:
            return
        if not inside.pictures:
            told = NOTHING.format(run=laid_out(self.snapshot.selected_run.name))
            self.entitle()
            self.subtitle("")
            self.query_one(LineWidget).show(Content(told).wrap(self._width))
            return
        assert self.dataset is not None
        sizes = self._width, self._height
        lines = picture_lines(inside.picture, self.dataset, *sizes, self._ramp)
        room = max(1, self._height)
        self._scrolled = max(0, min(self._scrolled, len(lines) - room))
        seen = lines[self._scrolled : self._scrolled + room]
        self.query_one(LineWidget).show([tabs(inside, self._width), *seen])
        below = len(lines) - self._scrolled - room
        self._tell(inside, f"{below} below" if below > 0 else "")

    def _title(self, facts: tuple[str, ...]) -> str:
        """Leave the pane's own name out where what it shows has no room beside it."""
        title = super()._title(facts)
        if len(facts) != 1 or self.has_room_below(title):
            return title
        short = f"{self.NUMBER} {facts[0]}"
        return short if self.has_room_below(short) else title

    def _tell(self, inside: Inside, below: str) -> None:
        """Say in the borders what the picture is of, and between which values it lies."""
        at = f"{inside.at + 1} of {inside.parts}" if inside.parts > 1 else ""
        step = f"step {self.snapshot.step:,}" if self.snapshot else ""
        name = laid_out(inside.part or inside.name)
        match inside.picture:
            case Heatmap() as heatmap:
                shape, ends, shared = heatmap_notes(heatmap)
                self.entitle(f"{name} · {shape}", step)
                texts = [(ends, at, shared), (ends, at), (ends,)]
            case Points() as points:
                share, dimensions = points_notes(points)
                self.entitle(f"{name} · {share}", step)
                is_told = self.has_room(f"{name} · {share}")
                texts = [(dimensions,), ("" if is_told else share,)]
            case Histograms(places=places):
                self.entitle(name, step)
                texts = [(f"at {places:,} places of the data", below), (below,)]
            case Gradients(places=places):
                self.entitle(name, step)
                update = "update: log10 of update:data"
                texts = [(update, f"at {places:,} places", below), (update, below), (below,)]
            case _:
                self.entitle(name, step)
                texts = [(at, below)]
        self.subtitle(*(" · ".join(filter(None, parts)) for parts in texts))
