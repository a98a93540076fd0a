"""An app that sends its terminal no more than it needs, and no faster than it reads.

Every update passes through `App._display`, a private part of Textual: a new version may change it.
"""

from __future__ import annotations

from time import monotonic
from typing import Any, Final

from rich.console import RenderableType
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.events import Resize
from textual.screen import Screen

from tui.driver import TerminalDriver
from tui.frame import Difference, Frame
from tui.letters import restored
from tui.terminal import Terminal

LONGEST_HOLD: Final = 1.0  # seconds without a frame


class ThriftyApp(App[None]):
    """Sends differences between frames; leaves frames out while the terminal does not keep up."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(driver_class=TerminalDriver)
        self.terminal = terminal
        self._frame = Frame(terminal.colours)
        self._left_out = False  # a frame, since the terminal last kept up
        self._holds = False  # frames back, while panes are drawn for another size
        self._held_since = 0.0

    def on_mount(self) -> None:
        """After a stop (Ctrl+Z) the terminal shows something else."""
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())

    def on_resize(self, event: Resize) -> None:
        """Terminals break lines anew at another size: what is on them now is unknown."""
        self.action_redraw()

    def action_redraw(self) -> None:
        """Send the whole screen again."""
        self._frame.forget()
        self.screen.refresh()

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """A picture in SVG that looks the same in every viewer."""
        from tui.pictures import portable  # the first paint needs none of it

        # Of letters, not of what stands in for them.
        return portable(restored(super().export_screenshot(title=title, simplify=simplify)))

    def hold(self) -> None:
        """Show no frame until all panes are drawn for the size that they are about to get.

        In between each shows what was drawn for the size before, cut off. It takes three rounds:
        for the new places, what fits them, and the answers that change places once more. Where
        sizes follow one another quickly, some of these frames are seen all the same.
        """
        if not self._holds:
            self._holds, self._held_since = True, monotonic()
        self.call_after_refresh(self.call_after_refresh, self.call_after_refresh, self._let_go)

    def _let_go(self) -> None:
        self._holds = False
        self.screen.refresh()

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has yet to take what it was sent: more might wait for ever."""
        return isinstance(self._driver, TerminalDriver) and self._driver.is_behind

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if self._holds and monotonic() - self._held_since < LONGEST_HOLD:
            return
        driver = self._driver
        if isinstance(driver, TerminalDriver) and isinstance(renderable, CompositorUpdate):
            if driver.is_behind:
                if not self._left_out:
                    self._left_out = True
                    driver.when_caught_up(self._catch_up)
                return
            renderable = Difference(self._frame, renderable, *self.size)
        super()._display(screen, renderable)

    def _catch_up(self) -> None:
        self._left_out = False
        self.screen.refresh()
