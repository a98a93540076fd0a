"""The screen as it follows the engine: one data set and one snapshot, handed to the panes.

What a key does is in `tui.app`; here is what happens without one.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal

from msgspec.structs import replace
from textual import work
from textual.message import Message

from engine.client import Engine, EngineError
from engine.printable import printable
from engine.protocol import DatasetOpened, Ended, Open, Requests, Resume, Snapshot, Watch
from tui.actions import Action
from tui.config import Config
from tui.conversation import Conversation
from tui.layout import LaidOutApp
from tui.news import (
    Came,
    FoundOpen,
    Lost,
    NotOpened,
    Over,
    Silent,
    WasStopped,
)
from tui.panes.loss import LossPane
from tui.panes.matrix import MatrixPane
from tui.panes.matrix_labels import in_ascii
from tui.panes.samples import SamplesPane
from tui.status import StatusLine
from tui.terminal import Terminal
from tui.toasts import absence, last_word

STARTING = "The engine is starting.\nLoading torch takes about two seconds."


class LiveApp(LaidOutApp):
    """The laid out screen, and the talk with an engine."""

    def __init__(
        self,
        engine: Engine,
        opening: Open,
        *,
        terminal: Terminal = Terminal(),  # noqa: B008  a frozen value
        config: Config = Config(),  # noqa: B008
        resuming: Resume | None = None,
        attaches: bool = False,
    ) -> None:
        """A lab on an engine.

        Args:
            engine: the lab's; it may run already.
            opening: what to open, where nothing is open yet.
            terminal: what can be drawn.
            config: what a person has chosen.
            resuming: what to take up, instead of opening anything.
            attaches: whether to look at what others have opened, and to open nothing.
        """
        super().__init__(terminal, config, engine.name)
        self.engine = Conversation(
            engine, opening, self._hear, self._absence, resuming, attaches=attaches
        )
        self.is_leaving = False  # the engine is asked how the lab is, or saves and ends
        self.farewell = ""  # to be said when the screen has gone
        self.dataset: DatasetOpened | None = None
        self.snapshot: Snapshot | None = None
        self._state = "starting"  # of the engine, where there is no snapshot that says more
        self._state_before_silence = self._state
        self._said_diverging = False  # of this training
        self._watched: Watch | None = None
        self._watch_due = False
        self._has_data = False  # this engine has told what it has open

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
        self.announce("")
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

    @property
    def is_training(self) -> bool:
        """Whether the lab trains, as far as is known."""
        return self.snapshot is not None and self.snapshot.state == "training"

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
        self._watched, self._has_data = None, False  # by this connection
        self.announce("")
        self._become("opening", "Reading the data.")

    def on_not_opened(self, event: NotOpened) -> None:
        """There is an engine, but no data."""
        self._become("no data", absence("no data", self.keys))
        self.announce(event.reason)

    def on_found_open(self, event: FoundOpen) -> None:
        """What was asked for was not opened."""
        self.notify(
            f"A lab called {self.lab_name} is open already, on {printable(event.data)}: this is"
            " what you see.",
            markup=False,
        )

    def on_resumed(self) -> None:
        """A new engine goes on where the dead one was saved."""
        self.notify("Taken up from the newest automatic save.", markup=False)

    def on_lost(self, event: Lost) -> None:
        """The link is down: what was shown stays."""
        self._become("link down", "The engine's machine cannot be reached.")
        key = self.keys.name("engine.restart")
        goes_on = "The training goes on there. " if self.is_training else ""
        next_one = f"{key} tries again."
        if event.seconds is not None:
            next_one = f"Next attempt in {event.seconds:g} s; {key} tries now."
        self.announce(f"{event.reason} {goes_on}{next_one}")

    def on_silent(self, event: Silent) -> None:
        """The engine is stopped, or hangs: what was shown stays."""
        self._state_before_silence = self._state
        self._become("not answering", event.reason)
        self.announce(f"{event.reason} What you press is carried out once it answers.")

    def on_speaks_again(self) -> None:
        """The engine was silent, and is not any more."""
        trouble = "" if self.snapshot is None else self.snapshot.trouble
        self.announce(_not_saved(trouble))
        if self._state == "not answering":
            self._become(self._state_before_silence)

    def on_was_stopped(self, message: WasStopped) -> None:
        """The engine was told to end, by others: what was shown stays."""
        self._become("engine ended", absence("no data", self.keys))
        self.announce(last_word(message.event, self.keys))

    def on_over(self, event: Over) -> None:
        """The engine has ended: what was shown stays."""
        self._become("engine ended", absence("no data", self.keys))
        again = "takes it up from its newest save" if event.is_saved else "starts it again"
        self.announce(f"{event.reason} {self.keys.name('engine.restart')} {again}.")

    def on_came(self, message: Came) -> None:
        """The engine told something."""
        if not self.is_running:
            return  # the last words before the end find no panes any more
        match message.event:
            case DatasetOpened() as dataset:
                if not self.terminal.unicode:
                    dataset = replace(dataset, labels=in_ascii(dataset))
                again = self._is_shown(dataset)
                self.dataset, self.snapshot = dataset, None
                self.lab_name = dataset.lab or self.lab_name
                self._watched, self._has_data = None, True
                self.announce("")
                for pane in self.panes:
                    if not again:  # otherwise every cursor stays where it is
                        pane.opened(dataset)
                self.on_pane_needs_changed()
                self._become("opening")
            case Snapshot() as snapshot:
                if self.dataset is not None and snapshot.data == self.dataset.number:
                    self._tell_trouble(snapshot.trouble)
                    self._tell_divergence(snapshot)
                    self.snapshot = snapshot
                    for pane in self.panes:
                        pane.shown(snapshot)
                    self._become(snapshot.state)
            case Ended(state="failed", reason=reason):
                self.notify(reason, severity="error", markup=False)
            case Ended():
                pass  # the status line says so

    def _tell_divergence(self, snapshot: Snapshot) -> None:
        """Say once of a training that it diverges, and what to do."""
        if self.snapshot is None or snapshot.step < self.snapshot.step:
            self._said_diverging = False
        if snapshot.is_diverging and not self._said_diverging:
            self._said_diverging = True
            self.notify(
                "The loss is above ten times ln V, and does not fall: the training diverges."
                f" {self.keys.name('learning_rate.down')} lowers the learning rate.",
                markup=False,
            )

    def _tell_trouble(self, trouble: str) -> None:
        before = "" if self.snapshot is None else self.snapshot.trouble
        if trouble != before:
            self.announce(_not_saved(trouble))

    def _is_shown(self, dataset: DatasetOpened) -> bool:
        """Whether it is what is on the screen already, perhaps from another engine."""
        shown = self.dataset
        return shown is not None and shown == replace(
            dataset, number=shown.number, opening=shown.opening
        )

    def _become(self, state: str, vacancy: str = "") -> None:
        self._state = state
        if not self.is_running:
            return
        self.query_one(StatusLine).tell(state, self.dataset, self.snapshot)
        self.look_again()
        if vacancy and self.dataset is None:
            for pane in self.panes:
                pane.vacate(vacancy)

    # --- what the panes need

    def on_pane_needs_changed(self) -> None:
        """Ask once for what all panes show, after they have all settled."""
        if not self._watch_due:
            self._watch_due = True
            self.call_after_refresh(self._watch)

    def _watch(self) -> None:
        self._watch_due = False
        if not self._has_data or not self.engine.is_up:
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

    # --- requests

    @work(group="requests")
    async def send(self, request: Requests) -> None:
        """Carry out a request; what goes wrong is said in a toast."""
        try:
            await self.engine.call(request)
        except EngineError as error:
            self.notify(str(error), severity="error", markup=False)


def _not_saved(trouble: str) -> str:
    return trouble and f"Not saved: {trouble} It is tried again."
