"""Saving a lab to a file of the engine's machine: the second time to the same, unasked."""

from __future__ import annotations

from engine.text.printable import printable
from engine.wire.answers import Exists, Saved
from engine.wire.client import EngineError, expected
from engine.wire.requests import Save
from tui.control.ui_protocol import Ui
from tui.session.session import Session


class Saving:
    """Asks where to save the lab, and remembers it."""

    def __init__(self, session: Session, ui: Ui) -> None:
        self._session = session
        self._ui = ui
        # The chosen file, with the start of the lab's engine and the number of its data set there.
        self._saved_as: tuple[float, int, str] | None = None

    def save(self) -> None:
        """Save the lab, where the file is known; otherwise ask for it."""
        if self._session.dataset is None:
            self._ui.notify(self._session.absence(), markup=False)
        elif (path := self._file) is not None:
            self._ui.run_worker(self._save(path), group="requests")
        else:
            self._ask()

    def _ask(self) -> None:
        from tui.screens.save import SavePrompt

        dataset = self._session.dataset
        suggestion = f"{self._session.lab_name}.safetensors"
        folder = "" if dataset is None else dataset.folder
        self._ui.push_screen(SavePrompt(suggestion, folder, self._session.call, self._saved))

    async def _save(self, path: str) -> None:
        try:
            answer = await self._session.call(Save(path, over="checkpoint"))
            if isinstance(answer, Exists):  # something else has come there since
                raise EngineError(f"{answer.path} exists: the lab was not saved there.")
            saved = expected(Saved, answer)
        except EngineError as error:
            self._ui.notify(str(error), severity="error", markup=False)
            if self._session.conversation.is_up:
                self._ask()
        else:
            self._saved(saved.path)

    @property
    def _file(self) -> str | None:
        """Where the lab is saved to without a question."""
        dataset = self._session.dataset
        if dataset is None:
            return None
        if self._saved_as is not None:
            since, number, path = self._saved_as
            if (since, number) == (self._session.conversation.since, dataset.number):
                return path
        return dataset.save_to

    def _saved(self, path: str) -> None:
        if self._session.dataset is not None:
            since, number = self._session.conversation.since, self._session.dataset.number
            self._saved_as = since, number, path
        self._ui.notify(f"Saved {printable(path)}.", markup=False)
