"""The lab: what each key does.

An action is a line, and `tui.actions` has the sentence about it; what is behind it is in
`tui.control`.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import on, work
from textual.app import SystemCommand
from textual.binding import BindingType
from textual.events import DescendantFocus
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from engine.wire.client import Engine, EngineError
from engine.wire.requests import Adjust, Open, Requests, Reset, Resume, SelectRun, StepOnce, Train
from engine.wire.values import View
from tui import chrome, panes
from tui.actions import GROUP_TITLES, Action, bindings_of
from tui.chrome.lab_screen import LabScreen
from tui.config.config import Config
from tui.control.copying import Copying
from tui.control.dialogs import Dialogs
from tui.control.leaving import Leaving
from tui.control.saving import Saving
from tui.control.training import Training
from tui.drawing import themes
from tui.keys.overrides import KeyMap
from tui.panes.inside.pane import VIEWS
from tui.screens.quit import QuitScreen
from tui.session.link import Link
from tui.session.messages import EngineEnded, EngineStopped, LinkLost
from tui.session.session import Session
from tui.terminal.capabilities import Terminal
from tui.terminal_app import TerminalApp

if TYPE_CHECKING:
    from tui.screens.questions import Asked

# Of Textual's commands: each has an action of ours, or several, in the palette.
OURS_INSTEAD: Final = {"Theme", "Quit", "Keys", "Maximize", "Minimize", "Screenshot"}
STYLED: Final = ("matrix", "loss", "data", "names", "inside")  # panes


class LabApp(TerminalApp):
    """The whole screen. Every action of `tui.actions` has its method here."""

    TITLE = "makemore-tui"
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        Path(chrome.__file__).with_name("lab_screen.tcss"),
        *(Path(panes.__file__).parent / pane / "pane.tcss" for pane in STYLED),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(tuple(GROUP_TITLES), app=True)]

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
        """A lab on an engine, which may run already; see `Session`."""
        super().__init__(terminal, KeyMap(config.keys))
        self.config = config
        self.session = Session(engine, opening, self._hear, self.keys, resuming, attaches=attaches)
        self.lab = LabScreen(self.session, config.frames, send=self.send)
        self.dialogs = Dialogs(self.session, self, self.lab)
        self.training = Training(self.session, self)
        self.copying = Copying(self.session, self)
        self.saving = Saving(self.session, self)
        self.leaving = Leaving(self.session, self)
        for theme in themes.themes(terminal.colours):
            self.register_theme(theme)
        self.theme = config.theme
        if config.slow_link:
            self.animation_level = "none"

    def get_default_screen(self) -> Screen[None]:
        """The screen below all dialogs."""
        return self.lab

    def on_mount(self) -> None:
        """Leave the terminal as it was, whoever ends the screen."""
        loop = asyncio.get_running_loop()
        for ending in (signal.SIGTERM, signal.SIGHUP):
            # Otherwise the terminal is left in the alternate screen, with its mouse reported.
            with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
                loop.add_signal_handler(ending, self.exit)

    async def on_unmount(self) -> None:
        """Hang up, however the screen ends."""
        await self.session.conversation.leave()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """A field of a dialog: over a slow link its cursor does not blink."""
        if isinstance(event.widget, Input):
            event.widget.cursor_blink = not self.config.slow_link

    def _hear(self, message: Message) -> None:
        if self.is_running:
            self.lab.post_message(message)

    @on(LinkLost)
    @on(EngineEnded)
    @on(EngineStopped)
    def take_question_back(self) -> None:
        """The engine is out of reach."""
        self.leaving.take_question_back()

    # --- what keys need

    def is_too_early(self, action: Action) -> bool:
        """Whether an action is about the lab, and the engine or the data is still on its way."""
        return self.session.is_too_early(action)

    async def attend(self, action: Action) -> None:
        """Turn to the pane that an action is about, where it has no room beside the others."""
        if self.lab.focused is self.lab.inside and action.id in VIEWS:
            return
        for pane in self.lab.panes:
            if pane.id == action.group != "dataset" and not pane.display:
                self.action_pane(pane.NUMBER)

    def hold_keys(self, *, held: bool) -> None:
        """Let keys wait, as a question is about to be asked; or let them go on."""
        self.dispatcher.hold(held=held)

    @work(group="requests")
    async def send(self, request: Requests) -> None:
        """Carry out a request; what goes wrong is said in a toast."""
        try:
            await self.session.call(request)
        except EngineError as error:
            self.notify(str(error), severity="error")

    def tell_absence(self) -> None:
        """Say why there is nothing for a key to work on."""
        self.notify(self.session.absence())

    # --- training

    def action_train(self) -> None:
        self.training.toggle()

    def action_step(self) -> None:
        self.send(StepOnce())

    def action_more(self, steps: int) -> None:
        self.send(Train(more=steps))

    def action_reset(self) -> None:
        self.send(Reset())

    def action_reseed(self) -> None:
        self.training.change(Reset(by=1))

    def action_begin_run(self) -> None:
        self.dialogs.begin_run()

    def action_runs(self) -> None:
        self.dialogs.runs()

    def action_turn_run(self, by: int) -> None:
        self.training.change(SelectRun(None, by))

    def action_adjust(self, setting: str, by: int) -> None:
        self.send(Adjust(setting, by))

    def action_settings(self) -> None:
        self.dialogs.settings()

    def action_log_scale(self) -> None:
        self.lab.loss.rescale()

    # --- matrix

    def action_view(self, by: int) -> None:
        if self.lab.focused is self.lab.inside:
            self.lab.inside.turn(by)
        else:
            self.show_view(self.lab.matrix.view_after(by))

    def show_view(self, view: View) -> None:
        """Show a view of the matrix; what is drawn stays true where nobody tells its values."""
        if self.session.conversation.is_up:
            self.lab.matrix.show_view(view)
        else:
            self.tell_absence()

    def action_order(self) -> None:
        self.lab.matrix.reorder()

    def action_go_to(self) -> None:
        self.dialogs.go_to_pair()

    # --- names

    def action_draw(self) -> None:
        self.lab.names.follow()
        self.training.draw()

    def action_next_value(self, setting: str) -> None:
        self.training.change(Adjust(setting, 1))

    def action_ask(self, what: Asked) -> None:
        self.dialogs.ask(what)

    # --- data

    def action_open(self) -> None:
        self.dialogs.open()

    def action_score(self) -> None:
        self.dialogs.score()

    def action_copy(self) -> None:
        self.copying.copy(self.focused, self.lab.view)

    def action_copy_names(self) -> None:
        self.copying.copy_names()

    def action_export(self) -> None:
        self.copying.export(self.focused, self.lab.view)

    def action_export_screen(self) -> None:
        self.copying.export_screen(self.export_screenshot, as_png=self.config.png)

    # --- the lab

    def action_pane(self, number: int) -> None:
        self.lab.pane_layout.go_to(number)

    def action_turn(self, by: int) -> None:
        self.lab.pane_layout.turn(by)

    def action_zoom(self) -> None:
        self.lab.pane_layout.zoom()

    def action_restart(self) -> None:
        if self.session.has_ended:
            self.lab.start()
        elif self.session.is_cut_off:
            self.session.conversation.try_again()
        elif self.session.link in (Link.STARTING, Link.SILENT):
            self.tell_absence()
        else:
            self.notify("The engine runs: there is nothing to start again.")

    def action_save(self) -> None:
        self.saving.save()

    def action_detach(self) -> None:
        self.leaving.detach()

    async def action_quit(self) -> None:
        self.leaving.quit(asks=True)

    async def interrupt(self) -> None:
        """Quit without a question: a training goes on."""
        self.leaving.quit(asks=False)

    def on_quit_screen_chosen(self, event: QuitScreen.Chosen) -> None:
        """A person has said what is to become of the training."""
        self.leaving.chosen(event.way)

    def action_help(self) -> None:
        self.dialogs.help()

    def action_command_palette(self) -> None:
        from tui.control.palette_commands import commands  # the first paint needs none of it
        from tui.screens.palette import Palette

        if not any(isinstance(screen, Palette) for screen in self.screen_stack):
            self.push_screen(Palette(commands(self)))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Those of Textual's own commands that the palette has not from us already."""
        for command in super().get_system_commands(screen):
            if command.title not in OURS_INSTEAD:
                yield command
