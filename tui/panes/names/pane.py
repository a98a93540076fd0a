"""The names, or texts, that the runs make, newest at the bottom, like a log."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from engine.settings.limits import KEPT_CHARACTERS, KEPT_NAMES, NAMES_AT_ONCE
from engine.wire.events import DatasetOpened, Snapshot
from engine.wire.values import Name
from tui.actions import PANE_GROUPS, bindings_of, unlisted
from tui.drawing.line_widget import LineWidget
from tui.drawing.run_names import short_name
from tui.keys.overrides import keys_of
from tui.panes.names.drawing import CUT, halves, header_lines, hint_lines
from tui.panes.names.log import log_lines
from tui.panes.names.redraw_note import redrawn, source_name
from tui.panes.names.scrolling import NamesScroll
from tui.panes.names.step_headings import headings, steps_above
from tui.panes.pane import Pane
from tui.terminal.capabilities import terminal_of

SHORT_NAME: Final = 10  # columns of a run's name in a title without room


class NamesPane(Pane):
    """Shows names of the compared run, of the selected one, or of both side by side."""

    NUMBER = 4
    TITLE = "Names"
    EXPORT = "samples"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of(PANE_GROUPS["samples"]),
        *unlisted({
            "up,k": "pick(-1)", "down,j": "pick(1)", "left,h": "side(0)", "right,l": "side(1)",
            "pageup": "page(-1)", "pagedown": "page(1)",
            "home": f"pick(-{KEPT_NAMES})", "end": f"pick({KEPT_NAMES})",
        }),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__("samples")
        self._place = NamesScroll()
        self._shown: list[int] = []  # the draw that each line is of
        self._redrawn: tuple[str, ...] = ()  # why there are other names now, the longest first

    def contents(self) -> ComposeResult:
        """Yield the sampler's settings, and the names below them."""
        yield LineWidget(id="sampler")
        yield LineWidget(id="names")

    @property
    def title(self) -> str:
        """See `Pane.title`."""
        return "Texts" if self.is_of_text else self.TITLE

    @property
    def is_of_text(self) -> bool:
        """Tell whether texts are drawn, not names."""
        return self.dataset is not None and self.dataset.data_format.format == "text"

    @property
    def names(self) -> int:
        """How many of the newest names are wanted."""
        return self._place.wanted

    @property
    def picked(self) -> Name | None:
        """The name under the cursor, or the newest; None where there is none."""
        cursor = self._place.cursor
        return self._name_at(self._place.drawn - 1 if cursor is None else cursor)

    @property
    def selected(self) -> Name | None:
        """The name under the cursor; None where there is no cursor."""
        return None if self._place.cursor is None else self._name_at(self._place.cursor)

    def _name_at(self, index: int) -> Name | None:
        place = self._place
        for draw in self.snapshot.names if self.snapshot else ():
            if draw.index == index:
                names = (draw.compared, draw.selected)
                return names[place.right] or names[not place.right]
        return None

    def opened(self, dataset: DatasetOpened) -> None:
        """Begin an empty log."""
        super().opened(dataset)
        for part in self.query(LineWidget):
            part.show([])
        self._place, self._redrawn = NamesScroll(), ()
        self.post_message(self.NeedsChanged())

    def shown(self, snapshot: Snapshot) -> None:
        """Draw the newest names."""
        before = self.snapshot
        if before is not None and (told := redrawn(before, snapshot, is_of_text=self.is_of_text)):
            self._redrawn = told
            self._place.restart()
        elif snapshot.drawn > NAMES_AT_ONCE:
            self._redrawn = ()
        super().shown(snapshot)
        wanted = self._place.wanted
        self._draw()
        if self._place.wanted != wanted:
            self.post_message(self.NeedsChanged())

    def follow(self) -> None:
        """Show the names that come next, wherever the window and the cursor are."""
        self._place.is_awaiting = True

    def action_pick(self, by: int) -> None:
        """Move the cursor to an older name, or to a newer one."""
        self._place.move(by)
        self.refit()

    def action_page(self, by: int) -> None:
        """Move the cursor by some names, or scroll texts by what is shown of them."""
        if self.is_of_text:
            self.wheel(by * max(1, self._place.rows - 1), 0)
        else:
            self.action_pick(8 * by)

    def action_side(self, right: int) -> None:
        """Move the cursor to the other run's name, of two that stand side by side."""
        self._place.right = bool(right)
        if self._place.cursor is None:
            self._place.move(-1)
        self.refit()

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the name that was clicked."""
        names = self.query_one("#names", LineWidget)
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
        runs = (snapshot.compared_run, snapshot.selected_run)
        source = source_name(snapshot)
        source = source if self.has_room(source) else short_name(source, SHORT_NAME)
        self.entitle(source, *(["sampling"] if settings.keep_sampling else []))
        above = {} if self.is_of_text else headings(snapshot.names, *runs)
        rows = self.content_size.height - len(header_lines(settings, runs, width))
        self._grow(snapshot, rows, width)
        cut = CUT[terminal_of(self.app).unicode]
        lines = log_lines(snapshot, above, self._place, width, is_of_text=self.is_of_text, cut=cut)
        seen = self._place.window(list(lines))
        self._shown = [draw for draw, _ in seen]
        header = header_lines(settings, runs, width, steps_above(seen, above))
        self.query_one("#sampler").styles.height = len(header)
        self.query_one("#sampler", LineWidget).show(header)
        names = [lines[at] for at in seen]
        if not snapshot.drawn:
            what = "a text" if self.is_of_text else "ten names"
            names = hint_lines(keys_of(self.app).name("samples.draw"), what, width, rows)
        self.query_one("#names", LineWidget).show(names)
        self._tell_place(snapshot)

    def _grow(self, snapshot: Snapshot, rows: int, width: int) -> None:
        settings, oldest, least = snapshot.settings, snapshot.drawn - KEPT_NAMES, 1
        if self.is_of_text:
            characters = max(1, settings.length + len(settings.prefix))
            room = halves(width)[0] if settings.source == "both" else width
            oldest = max(oldest, snapshot.drawn - KEPT_CHARACTERS // (2 * characters))
            least = 1 + -(-characters // max(1, room))
        self._place.grow(
            snapshot.drawn, snapshot.newest_from, rows, oldest=max(0, oldest), least=least
        )

    def _tell_place(self, snapshot: Snapshot) -> None:
        """Say in the border how many names there are, and why there are others now."""
        below = f"{self._place.below:,} below" if self._place.below else ""
        count = f"{snapshot.drawn:,}" if snapshot.drawn else ""
        place = " · ".join(filter(None, (below, count)))
        told = [text for why in self._redrawn for text in (f"{why} · {place}", why)]
        self.subtitle(*told, place)
