"""The screen of a lab: status line, panes and footer, and what the engine tells them."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from textual import getters, on
from textual.app import ComposeResult
from textual.events import DescendantFocus, Resize
from textual.signal import Signal

from engine.text.printable import printable
from engine.wire.events import DatasetOpened, Ended, Snapshot
from engine.wire.requests import Requests, Watch
from engine.wire.values import View
from tui.chrome.breakpoints import arrangement
from tui.chrome.footer import KeyFooter
from tui.chrome.pane_layout import PaneLayout
from tui.chrome.status_line import StatusLine
from tui.drawing.fitted_text import FittedText
from tui.panes.matrix.labels import in_ascii
from tui.panes.pane import Pane
from tui.session import sentences
from tui.session.messages import (
    EngineEnded,
    EngineEvent,
    EngineSilent,
    EngineStarted,
    EngineStopped,
    LabAlreadyOpen,
    LinkChange,
    LinkLost,
    NoData,
)
from tui.session.session import Session
from tui.terminal.capabilities import terminal_of
from tui.terminal.textual_private import ResizingScreen
from tui.terminal_app import TerminalApp

STARTING = "The engine is starting.\nLoading torch takes about two seconds."


class LabScreen(ResizingScreen, inherit_bindings=False):
    """The screen below all dialogs: the status line, the panes and the footer.

    It has none of Textual's own keys, for all keys are in the table of actions.
    """

    app = getters.app(TerminalApp)
    ALLOW_IN_MAXIMIZED_VIEW = "#status, #banner, KeyFooter"

    def __init__(
        self, session: Session, frames: float, *, send: Callable[[Requests], object]
    ) -> None:
        """Make the screen of a lab that is not open yet.

        It asks for so many `frames` a second at the most. `send` carries out a request, and says in
        a toast what goes wrong.
        """
        super().__init__(id="_default")
        self.session = session
        self.pane_layout = PaneLayout()
        self.matrix, self.loss = self.pane_layout.matrix, self.pane_layout.loss
        self.names, self.inside = self.pane_layout.names, self.pane_layout.inside
        self.panes = self.pane_layout.panes
        self._frames = frames
        self._send = send
        self.snapshots: Signal[Snapshot] = Signal(self, "snapshots")  # for dialogs that follow them
        self._diverging: int | None = None  # number of the run of which that was said last
        self._watched: Watch | None = None  # what this engine was asked for last
        self._watch_due = False
        self._has_data = False  # this engine has told what it has open
        self._restart = session.keys.name("engine.restart")
        self._no_data = sentences.NO_DATA.format(key=session.keys.name("dataset.open"))

    @property
    def view(self) -> View:
        """What is to be copied of the pane that has the focus: the view, or which weights."""
        if self.focused is self.inside:
            return self.inside.weights or "weights"
        return self.matrix.view

    def compose(self) -> ComposeResult:
        """Yield the status line, the panes and the footer."""
        yield StatusLine(self.session.lab_name)
        yield FittedText(id="banner")
        yield self.pane_layout
        yield KeyFooter()

    def on_mount(self) -> None:
        """Start the engine at once; the screen paints while torch loads."""
        self.matrix.focus()
        self.start()

    def on_resize(self, event: Resize) -> None:
        """Rearrange the panes for another size of the terminal."""
        self.pane_layout.rearrange(arrangement(*event.size))

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Show the pane that has got the focus, where not all panes have room."""
        if isinstance(event.widget, Pane):
            self.pane_layout.show_pane(event.widget.NUMBER)

    def start(self) -> None:
        """Start the engine, and open what was open last."""
        self.run_worker(self.session.run(), group="engine")
        self._show_state(STARTING)
        self.announce("")

    def announce(self, sentence: str) -> None:
        """Show a sentence above the panes until another comes; an empty one shows nothing."""
        if not self.app.is_running:
            return
        banner = self.query_one("#banner", FittedText)
        banner.set_class(bool(sentence), "-shown")
        banner.say(sentence)

    def _show_state(self, vacancy: str = "") -> None:
        """Show the state of the lab, and where there is no data, why."""
        if not self.app.is_running:
            return
        session = self.session
        self.query_one(StatusLine).tell(session.state, session.dataset, session.snapshot)
        self.app.dispatcher.look_again()  # keys that were typed too early may be in time now
        if vacancy and session.dataset is None:
            for pane in self.panes:
                pane.vacate(vacancy)

    def _follow(self, change: LinkChange, vacancy: str, sentence: str = "") -> None:
        """Show that the link has changed: why there is no data, and a sentence above the panes."""
        self.session.follow(change)
        self._show_state(vacancy)
        self.announce(sentence)

    # --- what the engine tells

    def on_engine_started(self, event: EngineStarted) -> None:
        """Show that the engine runs."""
        self._watched, self._has_data = None, False
        self._follow(event, "Reading the data.")

    def on_no_data(self, event: NoData) -> None:
        """Show that there is an engine, but that it could not open the data."""
        self._follow(event, self._no_data, event.reason)

    def on_lab_already_open(self, event: LabAlreadyOpen) -> None:
        """Tell that something else is open than what was asked for."""
        self.app.notify(
            f"A lab called {self.session.lab_name} is open already, on {printable(event.data)}:"
            " this is what you see."
        )

    def on_lab_resumed(self) -> None:
        """Tell that a new engine goes on from where the dead one was saved."""
        self.app.notify("Taken up from the newest automatic save.")

    def on_link_lost(self, event: LinkLost) -> None:
        """Show that the link is down; the panes keep what they show."""
        told = sentences.link_down(event, self._restart, is_training=self.session.is_training)
        self._follow(event, "The engine's machine cannot be reached.", told)

    def on_engine_silent(self, event: EngineSilent) -> None:
        """Show that the engine is stopped or hangs; the panes keep what they show."""
        told = f"{event.reason} What you press is carried out once it answers."
        self._follow(event, event.reason, told)

    def on_engine_answers_again(self) -> None:
        """Show that the engine answers again."""
        snapshot = self.session.snapshot
        self.announce(sentences.not_saved("" if snapshot is None else snapshot.trouble))
        if self.session.end_silence():
            self._show_state()

    def on_engine_stopped(self, event: EngineStopped) -> None:
        """Show that somebody else has stopped the engine."""
        self._follow(event, self._no_data, sentences.last_word(event.event, self._restart))

    def on_engine_ended(self, event: EngineEnded) -> None:
        """Show that the engine has ended, and why."""
        again = "takes it up from its newest save" if event.is_saved else "starts it again"
        self._follow(event, self._no_data, f"{event.reason} {self._restart} {again}.")

    def on_run_selected(self) -> None:
        """Carry out the keys that are for the run which is seen now."""
        self.session.end_selecting()
        self.app.dispatcher.look_again()

    @on(EngineEvent)
    def take_event(self, message: EngineEvent) -> None:
        """Show what an event of the engine says."""
        if not self.app.is_running:
            return  # the last words before the end find no panes any more
        match message.event:
            case DatasetOpened() as dataset:
                self._show_dataset(dataset)
            case Snapshot() as snapshot:
                opened = self.session.dataset
                if opened is not None and snapshot.data == opened.number:
                    self._show_snapshot(snapshot)
            case Ended() as ended:
                self._tell_end(ended)

    def _show_dataset(self, dataset: DatasetOpened) -> None:
        if not terminal_of(self.app).unicode:
            dataset = replace(dataset, labels=in_ascii(dataset))
        again = self.session.opened(dataset)
        self._watched, self._has_data = None, True
        self.announce("")
        for pane in self.panes:
            if not again:  # otherwise every cursor stays where it is
                pane.opened(dataset)
        self.on_pane_needs_changed()
        self._show_state()

    def _show_snapshot(self, snapshot: Snapshot) -> None:
        before = self.session.snapshot
        if snapshot.trouble != ("" if before is None else before.trouble):
            self.announce(sentences.not_saved(snapshot.trouble))
        if not snapshot.step:
            self._diverging = None
        if snapshot.is_diverging and self._diverging != snapshot.selected:
            self._diverging = snapshot.selected
            key = self.session.keys.name("learning_rate.down")
            self.app.notify(sentences.DIVERGES.format(key=key))
        self.session.shown(snapshot)
        self.query_one(KeyFooter).tell(is_trained=snapshot.selected_run.is_trained)
        for pane in self.panes:
            pane.shown(snapshot)
        self.snapshots.publish(snapshot)
        self._show_state()

    def _tell_end(self, ended: Ended) -> None:
        """Tell of the end of a run; of the selected one's training the status line tells more."""
        snapshot = self.session.snapshot
        is_selected = snapshot is not None and snapshot.selected_run.name == ended.run
        name = "" if is_selected else f"{printable(ended.run)}: "
        if ended.state == "failed":
            self.app.notify(name + ended.reason, severity="error")
        elif ended.state == "made room":
            steps = f" and its {ended.step:,} steps are" if ended.step else " is"
            key = self.session.keys.name("runs.list")
            self.app.notify(
                f"{printable(ended.run)}{steps} gone: it made room for another run. In the list of"
                f" {key}, p pins what is to stay."
            )
        elif not is_selected:
            self.app.notify(f"{printable(ended.run)} reached step {ended.step:,}.")

    # --- what the panes need

    def on_pane_needs_changed(self) -> None:
        """Ask once for what all panes show, after they have all settled."""
        if not self._watch_due:
            self._watch_due = True
            self.call_after_refresh(self._watch)

    def _watch(self) -> None:
        self._watch_due = False
        if not self._has_data or not self.session.conversation.is_up:
            return
        watch = self.pane_layout.wanted(self._frames)
        if watch != self._watched:
            self._watched = watch
            self._send(watch)
