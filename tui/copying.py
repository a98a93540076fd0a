"""The ways out of the lab: the clipboard and files."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final, Literal

from textual import work

from engine.client import EngineError, expected
from engine.printable import printable
from engine.protocol import Export, Exportable, Text, View
from tui.figures import size
from tui.live import LiveApp
from tui.panes.matrix import MatrixPane
from tui.panes.pane import Pane
from tui.panes.samples import SamplesPane

# The terminal gets what is copied in one sequence, OSC 52. Some cut it at 100,000 bytes: 8 around
# it, and base64 makes 4 of 3.
CUT_BY_SOME: Final = 74_994  # bytes
TAKEN_BY_TMUX: Final = 786_000  # bytes: a mebibyte of base64; more is taken by hardly any


class CopyingApp(LiveApp):
    """Copies and exports what the panes show."""

    def action_copy(self) -> None:
        """Copy the focused pane's content, as a whole and in full precision; of names, one."""
        pane = self.focused
        if self.snapshot is None:
            self.tell_absence()
        elif isinstance(pane, SamplesPane):
            name = pane.picked
            if name is None:
                self.notify(f"There is no name yet. {self.keys.name('samples.draw')} draws ten.")
            else:
                what = f"the name {printable(name.text)}" if name.text else "an empty name"
                if pane.is_of_text:
                    what = f"a text of {len(name.text):,} characters"
                self._put(what, name.text)
        elif isinstance(pane, Pane):
            self._copy(pane.title.lower(), pane.EXPORT)

    def action_copy_names(self) -> None:
        """Copy all names."""
        if self.snapshot is None:
            self.tell_absence()
        elif not self.snapshot.drawn:
            self.notify(f"There is no name yet. {self.keys.name('samples.draw')} draws ten.")
        else:
            self._copy("names", "names")

    def action_export(self) -> None:
        """Write the focused pane's content to a file."""
        pane = self.focused
        if self.dataset is None:
            self.tell_absence()
            return
        if not isinstance(pane, Pane):
            return
        from tui.screens.export import ExportPrompt

        what, view = pane.EXPORT, self.query_one(MatrixPane).view

        async def content(path: Path) -> str:
            # Asked for as CSV, the names come with all that is known of them.
            plain = what == "samples" and path.suffix.lower() != ".csv"
            return await self._exported("names" if plain else what, view)

        suggestion = file_name(self.dataset.name, what, view)
        self.push_screen(ExportPrompt(pane.title.lower(), suggestion, content))

    def action_export_screen(self) -> None:
        """Write a picture of the whole screen to a file, with the dialog that is open."""
        from tui.pictures import png
        from tui.screens.export import ExportPrompt

        if isinstance(self.screen, ExportPrompt):
            return
        picture = self.export_screenshot()  # of now, without the question

        async def content(path: Path) -> str | bytes:
            is_png = path.suffix.lower() == ".png"
            return await asyncio.to_thread(png, picture) if is_png else picture

        name = self.dataset.name if self.dataset is not None else "makemore-tui"
        suggestion = file_name(name, "png" if self.config.png else "svg")
        self.push_screen(ExportPrompt("the screen", suggestion, content))

    @work(group="requests")
    async def _copy(self, what: str, export: Exportable) -> None:
        try:
            text = await self._exported(export, self.query_one(MatrixPane).view)
        except EngineError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._put(f"{what}: {text.count(chr(10)):,} lines", text)

    async def _exported(self, what: Exportable, view: View) -> str:
        answer = await self.engine.call(Export(what, view=view))
        return expected(Text, answer).text

    def _put(self, what: str, text: str) -> None:
        """Copy a text, and say what it was; what terminals cannot take is not sent to them."""
        count, write = len(text.encode()), self.keys.name("pane.export")
        if count > TAKEN_BY_TMUX:
            told = f"Not copied: {size(count)} are more than terminals take. {write} writes a file."
            self.notify(told, severity="warning", markup=False)
            return
        if self.is_behind:
            told = "Not copied: the terminal has yet to take what it was sent before."
            self.notify(told, severity="warning", markup=False)
            return
        self.copy_to_clipboard(text)
        if count > CUT_BY_SOME:
            told = f"Copied {what}, {size(count)}."
            told += f" Some terminals cut this off: {write} writes a file."
            self.notify(told, severity="warning", markup=False)
        else:
            self.notify(f"Copied {what}.", markup=False)


def file_name(data: str, what: Exportable | Literal["svg", "png"], view: View = "counts") -> str:
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
        "svg": "screen.svg",
        "png": "screen.png",
    }
    stem = "".join(c if c.isalnum() or c in "-_.+ " else "_" for c in Path(data).stem)
    return f"{stem[:80].strip('. ') or 'data'}-{endings[what]}"
