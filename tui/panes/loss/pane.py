"""The loss pane: the curve of the losses, and the lines that it can be compared with."""

from __future__ import annotations

import asyncio
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from engine.wire.events import DatasetOpened, Snapshot
from engine.wire.requests import Exportable
from tui.actions import PANE_GROUPS, bindings_of
from tui.drawing.ascii import spelled
from tui.drawing.line_widget import LineWidget
from tui.drawing.numbers import compact, figure
from tui.keys.overrides import keys_of
from tui.panes.loss.drawing import HELD_OUT, RGB, Inks, Picture, plot_lines
from tui.panes.loss.plot import picture_of
from tui.panes.loss.references import Ink, references_of
from tui.panes.pane import Pane
from tui.terminal.capabilities import terminal_of

PLOTS_PER_SECOND: Final = 8.0  # smooth enough for a curve that moves by a dot


class LossPane(Pane):
    """Shows how the loss falls, in a plot with a legend above it."""

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
        settings = snapshot.settings
        unicode = terminal_of(self.app).unicode
        facts = [f"step {snapshot.step:,}"] if snapshot.loss is not None else ["before training"]
        facts = [*loss_facts(snapshot, unicode=unicode), *facts]
        self.entitle(*facts)
        rates = f"lr {compact(settings.learning_rate)} · λ {compact(settings.regularisation)}"
        begin = keys_of(self.app).name("train.toggle")
        hint = f"{begin} trains · " if snapshot.state == "idle" and snapshot.step == 0 else ""
        scales = ("log scale · ", "log · ") if self.log_scale else ("",)
        texts = [f"{before}{scale}{rates}" for before in (hint, "") for scale in scales]
        if snapshot.state == "failed":
            texts = [snapshot.reason]
        told = [spelled(text, unicode=unicode) for text in texts]
        self.subtitle(next(filter(self.has_room_below, told), told[-1]))
        self._keys.show([self._legend(snapshot)])

    def _draw(self) -> None:
        """Draw the plot now."""
        self.workers.cancel_group(self, "plot")  # it draws something older
        picture = self._picture()
        self._plot.show(plot_lines(picture) if picture else [])

    def _picture(self) -> Picture | None:
        """Make what the plot shows, if there is anything to show and room for it."""
        snapshot, size = self.snapshot, self._plot.size
        if snapshot is None:
            return None
        return picture_of(
            snapshot.curve, snapshot.lines, snapshot.nll, snapshot.goal, size.width, size.height,
            self._inks(), log=self.log_scale,
        )  # fmt: skip

    def _legend(self, snapshot: Snapshot) -> Content:
        """Write the sign of each line, its name and its value.

        Without room for all of them ln V goes first, then the values, which the plot's own labels
        tell too; then the last lines. So either every line that is named has its value, or none.
        """
        lines, curve, width = snapshot.lines, snapshot.curve, self.content_size.width
        held_out = None if curve is None or not curve.held_out else curve.held_out[-1][3]
        keys: list[tuple[str, str, float, Ink]] = []
        for one in references_of(lines):
            if one.ink == "held-out":
                sign = f"hold-out {one.sign}"
                if held_out is not None:
                    keys.append((f"hold-out {HELD_OUT}", "net", held_out, one.ink))
                    sign = one.sign
                keys.append((sign, "counts", one.value, one.ink))
            else:
                keys.append((one.sign, one.name, one.value, one.ink))
        values = [f" {figure(value, 3)}" for _, _, value, _ in keys]

        def has_room() -> bool:
            told = zip(keys, values, strict=True)
            lengths = [len(f"{sign} {name}{value}  ") for (sign, name, _, _), value in told]
            return sum(lengths) <= width + 2

        if not has_room():
            del keys[-1], values[-1]
        if not has_room():
            values = [""] * len(keys)
        line = Content("")
        for (sign, name, _, ink), value in zip(keys, values, strict=True):
            colour = self.get_component_styles(f"loss--{ink}").color.hex
            key = Content.assemble(
                "  " if line else "", (f"{sign} ", colour), (name, "$foreground-muted"), value
            )
            if line.cell_length + key.cell_length > width:
                break
            line += key
        return line

    def _inks(self) -> Inks:
        def ink(part: str) -> RGB:
            style = self.get_visual_style(f"loss--{part}")
            return (style.background + style.foreground).rgb if style.foreground else (128,) * 3

        return Inks(*map(ink, ("train", "held-out", "floor", "counts", "uniform", "quiet")))


def loss_facts(snapshot: Snapshot, *, unicode: bool) -> list[str]:
    """Tell the net's figures of the last step, all of the same weights, the most telling first.

    Without λ is what the count model's figure compares with; the loss that is trained has λ in it.
    """
    loss, nll, curve = snapshot.loss, snapshot.loss_nll, snapshot.curve
    if loss is None:
        return []
    facts = [] if nll is None else [f"nll {figure(nll)}"]
    if curve is not None and curve.held_out:
        facts.append(f"hold-out {figure(curve.held_out[-1][3])}")
    if nll is None:
        facts.insert(0, f"loss {figure(loss)}")
    elif loss != nll:
        facts.append(spelled(f"with λ {figure(loss)}", unicode=unicode))
    return facts
