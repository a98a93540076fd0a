"""Saving a lab to a file of the engine's machine: the second time to the same, unasked."""

from __future__ import annotations

from engine.text.printable import printable
from engine.wire.answers import Exists, Saved
from engine.wire.client import EngineError, expected
from engine.wire.events import DatasetOpened
from engine.wire.requests import Save
from tui.control.ui_protocol import Ui
from tui.session.session import Session


class Saving:
    """Asks where to save the lab, and remembers it."""

    def __init__(self, session: Session, ui: Ui) -> None:
        self._session = session
        self._ui = ui
        # By the start of the lab's engine and the number of its data set there.
        self._chosen: dict[tuple[float, int], str] = {}

    def save(self) -> None:
        """Save the lab, where the file is known; otherwise ask for it."""
        dataset = self._session.dataset
        if dataset is None:
            self._ui.tell_absence()
        elif (path := self._chosen.get(self._lab(dataset), dataset.save_to)) is not None:
            self._ui.run_worker(self._save(path), group="requests")
        else:
            self._ask()

    def _ask(self) -> None:
        from tui.screens.save import SavePrompt

        assert self._session.dataset is not None
        suggestion, folder = f"{self._session.lab_name}.safetensors", self._session.dataset.folder
        self._ui.push_screen(SavePrompt(suggestion, folder, self._session.call, self._saved))

    async def _save(self, path: str) -> None:
        try:
            answer = await self._session.call(Save(path, over="checkpoint"))
            if isinstance(answer, Exists):  # something else has come there since
                raise EngineError(f"{answer.path} exists: the lab was not saved there.")
            saved = expected(Saved, answer)
        except EngineError as error:
            self._ui.notify(str(error), severity="error")
            if self._session.conversation.is_up:
                self._ask()
        else:
            self._saved(saved.path)

    def _saved(self, path: str) -> None:
        assert self._session.dataset is not None
        self._chosen[self._lab(self._session.dataset)] = path
        self._ui.notify(f"Saved {printable(path)}.")

    def _lab(self, dataset: DatasetOpened) -> tuple[float, int]:
        return self._session.conversation.since, dataset.number
