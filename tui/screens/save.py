"""Ask for the file that the whole lab is saved to. What is there already is asked about."""

from __future__ import annotations

from collections.abc import Callable

from engine.wire.answers import Exists, Saved
from engine.wire.client import EngineError, expected
from engine.wire.requests import Save
from tui.screens.dialog import Call
from tui.screens.prompt import Prompt, Question


class SavePrompt(Prompt):
    """A path on the engine's machine. Pressing enter twice replaces a file that is there."""

    def __init__(
        self, suggestion: str, folder: str, call: Call, saved: Callable[[str], None]
    ) -> None:
        """A prompt.

        Args:
            suggestion: a file's name.
            folder: of the engine's machine, that a relative path begins in; empty: it is gone.
            call: carries out a request.
            saved: takes the whole path of the file, once it is written.
        """
        where = f", in {folder} where it is relative" if folder else ""
        hint = f"A file on the engine's machine{where}. makemore-tui --resume FILE goes on from it."
        super().__init__(Question("Save the lab", hint, suggestion, self._save))
        self._call = call
        self._saved = saved

    async def _save(self, text: str) -> None:
        path = text.strip()
        if not path:
            raise EngineError("Give the file a name.")
        # A lab that is being saved is saved, whether the dialog is still there or not.
        await self.finish_even_if_closed(self._kept(path, self.confirmation.is_sure(path)))

    async def _kept(self, path: str, is_sure: bool) -> None:
        match await self._call(Save(path, over="anything" if is_sure else "nothing")):
            case Exists(there):
                self.confirmation.ask(path)
                again = (
                    "It was not saved there." if self.is_closed else "Enter again writes over it."
                )
                raise EngineError(f"{there} exists. {again}")
            case answer:
                self._saved(expected(Saved, answer).path)
