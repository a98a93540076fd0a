"""The names that the models make, newest at the bottom, like a log."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.cells import cell_len, set_cell_size
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from engine.protocol import DatasetOpened, Drawn, Exportable, Name, Settings, Snapshot
from tui.actions import PANE_GROUPS, bindings_of
from tui.figures import shown
from tui.lines import Lines
from tui.panes.pane import Pane
from tui.terminal import terminal_of

_QUIET: Final = "$foreground-muted"
_NARROW: Final = 14  # columns of a name and its NLL below which the NLL has one decimal
_CUT: Final = {True: "…", False: ">"}  # behind a name that goes on; in ASCII a dot might be its own
_WIDE: Final = 28  # columns from which words tell whether a name is in the data


class SamplesPane(Pane):
    """Names from the count model, from the net, or from both side by side."""

    NUMBER = 4
    TITLE = "Names"
    EXPORT: ClassVar[Exportable] = "samples"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of(PANE_GROUPS["samples"]),
        Binding("up,k", "back(1)", show=False),
        Binding("down,j", "back(-1)", show=False),
        Binding("pageup", "back(8)", show=False),
        Binding("pagedown", "back(-8)", show=False),
        Binding("end", "back(-9999)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__("samples")
        self._back = 0  # lines scrolled back from the newest

    def contents(self) -> ComposeResult:
        """The sampler's settings, and the names below them."""
        yield Lines(id="sampler")
        yield Lines(id="names")

    @property
    def names(self) -> int:
        """How many of the newest names are wanted."""
        return max(10, self.query_one("#names").size.height + self._back)

    def opened(self, dataset: DatasetOpened) -> None:
        """Begin an empty log."""
        super().opened(dataset)
        for part in self.query(Lines):
            part.show([])
        self._back = 0
        self.post_message(self.NeedsChanged())

    def shown(self, snapshot: Snapshot) -> None:
        """Draw the newest names."""
        super().shown(snapshot)
        self._draw()

    def action_back(self, lines: int) -> None:
        """Scroll back to older names, or forth."""
        drawn = self.snapshot.drawn if self.snapshot else 0
        rows = self.query_one("#names").size.height
        self._back = max(0, min(self._back + lines, drawn - rows))
        self._draw()
        self.post_message(self.NeedsChanged())

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
        back = f"{self._back:,} back" if self._back else ""
        count = f"{snapshot.drawn:,}" if snapshot.drawn else ""
        self.subtitle(" · ".join(filter(None, (back, count))))
        header = header_lines(settings, width)
        self.query_one("#sampler").styles.height = len(header)
        self.query_one("#sampler", Lines).show(header)
        rows = self.content_size.height - len(header)
        self.query_one("#names", Lines).show(self._names(snapshot, width, rows))

    def _names(self, snapshot: Snapshot, width: int, rows: int) -> list[Content]:
        if not snapshot.names:
            blank = [Content("")] * max(0, (rows - 1) // 2)
            hint = Content.styled("Press s for ten names", _QUIET)
            return [*blank, Content.assemble(" " * ((width - hint.cell_length) // 2), hint)]
        last = len(snapshot.names) - self._back
        shown = snapshot.names[max(0, last - rows) : last]
        both, cut = snapshot.settings.source == "both", _CUT[terminal_of(self.app).unicode]
        return [line_of(drawn, both, width, cut) for drawn in shown]


def header_lines(settings: Settings, width: int) -> list[Content]:
    """The sampler's settings, on as many lines as they need."""
    facts = [f"{settings.stream} {settings.sample_seed}", f"T {settings.temperature:.4g}"]
    facts += [f"top-{settings.top_k}"] if settings.top_k else []
    facts += [f"prefix {shown(settings.prefix)}"] if settings.prefix else []
    lines: list[str] = []
    for fact in facts:
        if lines and cell_len(lines[-1]) + 3 + cell_len(fact) <= width:
            lines[-1] += f" · {fact}"
        else:
            lines.append(fact)
    if settings.source == "both":
        half, gap = _halves(width)
        lines.append("counts".ljust(half) + gap + "net")
    return [Content.styled(line, _QUIET) for line in lines]


def line_of(drawn: Drawn, both: bool, width: int, cut: str = "…") -> Content:
    """One draw: a name with its NLL and whether it is in the data, or two beside each other."""
    if not both:
        name = drawn.counts or drawn.net
        return _named(name, width, cut)
    half, gap = _halves(width)
    return Content.assemble(
        _named(drawn.counts, half, cut), (gap, "$foreground 20%"), _named(drawn.net, half, cut)
    )


def _halves(width: int) -> tuple[int, str]:
    """Columns of each of two names, and what stands between them."""
    gap = " │ " if width >= 2 * _NARROW + 3 else "│"
    return (width - len(gap)) // 2, gap


def _named(name: Name | None, width: int, cut: str) -> Content:
    """A name, its NLL per character and whether it is in the data, in exactly `width` columns.

    In a narrow column a dot stands between name and NLL where the name is in the data.
    """
    if name is None:
        return Content(" " * width)
    figure = f"{name.nll:.1f}" if width < _NARROW else f"{name.nll:.2f}"
    if width >= _WIDE:
        before, after = " ", {None: "", True: " in data", False: " new    "}[name.in_data]
    else:
        before, after = ("•" if name.in_data else " "), ""
    room = max(1, width - len(before) - len(figure) - len(after))
    text = name.text + ("" if name.ended else cut)
    if cell_len(text) > room:
        text = set_cell_size(text, room - 1) + cut
    known = "$primary" if name.in_data else _QUIET
    return Content.assemble(
        set_cell_size(text, room), (before, known), (figure, _QUIET), (after, known)
    )
