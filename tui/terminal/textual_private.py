"""All that the lab uses of Textual's private parts; nothing else in `tui` touches one.

What Textual offers no public way for stands here, each with what it is for. A new version of
Textual may change any of it: `tests/tui/terminal/test_textual_private.py` then fails by its name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.cells import cell_len
from rich.console import RenderableType

# What a frame is when it is handed to the terminal: the lab sends only what it changes.
from textual._compositor import CompositorUpdate as CompositorUpdate

# Textual's parser of a terminal's bytes, and its protocol: the lab's holds an escape back.
from textual._parser import ParseEOF as ParseEOF
from textual._parser import ParseError as ParseError
from textual._parser import Peek1 as Peek1
from textual._parser import Read1 as Read1
from textual._xterm_parser import XTermParser as XTermParser
from textual.app import App
from textual.command import CommandList, CommandPalette
from textual.content import Content
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.types import CallbackType
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets.option_list import Option

from tui.terminal.letter_widths import laid_out


class FrameFilteringApp(App[None], inherit_bindings=False):
    """An app that sees every frame before its terminal does: all of them pass `App._display`."""

    def wants_frame(self) -> bool:
        """Whether its screens draw what has changed now; otherwise it stays to be drawn."""
        return True

    @property
    def driver(self) -> Driver | None:
        """The driver of the terminal; `None` before the app runs."""
        return self._driver

    def frame_to_send(self, frame: CompositorUpdate) -> CompositorUpdate:
        """What is sent instead of a frame."""
        return frame

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, CompositorUpdate):
            renderable = self.frame_to_send(renderable)
        super()._display(screen, renderable)


class WritingDriver(LinuxDriver):
    """A driver whose file can be replaced, which is stderr, and that tells how its writing is."""

    @property
    def has_written(self) -> bool:
        """Whether the screen has ever begun."""
        return self._writer_thread is not None

    @property
    def is_writing(self) -> bool:
        """Whether the thread that writes to the terminal runs: not while the app is suspended."""
        return self._writer_thread is not None and self._writer_thread.is_alive()

    def replace_output(self, replacement: Callable[[Any], Any]) -> Any:
        """Write to what `replacement` makes of Textual's file from now on. Returns that."""
        self._file: Any = replacement(self._file)
        return self._file


class SparingScreen(Screen[Any], inherit_bindings=False):
    """A screen that draws a frame only if its app wants one."""

    def _compositor_refresh(self) -> None:
        app = self.app
        if self is app.screen and isinstance(app, FrameFilteringApp) and not app.wants_frame():
            self._dirty_widgets.clear()  # their regions are known, and stay to be drawn
        else:
            super()._compositor_refresh()


class ResizingScreen(SparingScreen, inherit_bindings=False):
    """A screen on which every widget is told of each size that it gets.

    Textual compares an arrangement with the one before, and tells the widgets whose size differs.
    But whoever asks for a widget's place in between may have made it arrange everything already;
    then nothing seems to differ, and a pane stays drawn for the size that it had.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._told = self._compositor._full_map  # the places that widgets know of

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        """Arrange all widgets, also where only some scroll, and tell those that do not know yet."""
        self._compositor._full_map = self._told
        super()._refresh_layout(size)
        self._told = self._compositor._full_map


class ReturningScreen(SparingScreen, inherit_bindings=False):
    """A dialog that takes nothing of the screen behind it along when it is closed.

    Textual leaves what is to come after a refresh to the screen in front, with which it vanishes.
    """

    def _invoke_later(self, callback: CallbackType, sender: MessagePump) -> None:
        """Leave what is to come after a refresh to the lab's screen, unless it is its own."""
        is_own = isinstance(sender, Widget) and self in sender.ancestors_with_self
        if is_own:
            super()._invoke_later(callback, sender)
        else:
            self.app.screen_stack[0]._invoke_later(callback, sender)


class ClosablePalette(CommandPalette):
    """Textual's palette, which fails where it is closed, or opened again, while it searches."""

    NO_MATCHES = Content.styled("No command is called so.", "$foreground-muted not bold")

    def _watch__list_visible(self) -> None:
        if self.is_current:
            super()._watch__list_visible()

    def _start_no_matches_countdown(self, search_value: str) -> None:
        """Say at once that nothing matches: for half a second Textual shows an empty box."""
        if self.is_current:
            option = Option(self.NO_MATCHES, disabled=True, id=self._NO_MATCHES)
            self.query_one(CommandList).add_option(option)
            self._list_visible = True


class ColumnInput(Input):
    """A field whose cursor is where its letters are laid out; Textual knows one width of each."""

    def _position_to_cell(self, position: int) -> int:
        return cell_len(laid_out(self.value)[:position])

    def _cell_offset_to_index(self, offset: int) -> int:
        text, column = laid_out(self.value), offset + self.scroll_offset.x
        ends = (place for place in range(len(text)) if cell_len(text[: place + 1]) > column)
        return next(ends, len(text))
