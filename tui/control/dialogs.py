"""The dialogs that keys open; each is loaded when it is asked for: the first paint needs none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.wire.answers import Scored
from engine.wire.client import expected
from engine.wire.events import DatasetOpened, Snapshot
from engine.wire.requests import Score
from tui.chrome.lab_screen import LabScreen
from tui.control.ui_protocol import Ui
from tui.panes.pane import Pane
from tui.session.session import Session

if TYPE_CHECKING:
    from tui.screens.questions import Asked


class Dialogs:
    """Opens dialogs about the lab, where there is one to speak of."""

    def __init__(self, session: Session, ui: Ui, lab: LabScreen) -> None:
        self._session = session
        self._ui = ui
        self._lab = lab

    def begin_run(self) -> None:
        """Choose the kind of another run, and its settings."""
        if (open_ := self._open_lab()) is not None:
            from tui.screens.runs.begin import KindScreen

            dataset, snapshot = open_
            self._ui.push_screen(
                KindScreen(dataset, snapshot.selected_run.kind, self._session.call)
            )

    def runs(self) -> None:
        """List all runs."""
        if (open_ := self._open_lab()) is not None:
            from tui.screens.runs.screen import RunsScreen

            self._ui.push_screen(RunsScreen(*open_, self._lab.snapshots, self._session.call))

    def settings(self) -> None:
        """Give settings exact values."""
        if (open_ := self._open_lab()) is not None:
            from tui.screens.settings import settings_form

            self._ui.push_screen(settings_form(*open_, self._session.call))

    def ask(self, what: Asked) -> None:
        """Ask for one of the sampler's settings."""
        if (open_ := self._open_lab()) is not None:
            from tui.screens.prompt import Prompt
            from tui.screens.questions import about_setting

            question = about_setting(what, open_[1].settings, self._session.call)
            self._ui.push_screen(Prompt(question))

    def go_to_pair(self) -> None:
        """Ask for a pair, and go there."""
        dataset = self._session.dataset
        if dataset is None:
            self._ui.tell_absence()
        else:
            from tui.screens.prompt import Prompt
            from tui.screens.questions import about_pair

            self._ui.push_screen(Prompt(about_pair(dataset, self._lab.matrix.go_to)))

    def open(self) -> None:
        """Ask for a file, and open it."""
        from tui.screens.open.screen import OpenScreen

        dataset, conversation = self._session.dataset, self._session.conversation
        self._ui.push_screen(
            OpenScreen(
                conversation.opening,
                conversation.call,
                self._session.engine.go_on_command,
                None if dataset is None else dataset.path,
                lambda: self._session.is_training,
            )
        )

    def score(self) -> None:
        """Score words while they are typed."""
        from tui.screens.score.screen import ScoreScreen

        async def score(word: str) -> Scored:
            return expected(Scored, await self._session.call(Score(word)))

        dataset, names = self._session.dataset, self._lab.names
        written = {}
        if dataset is not None:
            written = dict(zip(dataset.characters, dataset.labels, strict=True))
        word = "" if names.selected is None else names.selected.text
        self._ui.push_screen(ScoreScreen(score, written, word, is_passage=names.is_of_text))

    def help(self) -> None:
        """Show all keys, those of the focused pane first."""
        from tui.screens.help import HelpScreen

        focused = self._lab.focused
        self._ui.push_screen(HelpScreen(focused if isinstance(focused, Pane) else None))

    def _open_lab(self) -> tuple[DatasetOpened, Snapshot] | None:
        """The lab as it is; None if there is none yet, which is said."""
        dataset, snapshot = self._session.dataset, self._session.snapshot
        if dataset is None or snapshot is None:
            self._ui.tell_absence()
            return None
        return dataset, snapshot
