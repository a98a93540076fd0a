"""The lab: what each key does. Most keys become a request; the rest change what is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from textual.app import SystemCommand
from textual.screen import Screen

from engine.client import expected
from engine.protocol import (
    NAMES_AT_ONCE,
    Adjust,
    Draw,
    Ladder,
    Pause,
    Requests,
    Reset,
    Score,
    Scored,
    StepOnce,
    Train,
    View,
)
from tui.leaving import LeavingApp
from tui.panes.loss import LossPane
from tui.panes.matrix import MatrixPane
from tui.panes.pane import Pane
from tui.panes.samples import SamplesPane

if TYPE_CHECKING:
    from tui.screens.prompt import Question
    from tui.screens.questions import Setting


MORE = 100  # steps that `n` adds: the lecture's number
FAR = 1_000_000  # that `N` adds: at no pace limit some 15 seconds, 8 MB of history
# Of Textual's commands: each has an action of ours, or several, in the palette.
OURS_INSTEAD = {"Theme", "Quit", "Keys", "Maximize", "Minimize", "Screenshot"}


class LabApp(LeavingApp):
    """The whole screen. Every action of `tui.actions` has its method here."""

    # --- training

    def action_train(self) -> None:
        """Train, or pause."""
        self.send(Pause() if self.is_training else Train())

    def action_step(self) -> None:
        """Make one step."""
        self.send(StepOnce())

    def action_more(self) -> None:
        """Train 100 steps more."""
        self.send(Train(more=MORE))

    def action_far(self) -> None:
        """Train a million steps more."""
        self.send(Train(more=FAR))

    def action_reset(self) -> None:
        """Start again from the same weights."""
        self.send(Reset())

    def action_reseed(self) -> None:
        """Start again from the next seed: predictable, so that two people see the same."""
        self._change(Reset(by=1))

    def _change(self, request: Requests) -> None:
        if self.snapshot is None:
            self.tell_absence()
        else:
            self.send(request)

    def action_adjust(self, setting: Ladder, by: int) -> None:
        """Move a setting along its ladder, which the engine knows."""
        self.send(Adjust(setting, by))

    def action_settings(self) -> None:
        """Give settings exact values."""
        if self.dataset is None or self.snapshot is None:
            self.tell_absence()
        else:
            from tui.screens.settings import SettingsScreen

            table, present = self.dataset.settings, self.snapshot.settings
            self.push_screen(SettingsScreen(table, present, self.engine.call))

    def action_log_scale(self) -> None:
        """Change the scale of the loss."""
        self.query_one(LossPane).rescale()

    # --- matrix

    def action_view(self, by: int) -> None:
        """Show another view."""
        self.show_view(self.query_one(MatrixPane).view_after(by))

    def show_view(self, view: View) -> None:
        """Show a view of the matrix; what is drawn stays true where nobody tells its values."""
        if self.engine.is_up:
            self.query_one(MatrixPane).show_view(view)
        else:
            self.tell_absence()

    def action_order(self) -> None:
        """Order the characters otherwise."""
        self.query_one(MatrixPane).reorder()

    def action_go_to(self) -> None:
        """Ask for a pair, and go there."""
        if self.dataset is None:
            self.tell_absence()
        else:
            from tui.screens.questions import about_pair

            self._ask(about_pair(self.dataset, self.query_one(MatrixPane).go_to))

    # --- names

    def action_draw(self) -> None:
        """Draw ten names, or one text."""
        self.query_one(SamplesPane).follow()
        is_text = self.dataset is not None and self.dataset.data_format.format == "text"
        self.send(Draw(1 if is_text else NAMES_AT_ONCE))

    def action_keep_sampling(self) -> None:
        """Keep drawing names, or stop."""
        self._change(Adjust("keep_sampling", 1))

    def action_source(self) -> None:
        """Draw from the next source."""
        self._change(Adjust("source", 1))

    def action_stream(self) -> None:
        """Draw with the next stream of random numbers."""
        self._change(Adjust("stream", 1))

    def action_ask(self, what: Setting) -> None:
        """Ask for one of the sampler's settings."""
        if self.snapshot is None:
            self.tell_absence()
        else:
            from tui.screens.questions import about_setting

            self._ask(about_setting(what, self.snapshot.settings, self.engine.call))

    # --- data

    def action_open(self) -> None:
        """Ask for a file, and open it."""
        from tui.screens.open import OpenScreen

        present = None if self.dataset is None else self.dataset.path
        self.push_screen(
            OpenScreen(
                self.engine.opening,
                self.engine.call,
                self.engine.go_on_command,
                present,
                lambda: self.is_training,
            )
        )

    def action_score(self) -> None:
        """Score words while they are typed."""
        from tui.screens.score import ScoreScreen

        async def score(word: str) -> Scored:
            return expected(Scored, await self.engine.call(Score(word)))

        written = {}
        if self.dataset is not None:
            written = dict(zip(self.dataset.characters, self.dataset.labels, strict=True))
        pane = self.query_one(SamplesPane)
        word = "" if pane.selected is None else pane.selected.text
        self.push_screen(ScoreScreen(score, written, word, is_passage=pane.is_of_text))

    # --- the lab

    def action_pane(self, number: int) -> None:
        """Go to a pane; where one is enlarged, this one is then."""
        pane = next(pane for pane in self.panes if number == pane.NUMBER)
        self.arrange(number)
        if self.screen.maximized is not None:
            self.screen.minimize()
            self._enlarge(pane)
        self.screen.set_focus(pane)  # at once: the next key may already mean this pane

    def action_turn(self, by: int) -> None:
        """Go to the next pane, or the previous, whether it is shown or not."""
        panes = [pane.NUMBER for pane in self.panes]
        at = self.focused.NUMBER if isinstance(self.focused, Pane) else panes[0] - by
        self.action_pane(panes[(panes.index(at) + by) % len(panes)] if at in panes else panes[0])

    def action_zoom(self) -> None:
        """Enlarge the focused pane, or shrink it again."""
        if self.screen.maximized is not None:
            self.screen.minimize()
            self._refit()
        elif isinstance(self.focused, Pane):
            self._enlarge(self.focused)

    def _enlarge(self, pane: Pane) -> None:
        # Beforehand: Textual arranges an enlarged widget only once.
        pane.styles.width = pane.styles.height = None
        self.screen.maximize(pane, container=False)
        self._refit()

    def _refit(self) -> None:
        self.hold()
        for pane in self.panes:
            self.call_after_refresh(pane.refit)

    def action_restart(self) -> None:
        """Start the engine again, if it has ended; reach for it again, if the link is down."""
        if self.has_ended:
            self.start()
        elif self.is_cut_off:
            self.engine.try_again()
        elif self._state in ("starting", "not answering"):
            self.tell_absence()
        else:
            self.notify("The engine runs: there is nothing to start again.")

    def action_help(self) -> None:
        """Show all keys."""
        from tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.focused if isinstance(self.focused, Pane) else None))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Those of Textual's own commands that the palette has not from us already."""
        for command in super().get_system_commands(screen):
            if command.title not in OURS_INSTEAD:
                yield command

    def _ask(self, question: Question) -> None:
        from tui.screens.prompt import Prompt

        self.push_screen(Prompt(question))
