"""The screen as it follows the engine: one data set and one snapshot, handed to the panes.

What a key does is in `tui.app`; here is what happens without one.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, ClassVar

from msgspec.structs import replace
from textual import work
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus, Resize
from textual.filter import LineFilter, Monochrome, NoColor
from textual.message import Message
from textual.widgets import Input, Static

from engine.client import Engine, EngineError
from engine.protocol import (
    DatasetOpened,
    Ended,
    Open,
    Requests,
    Resume,
    Snapshot,
    Watch,
)
from tui import filters, themes
from tui.actions import GROUP_TITLES, Action, bindings_of
from tui.arrangement import Arrangement, arrangement
from tui.config import Config
from tui.conversation import Came, Conversation, Lost, NotOpened, Over, WasStopped
from tui.footer import KeyFooter
from tui.keys import KeyMap
from tui.panes.dataset import DatasetPane
from tui.panes.loss import LossPane
from tui.panes.matrix import MatrixPane
from tui.panes.pane import Pane
from tui.panes.samples import SamplesPane
from tui.status import StatusLine
from tui.terminal import Terminal
from tui.toasts import ToastingApp, absence, last_word

STARTING = "The engine is starting.\nLoading torch takes about two seconds."


def _commands() -> Any:
    from tui.commands import LabCommands  # with the palette: the first paint needs none of it

    return LabCommands


class LiveApp(ToastingApp):
    """The four panes, a status line, a footer, and the talk with an engine."""

    TITLE = "makemore-tui"
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        "lab.tcss", "panes/matrix.tcss", "panes/loss.tcss", "panes/dataset.tcss",
        "panes/samples.tcss",
    ]  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(tuple(GROUP_TITLES), app=True)]
    COMMANDS = App.COMMANDS | {_commands}
    ALLOW_IN_MAXIMIZED_VIEW = "#status, #banner, Footer"

    def __init__(
        self,
        engine: Engine,
        opening: Open,
        *,
        terminal: Terminal = Terminal(),  # noqa: B008  a frozen value
        config: Config = Config(),  # noqa: B008
        resuming: Resume | None = None,
    ) -> None:
        """A lab on an engine.

        Args:
            engine: the lab's; it may run already.
            opening: what to open, where nothing is open yet.
            terminal: what can be drawn.
            config: what a person has chosen.
            resuming: what to take up, instead of opening anything.
        """
        super().__init__(terminal, KeyMap(config.keys))
        self.config = config
        self.engine = Conversation(engine, opening, self._hear, self._absence, resuming)
        self.lab_name = engine.name
        self.attach_command = engine.attach_command
        self.is_leaving = False  # the engine saves, and ends
        self.farewell = ""  # to be said when the screen has gone
        self.dataset: DatasetOpened | None = None
        self.snapshot: Snapshot | None = None
        self._state = "starting"  # of the engine, where there is no snapshot that says more
        self._arrangement: Arrangement = "all"
        self._looked_at = MatrixPane.NUMBER
        self._companion = LossPane.NUMBER  # the other pane that was looked at last
        self._watched: Watch | None = None
        self._watch_due = False
        for theme in themes.themes(terminal.colours):
            self.register_theme(theme)
        self.theme = config.theme
        if config.slow_link:
            self.animation_level = "none"
        self.add_class(f"-{terminal.colours}")

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every line goes through on its way to this terminal."""
        # Textual's own for NO_COLOR sends greys, which a terminal without colours has none of.
        ours = [f for f in super().get_line_filters() if not isinstance(f, Monochrome | NoColor)]
        if self.terminal.colours == "none":
            ours.append(filters.DARK if self.current_theme.dark else filters.LIGHT)
        if not self.terminal.unicode:
            ours.append(filters.ASCII)
        return ours

    def compose(self) -> ComposeResult:
        """Status on top, the matrix on the left, everything else on the right, keys at the foot."""
        yield StatusLine()
        yield Static(id="banner", markup=False)
        # Kept, as Textual finds only the enlarged pane while one is.
        self._body, self._right, self._below = (
            Horizontal(id="body"), Vertical(id="right"), Horizontal(id="below"),
        )  # fmt: skip
        self.panes = MatrixPane(), LossPane(), DatasetPane(), SamplesPane()
        matrix, loss, dataset, samples = self.panes
        with self._body:
            yield matrix
            with self._right:
                yield loss
                with self._below:
                    yield dataset
                    yield samples
        yield KeyFooter()

    def on_mount(self) -> None:
        """Start the engine at once; the screen paints while torch loads."""
        loop = asyncio.get_running_loop()
        for ending in (signal.SIGTERM, signal.SIGHUP):
            # Otherwise the terminal is left in the alternate screen, with its mouse reported.
            with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
                loop.add_signal_handler(ending, self.exit)
        self.query_one(MatrixPane).focus()
        self.start()

    def start(self) -> None:
        """Start the engine, and open what was open last."""
        self._become("starting", STARTING)
        self._announce("")
        self._talk()

    @work(group="engine")
    async def _talk(self) -> None:
        await self.engine.run()

    @property
    def has_ended(self) -> bool:
        """Whether the engine did not start, or has died."""
        return self._state == "engine ended"

    @property
    def is_cut_off(self) -> bool:
        """Whether the engine's machine cannot be reached."""
        return self._state == "link down"

    async def on_unmount(self) -> None:
        """Hang up, however the screen ends."""
        await self.engine.leave()

    def is_too_early(self, action: Action) -> bool:
        """Whether an action is about the lab, and the engine or the data is still on its way."""
        about_it = action.group in ("train", "matrix", "samples") or action.id == "score"
        return about_it and self._state in ("starting", "opening")

    def tell_absence(self) -> None:
        """Say why there is nothing for a key to work on."""
        self.notify(self._absence(), markup=False)

    def _absence(self) -> str:
        return absence(self._state, self.keys)

    # --- what the engine tells

    def _hear(self, message: Message) -> None:
        if self.is_running:
            self.post_message(message)

    def on_started(self) -> None:
        """The engine runs."""
        self._watched = None  # by this connection
        self._announce("")
        self._become("opening", "Reading the data.")

    def on_not_opened(self, event: NotOpened) -> None:
        """There is an engine, but no data."""
        self._become("no data", absence("no data", self.keys))
        self._announce(event.reason)

    def on_resumed(self) -> None:
        """A new engine goes on where the dead one was saved."""
        self.notify("Taken up from the newest automatic save.", markup=False)

    def on_lost(self, event: Lost) -> None:
        """The link is down: what was shown stays."""
        self._become("link down", "The engine's machine cannot be reached.")
        key = self.keys.name("engine.restart")
        training = self.snapshot is not None and self.snapshot.state == "training"
        goes_on = "The training goes on there. " if training else ""
        next_one = f"{key} tries again."
        if event.seconds is not None:
            next_one = f"Next attempt in {event.seconds:g} s; {key} tries now."
        self._announce(f"{event.reason} {goes_on}{next_one}")

    def on_was_stopped(self, message: WasStopped) -> None:
        """The engine was told to end, by others: what was shown stays."""
        self._become("engine ended", absence("no data", self.keys))
        self._announce(last_word(message.event, self.keys))

    def on_over(self, event: Over) -> None:
        """The engine has ended: what was shown stays."""
        self._become("engine ended", absence("no data", self.keys))
        self._announce(f"{event.reason} {self.keys.name('engine.restart')} starts it again.")

    def on_came(self, message: Came) -> None:
        """The engine told something."""
        if not self.is_running:
            return  # the last words before the end find no panes any more
        match message.event:
            case DatasetOpened() as dataset:
                again = self.dataset == replace(dataset, number=self._number)
                self.dataset, self.snapshot = dataset, None
                self._watched = None
                self._announce("")
                for pane in self.panes:
                    if not again:  # otherwise every cursor stays where it is
                        pane.opened(dataset)
                self.on_pane_needs_changed()
                self._become("opening")
            case Snapshot() as snapshot:
                if self.dataset is not None and snapshot.data == self.dataset.number:
                    self._tell_trouble(snapshot.trouble)
                    self.snapshot = snapshot
                    for pane in self.panes:
                        pane.shown(snapshot)
                    self._become(snapshot.state)
            case Ended(state="failed", reason=reason):
                self.notify(reason, severity="error", markup=False)
            case Ended():
                pass  # the status line says so

    def _tell_trouble(self, trouble: str) -> None:
        before = "" if self.snapshot is None else self.snapshot.trouble
        if trouble != before:
            self._announce(trouble and f"Not saved: {trouble} It is tried again.")

    @property
    def _number(self) -> int:
        return 0 if self.dataset is None else self.dataset.number

    def _become(self, state: str, vacancy: str = "") -> None:
        self._state = state
        if not self.is_running:
            return
        self.query_one(StatusLine).tell(state, self.dataset, self.snapshot)
        self.look_again()
        if vacancy and self.dataset is None:
            for pane in self.panes:
                pane.vacate(vacancy)

    def _announce(self, sentence: str) -> None:
        if not self.is_running:
            return
        banner = self.query_one("#banner", Static)
        banner.set_class(bool(sentence), "-shown")
        banner.update(sentence)

    # --- what the panes need

    def on_pane_needs_changed(self) -> None:
        """Ask once for what all panes show, after they have all settled."""
        if not self._watch_due:
            self._watch_due = True
            self.call_after_refresh(self._watch)

    def _watch(self) -> None:
        self._watch_due = False
        if self.dataset is None or not self.engine.is_up:
            return
        matrix = self.query_one(MatrixPane)
        sight = matrix.sight
        watch = Watch(
            view=matrix.view,
            rows=sight.rows,
            columns=sight.columns,
            cursor=matrix.cursor,
            loss_columns=self.query_one(LossPane).columns,
            names=self.query_one(SamplesPane).names,
            frames=self.config.frames,
        )
        if watch != self._watched:
            self._watched = watch
            self.send(watch)

    # --- which panes are shown

    def on_resize(self, event: Resize) -> None:
        """Another size of the terminal: perhaps other panes, and another scale of the matrix."""
        self._arrangement = arrangement(*event.size)
        self.arrange(self._looked_at)
        self.call_after_refresh(self.query_one(MatrixPane).refit)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """The focus came to a pane: where not all have room, it is one of the shown."""
        if isinstance(event.widget, Input):
            event.widget.cursor_blink = not self.config.slow_link
        if isinstance(event.widget, Pane):
            self.arrange(event.widget.NUMBER)

    def arrange(self, number: int) -> None:
        """Show as many panes as there is room for, and this one among them."""
        chosen, self._looked_at = self._arrangement, number
        if number != MatrixPane.NUMBER:
            self._companion = number
        shown = {
            "all": {1, 2, 3, 4},
            "beside": {1, self._companion},
            "below": {1, self._companion},
            "alone": {number},
        }[chosen]
        for pane in self.panes:
            pane.display = pane.NUMBER in shown
            pane.set_class(chosen == "below", "-below")
            pane.set_class(chosen == "alone", "-alone")
        self._below.display = bool(shown & {3, 4})
        self._right.display = shown != {1}
        self._body.set_class(chosen == "below", "-below")

    # --- requests

    @work(group="requests")
    async def send(self, request: Requests) -> None:
        """Carry out a request; what goes wrong is said in a toast."""
        try:
            await self.engine.call(request)
        except EngineError as error:
            self.notify(str(error), severity="error", markup=False)
