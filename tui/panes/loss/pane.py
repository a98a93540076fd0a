"""The loss pane: the curve of the losses, and the lines that it can be compared with."""

from __future__ import annotations

import asyncio
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType

from engine.wire.events import DatasetOpened, Snapshot
from tui.actions import PANE_GROUPS, bindings_of
from tui.drawing.ascii import spelled
from tui.drawing.line_widget import LineWidget
from tui.drawing.numbers import compact
from tui.drawing.run_settings import signed_settings
from tui.keys.overrides import keys_of
from tui.panes.loss.drawing import RGB, Inks, Picture, plot_lines
from tui.panes.loss.facts import loss_facts
from tui.panes.loss.legend import legend
from tui.panes.loss.plot import picture_of
from tui.panes.pane import Pane
from tui.terminal.capabilities import terminal_of

PLOTS_PER_SECOND: Final = 8.0  # smooth enough for a curve that moves by a dot


class LossPane(Pane):
    """Shows how the loss falls, in a plot with a legend above it: the selected run's strong."""

    NUMBER = 2
    TITLE = "Loss"
    EXPORT = "loss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(PANE_GROUPS["loss"])]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"loss--{ink}" for ink in Inks._fields}

    def __init__(self) -> None:
        super().__init__("loss")
        self.log_scale = False
        self._follows = False  # the plot, what the training tells
        self._stale = False  # there is news
        self._keys = LineWidget(id="legend")
        # Held on to: while the lab ends, a plot that is still drawn finds no child of its pane.
        self._plot = LineWidget(id="plot")

    def contents(self) -> ComposeResult:
        """Yield the legend, and the plot below it."""
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
        """Take the colours of another theme."""
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
                    lines = await asyncio.to_thread(plot_lines, picture)
                    self._plot.show(lines)
                await asyncio.sleep(1 / PLOTS_PER_SECOND)
        finally:
            self._follows = False

    def _tell(self, snapshot: Snapshot) -> None:
        """Bring titles and legend up to date."""
        run, unicode = snapshot.selected_run, terminal_of(self.app).unicode
        self.entitle(*loss_facts(snapshot, unicode=unicode))
        assert self.dataset is not None
        kind = self.dataset.kind_of(run)
        settings = signed_settings(kind, run, that_change=True)
        if snapshot.rate is not None:  # the schedule's, which is another than is set
            now = compact(float(f"{snapshot.rate:.3g}"))
            settings[kind.setting("learning_rate").sign] += f" (now {now})"
        rates = [f"{sign} {value}" for sign, value in settings.items()]
        begins = run.is_trained and run.state == "idle" and run.step == 0
        hint = [f"{keys_of(self.app).name('train.toggle')} trains"] if begins else []
        scales = (["log scale"], ["log"]) if self.log_scale else ([],)
        texts = [" · ".join([*before, *scale, *rates]) for before in (hint, []) for scale in scales]
        if snapshot.state == "failed":
            texts = [snapshot.reason]
        self.subtitle(*(spelled(text, unicode=unicode) for text in texts))
        keys = legend(snapshot, *self.content_size, self._colour)
        height = self._keys.styles.height
        if height is None or height.value != len(keys):
            self._keys.styles.height = len(keys)
            self.call_after_refresh(self._draw)  # the plot has other room then
        self._keys.show(keys)

    def _draw(self) -> None:
        self.workers.cancel_group(self, "plot")  # it draws something older
        picture = self._picture()
        self._plot.show(plot_lines(picture) if picture else [])

    def _picture(self) -> Picture | None:
        snapshot, size = self.snapshot, self._plot.size
        if snapshot is None:
            return None
        return picture_of(snapshot, size.width, size.height, self._inks(), log=self.log_scale)

    def _inks(self) -> Inks:
        def ink(part: str) -> RGB:
            style = self.get_visual_style(f"loss--{part}")
            return (style.background + style.foreground).rgb if style.foreground else (128,) * 3

        return Inks(*map(ink, Inks._fields))

    def _colour(self, ink: str) -> str:
        return self.get_component_styles(f"loss--{ink}").color.hex
