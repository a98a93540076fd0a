"""Ask where to export to, and write the file. What is there already is asked about."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from engine.errors import AlreadyThere
from engine.files.output import check_place, write_file
from engine.text.printable import printable
from engine.wire.client import EngineError
from tui.screens.prompt import Prompt, Question

# Given where it goes, as the file's ending may choose its form.
Content = Callable[[Path], Awaitable[str | bytes]]


class ExportPrompt(Prompt):
    """A path. Pressing enter twice, with nothing between, replaces a file that is there."""

    def __init__(self, what: str, suggestion: str, content: Content) -> None:
        """A prompt for a file, in the present folder at first, with `what` in its title."""
        hint = f"A file, in {_here()} or another folder."
        super().__init__(Question(f"Export {what}", hint, suggestion, self._save))
        self._content = content

    async def _save(self, text: str) -> None:
        if not text.strip():
            raise EngineError("Give the file a name.")
        path = Path(os.path.expanduser(text.strip()))
        over = self.confirmation.is_sure(path)
        if over:
            self.confirmation.forget()
        try:
            # Before the engine is asked: what it has to say may be long.
            await asyncio.to_thread(check_place, path, overwrite=over)
            content = await self._fetched(path)
            # A file that is being written is written, whether the dialog is still there or not.
            await self.finish_even_if_closed(self._written(path, content, over))
        except AlreadyThere as error:
            self.confirmation.ask(path)
            raise EngineError(f"{error} Enter again writes over it.") from error

    async def _fetched(self, path: Path) -> str | bytes:
        try:
            return await self._content(path)
        except asyncio.CancelledError:
            if self.app.is_running:
                self.app.notify("Nothing was exported.")
            raise

    async def _written(self, path: Path, content: str | bytes, over: bool) -> None:
        data = content.encode() if isinstance(content, str) else content
        await asyncio.to_thread(write_file, path, data, overwrite=over)
        much = ""
        if isinstance(content, str) and path.suffix.lower() != ".svg":
            much = f": {content.count(chr(10)):,} lines"
        self.app.notify(f"Wrote {printable(str(path))}{much}.")


def _here() -> str:
    """The present folder, safe to draw; it may be gone."""
    try:
        return printable(str(Path.cwd()))
    except OSError:
        return "a folder that is gone"
