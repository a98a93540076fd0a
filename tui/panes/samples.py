"""The names, or texts, that the models make, newest at the bottom, like a log."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from engine.protocol import (
    KEPT_NAMES,
    DatasetOpened,
    Exportable,
    Name,
    Snapshot,
    Source,
)
from tui.actions import PANE_GROUPS, bindings_of
from tui.keys import keys_of
from tui.lines import Lines
from tui.panes.names_drawing import CUT, halves, header_lines, line_of
from tui.panes.names_place import NamesPlace
from tui.panes.pane import Pane
from tui.panes.texts_drawing import lines_of
from tui.panes.texts_place import TextsPlace
from tui.panes.wheel import Wheeled
from tui.terminal import terminal_of

_QUIET: Final = "$foreground-muted"


class SamplesPane(Wheeled, Pane):
    """Names from the count model, from the net, or from both side by side."""

    NUMBER = 4
    TITLE = "Names"
    EXPORT: ClassVar[Exportable] = "samples"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of(PANE_GROUPS["samples"]),
        Binding("up,k", "pick(-1)", show=False),
        Binding("down,j", "pick(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", f"pick(-{KEPT_NAMES})", show=False),
        Binding("end", f"pick({KEPT_NAMES})", show=False),
        Binding("left,h", "side(0)", show=False),
        Binding("right,l", "side(1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__("samples")
        self._place: NamesPlace | TextsPlace = NamesPlace()
        self._shown: list[int] = []  # the draw that each line is of

    def contents(self) -> ComposeResult:
        """The sampler's settings, and the names below them."""
        yield Lines(id="sampler")
        yield Lines(id="names")

    @property
    def title(self) -> str:
        """See `Pane.title`."""
        return "Texts" if self.is_of_text else self.TITLE

    @property
    def is_of_text(self) -> bool:
        """Whether texts are drawn, not names."""
        return self.dataset is not None and self.dataset.data_format.format == "text"

    @property
    def names(self) -> int:
        """How many of the newest names are wanted."""
        return self._place.wanted

    @property
    def picked(self) -> Name | None:
        """The name under the cursor, or the newest; None where there is none."""
        place, names = self._place, self.snapshot.names if self.snapshot else ()
        index = place.drawn - 1 if place.cursor is None else place.cursor
        for draw in names:
            if draw.index == index:
                first, second = (draw.net, draw.counts) if place.right else (draw.counts, draw.net)
                return first or second
        return None

    def opened(self, dataset: DatasetOpened) -> None:
        """Begin an empty log."""
        super().opened(dataset)
        for part in self.query(Lines):
            part.show([])
        self._place = TextsPlace() if self.is_of_text else NamesPlace()
        self.post_message(self.NeedsChanged())

    def shown(self, snapshot: Snapshot) -> None:
        """Draw the newest names."""
        super().shown(snapshot)
        wanted = self._place.wanted
        self._draw()
        if self._place.wanted != wanted:
            self.post_message(self.NeedsChanged())

    def action_pick(self, by: int) -> None:
        """Move the cursor to an older name, or to a newer one."""
        self._place.move(by)
        self.refit()

    def action_page(self, by: int) -> None:
        """Move the cursor by some names, or scroll texts by what is shown of them."""
        if isinstance(self._place, TextsPlace):
            self.wheel(by * max(1, self._place.rows - 1), 0)
        else:
            self.action_pick(8 * by)

    def action_side(self, right: int) -> None:
        """Of two names beside each other, pick the other model's."""
        self._place.right = bool(right)
        if self._place.cursor is None:
            self._place.move(-1)
        self.refit()

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the name that was clicked."""
        names = self.query_one("#names", Lines)
        offset = event.get_content_offset(names)
        if offset is not None and self.snapshot is not None and offset.y < len(self._shown):
            self._place.right = offset.x > names.size.width // 2
            self._place.pick(self._shown[offset.y])
            self.refit()

    def wheel(self, lines: int, columns: int) -> None:
        """Show older names, or newer."""
        self._place.scroll(-lines)
        self.refit()

    def refit(self) -> None:
        """Show as many names as there is room for."""
        self._draw()
        self.post_message(self.NeedsChanged())

    def _draw(self) -> None:
        snapshot, width = self.snapshot, self.content_size.width
        if snapshot is None or width <= 0:
            return
        settings = snapshot.settings
        self.entitle(settings.source, *(["sampling"] if settings.keep_sampling else []))
        header = header_lines(settings, width)
        rows = self.content_size.height - len(header)
        self._grow(snapshot, rows, width)
        back = f"{self._place.back:,} back" if self._place.back else ""
        count = f"{snapshot.drawn:,}" if snapshot.drawn else ""
        self.subtitle(" · ".join(filter(None, (back, count))))
        self.query_one("#sampler").styles.height = len(header)
        self.query_one("#sampler", Lines).show(header)
        self.query_one("#names", Lines).show(self._names(snapshot, width, rows))

    def _grow(self, snapshot: Snapshot, rows: int, width: int) -> None:
        if isinstance(self._place, NamesPlace):
            self._place.grow(snapshot.drawn, rows)
            return
        settings = snapshot.settings
        self._place.grow(
            snapshot.drawn,
            rows,
            settings.length + len(settings.prefix),
            halves(width)[0] if settings.source == "both" else width,
            is_followed=not settings.keep_sampling,
        )

    def _names(self, snapshot: Snapshot, width: int, rows: int) -> list[Content]:
        if not snapshot.names:
            self._shown = []
            blank = [Content("")] * max(0, (rows - 1) // 2)
            what = "a text" if self.is_of_text else "ten names"
            hint = Content.styled(
                f"Press {keys_of(self.app).name('samples.draw')} for {what}", _QUIET
            )
            return [*blank, Content.assemble(" " * ((width - hint.cell_length) // 2), hint)]
        both, cursor = snapshot.settings.source == "both", self._place.cursor
        picked: Source = "net" if self._place.right else "counts"
        if isinstance(self._place, TextsPlace):
            lines = {
                (draw.index, place): line
                for draw in snapshot.names
                for place, line in enumerate(
                    lines_of(draw, both, width, picked if draw.index == cursor else None)
                )
            }
            seen = self._place.window(list(lines))
            self._shown = [draw for draw, _ in seen]
            return [lines[place] for place in seen]
        last = max(0, len(snapshot.names) - self._place.back)
        shown = snapshot.names[max(0, last - rows) : last]
        self._shown = [draw.index for draw in shown]
        cut = CUT[terminal_of(self.app).unicode]
        return [
            line_of(draw, both, width, picked if draw.index == cursor else None, cut)
            for draw in shown
        ]
