"""The ways out of the lab: the clipboard and files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from textual.widget import Widget

from engine.settings.limits import NAMES_AT_ONCE
from engine.text.printable import printable
from engine.wire.answers import Text
from engine.wire.client import EngineError, expected
from engine.wire.requests import Export, Exportable
from engine.wire.values import View
from tui.control.ui_protocol import Ui
from tui.drawing.numbers import size
from tui.panes.names.pane import NamesPane
from tui.panes.pane import Pane
from tui.session.session import Session

# The terminal gets what is copied in one sequence, OSC 52. Some cut it at 100,000 bytes: 8 around
# it, and base64 makes 4 of 3.
CUT_BY_SOME: Final = 74_994  # bytes
TAKEN_BY_TMUX: Final = 786_000  # bytes: a mebibyte of base64; more is taken by hardly any


class Copying:
    """Copies and exports what the panes show."""

    def __init__(self, session: Session, ui: Ui) -> None:
        self._session = session
        self._ui = ui

    def copy(self, pane: Widget | None, view: View) -> None:
        """Copy the focused pane's content, as a whole and in full precision; of names, one."""
        if self._session.snapshot is None:
            self._ui.tell_absence()
        elif isinstance(pane, NamesPane):
            name = pane.picked
            if name is None:
                self._tell_that_there_is_no_name()
            else:
                what = f"the name {printable(name.text)}" if name.text else "an empty name"
                if pane.is_of_text:
                    what = f"a text of {len(name.text):,} characters"
                self._put(what, name.text)
        elif isinstance(pane, Pane):
            copying = self._copy(pane.title.lower(), pane.EXPORT, view)
            self._ui.run_worker(copying, group="requests")

    def copy_names(self) -> None:
        """Copy all names."""
        if self._session.snapshot is None:
            self._ui.tell_absence()
        elif not self._session.snapshot.drawn:
            self._tell_that_there_is_no_name()
        else:
            self._ui.run_worker(self._copy("names", "names", "counts"), group="requests")

    def export(self, pane: Widget | None, view: View) -> None:
        """Write the focused pane's content to a file."""
        if self._session.dataset is None:
            self._ui.tell_absence()
            return
        if not isinstance(pane, Pane):
            return
        from tui.screens.export import ExportPrompt

        what = pane.EXPORT

        async def content(path: Path) -> str:
            # Asked for as CSV, the names come with all that is known of them.
            plain = what == "samples" and path.suffix.lower() != ".csv"
            return await self._exported("names" if plain else what, view)

        suggestion = file_name(self._session.dataset.name, what, self._view_name(view))
        self._ui.push_screen(ExportPrompt(pane.title.lower(), suggestion, content))

    def export_screen(self, svg_of_screen: Callable[[], str], *, as_png: bool) -> None:
        """Write an SVG or a PNG of the whole screen to a file, with the dialog that is open."""
        from tui.screens.export import ExportPrompt
        from tui.terminal.pictures import png

        if isinstance(self._ui.screen, ExportPrompt):
            return
        picture = svg_of_screen()  # of now, without the question

        async def content(path: Path) -> str | bytes:
            is_png = path.suffix.lower() == ".png"
            return await asyncio.to_thread(png, picture) if is_png else picture

        dataset = self._session.dataset
        name = "makemore-tui" if dataset is None else dataset.name
        suggestion = file_name(name, "png" if as_png else "svg")
        self._ui.push_screen(ExportPrompt("the screen", suggestion, content))

    def _view_name(self, view: View) -> str:
        """A view as a file's name tells it: of one run, the run."""
        snapshot = self._session.snapshot
        if snapshot is None or view not in ("compared", "selected"):
            return view
        return (snapshot.selected_run if view == "selected" else snapshot.compared_run).name

    async def _copy(self, what: str, export: Exportable, view: View) -> None:
        try:
            text = await self._exported(export, view)
        except EngineError as error:
            self._ui.notify(str(error), severity="error")
            return
        self._put(f"{what}: {text.count(chr(10)):,} lines", text)

    async def _exported(self, what: Exportable, view: View) -> str:
        answer = await self._session.call(Export(what, view=view))
        return expected(Text, answer).text

    def _put(self, what: str, text: str) -> None:
        """Copy a text, and say what it was; what terminals cannot take is not sent to them."""
        count, write = len(text.encode()), self._ui.keys.name("pane.export")
        if count > TAKEN_BY_TMUX:
            told = f"Not copied: {size(count)} are more than terminals take. {write} writes a file."
        elif self._ui.is_behind:
            told = "Not copied: the terminal has yet to take what it was sent before."
        else:
            self._ui.copy_to_clipboard(text)
            if count <= CUT_BY_SOME:
                self._ui.notify(f"Copied {what}.")
                return
            told = (
                f"Copied {what}, {size(count)}. Some terminals cut this off: {write} writes a file."
            )
        self._ui.notify(told, severity="warning")

    def _tell_that_there_is_no_name(self) -> None:
        self._ui.notify(
            f"There is no name yet. {self._ui.keys.name('samples.draw')} draws {NAMES_AT_ONCE}."
        )


def file_name(data: str, what: Exportable | Literal["svg", "png"], view: str = "counts") -> str:
    """A name for an exported file.

    >>> file_name("names.txt", "matrix", "net"), file_name("names.txt", "samples")
    ('names-net.csv', 'names-drawn.txt')
    """
    endings = {
        "matrix": f"{view}.csv",
        "loss": "loss.csv",
        "samples": "drawn.txt",
        "names": "drawn.txt",
        "dataset": "data.json",
        "inside": f"{view}.csv",
        "svg": "screen.svg",
        "png": "screen.png",
    }
    stem, ending = _safe(Path(data).stem), _safe(endings[what])
    return f"{stem[:80].strip('. ') or 'data'}-{ending}"


def _safe(text: str) -> str:
    return "".join(c if c.isalnum() or c in "-_.+ " else "_" for c in text)
