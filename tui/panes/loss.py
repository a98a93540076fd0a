"""The loss pane: the curve, and the lines it can be compared with."""

from __future__ import annotations

import asyncio
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from engine.protocol import DatasetOpened, Exportable, Snapshot
from tui.actions import PANE_GROUPS, bindings_of
from tui.figures import compact, figure
from tui.keys import keys_of
from tui.lines import Lines
from tui.panes.loss_drawing import COUNTS, FLOOR, HELD_OUT, RGB, UNIFORM, Inks, Picture, drawn
from tui.panes.loss_plot import picture_of
from tui.panes.pane import Pane
from tui.plain import spelled
from tui.terminal import terminal_of

PLOTS_PER_SECOND: Final = 8.0  # smooth enough for a curve that moves by a dot


class LossPane(Pane):
    """How the loss falls."""

    NUMBER = 2
    TITLE = "Loss"
    EXPORT: ClassVar[Exportable] = "loss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(PANE_GROUPS["loss"])]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"loss--{part}" for part in ("train", "held-out", "floor", "counts", "uniform", "quiet")
    }

    def __init__(self) -> None:
        super().__init__("loss")
        self.log_scale = False
        self._follows = False  # the plot, what the training tells
        self._stale = False  # there is news
        self._keys = Lines(id="legend")
        # Held on to: while the lab ends, a plot that is still drawn finds no child of its pane.
        self._plot = Lines(id="plot")

    def contents(self) -> ComposeResult:
        """The legend, and the plot below it."""
        yield self._keys
        yield self._plot

    @property
    def columns(self) -> int:
        """How many columns of the history the plot can show."""
        return max(0, self._plot.size.width - 4)

    def opened(self, dataset: DatasetOpened) -> None:
        """Begin an empty plot."""
        super().opened(dataset)
        self._keys.show([])
        self._plot.show([])
        self.post_message(self.NeedsChanged())

    def shown(self, snapshot: Snapshot) -> None:
        """Draw the history so far."""
        super().shown(snapshot)
        self._tell(snapshot)
        if snapshot.state != "training":
            self._draw()
        else:
            self._stale = True
            if not self._follows:
                self._follow()

    def rescale(self) -> None:
        """Change between the linear and the logarithmic scale."""
        self.log_scale = not self.log_scale
        if self.snapshot is not None:
            self._tell(self.snapshot)
        self._draw()

    def notify_style_update(self) -> None:
        """Another theme: other inks."""
        super().notify_style_update()
        if self.is_mounted:
            self.call_after_refresh(self.refit)

    def refit(self) -> None:
        """Plot as many columns as there is room for."""
        if self.snapshot is not None:
            self._tell(self.snapshot)
        self._draw()
        self.post_message(self.NeedsChanged())

    @work(group="plot")
    async def _follow(self) -> None:
        """Draw what is new, in a thread: no key waits for the dearest thing on the screen."""
        self._follows = True
        try:
            while self._stale:
                self._stale = False
                if picture := self._picture():
                    lines = await asyncio.to_thread(drawn, picture)
                    self._plot.show(lines)
                await asyncio.sleep(1 / PLOTS_PER_SECOND)
        finally:
            self._follows = False

    def _tell(self, snapshot: Snapshot) -> None:
        """Bring titles and legend up to date."""
        settings = snapshot.settings
        unicode = terminal_of(self.app).unicode
        if snapshot.loss is not None:
            loss, held_out = figure(snapshot.loss), []
            if snapshot.curve is not None and snapshot.curve.held_out:
                held_out = [f"hold-out {figure(snapshot.curve.held_out[-1][3])}"]
            # What it is compared with is without.
            with_penalty = spelled(f"{loss} with λ", unicode=unicode)
            if settings.regularisation and self.has_room(with_penalty, *held_out):
                loss = with_penalty
            facts = [loss, *held_out, f"step {snapshot.step:,}"]
        else:
            facts = ["before training"]
        self.entitle(*facts, *(["log"] if self.log_scale else []))
        rates = f"lr {compact(settings.learning_rate)} · λ {compact(settings.regularisation)}"
        begin = keys_of(self.app).name("train.toggle")
        hint = f"{begin} trains · " if snapshot.state == "idle" and snapshot.step == 0 else ""
        text = snapshot.reason if snapshot.state == "failed" else hint + rates
        self.subtitle(spelled(text, unicode=unicode))
        self._keys.show([self._legend(snapshot)])

    def _draw(self) -> None:
        """Draw the plot now."""
        self.workers.cancel_group(self, "plot")  # it draws something older
        picture = self._picture()
        self._plot.show(drawn(picture) if picture else [])

    def _picture(self) -> Picture | None:
        """What the plot shows, if there is anything, and room for it."""
        snapshot, size = self.snapshot, self._plot.size
        if snapshot is None:
            return None
        return picture_of(
            snapshot.curve, snapshot.lines, snapshot.nll, snapshot.goal, size.width, size.height,
            self._inks(), log=self.log_scale,
        )  # fmt: skip

    def _legend(self, snapshot: Snapshot) -> Content:
        """The sign of each line, its name and its value.

        Without room for all, that of the hold-out goes first, which the title tells; then those
        at the end, which the plot's own scale tells too: no half of a figure is shown.
        """
        lines, curve = snapshot.lines, snapshot.curve
        keys = [
            (FLOOR, "floor", "floor", lines.floor),
            (COUNTS, "counts", "counts", lines.counts),
            (UNIFORM, "uniform", "ln V", lines.uniform),
        ]
        if curve is not None and curve.held_out:
            keys.insert(0, (HELD_OUT, "held-out", "hold-out", curve.held_out[-1][3]))
        width = self.content_size.width
        values = {sign: f" {figure(value, 3)}" for sign, _, _, value in keys}
        room = width + 2 - sum(len(f"{sign} {name}  ") for sign, _, name, _ in keys)
        for sign in (HELD_OUT, UNIFORM, COUNTS, FLOOR):
            if sum(map(len, values.values())) > room:
                values[sign] = ""
        line = Content("")
        for sign, ink, name, _ in keys:
            colour = self.get_component_styles(f"loss--{ink}").color.hex
            key = Content.assemble(
                "  " if line else "", (f"{sign} ", colour), (name, "$foreground-muted"),
                values[sign],
            )  # fmt: skip
            if line.cell_length + key.cell_length > width:
                break
            line += key
        return line

    def _inks(self) -> Inks:
        def ink(part: str) -> RGB:
            style = self.get_visual_style(f"loss--{part}")
            return (style.background + style.foreground).rgb if style.foreground else (128,) * 3

        return Inks(*map(ink, ("train", "held-out", "floor", "counts", "uniform", "quiet")))
