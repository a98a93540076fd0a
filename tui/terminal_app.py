"""An app in a terminal: what the terminal is sent, its keys, its toasts, the ways out.

It sends no more than differs from what the terminal shows, and no faster than the terminal reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Final

from textual.events import Event, Key, Resize
from textual.filter import LineFilter, Monochrome, NoColor
from textual.notifications import SeverityLevel

from tui.actions import Action
from tui.drawing import terminal_filters
from tui.keys.dispatcher import KeyDispatcher
from tui.keys.overrides import KeyMap
from tui.terminal.capabilities import Terminal
from tui.terminal.cell_buffer import Difference, Frame
from tui.terminal.driver import TerminalDriver
from tui.terminal.letter_widths import laid_out, restored
from tui.terminal.textual_private import CompositorUpdate, FrameFilteringApp

LONGEST_HOLD: Final = 1.0  # seconds without a frame
SECONDS_TO_CONFIRM: Final = 5.0  # between the first ctrl+c and the second


class TerminalApp(FrameFilteringApp, inherit_bindings=False):
    """Sends differences between frames, takes keys one after another, and says a thing once."""

    SUSPENDED_SCREEN_CLASS = "-suspended"  # its toasts give way to those of the dialog above it

    def __init__(self, terminal: Terminal, keys: KeyMap) -> None:
        super().__init__(driver_class=TerminalDriver)
        self.terminal = terminal
        self.keys = keys
        self.dispatcher = KeyDispatcher(self, super().on_event)
        self._frame = Frame(terminal.colours)
        self._left_out = False  # a frame, since the terminal last kept up
        self._holds = False  # frames back, while panes are drawn for another size
        self._held_since = 0.0
        self._said: dict[tuple[str, str], float] = {}  # with the severity: until when it shows
        self._interrupted = -SECONDS_TO_CONFIRM  # when ctrl+c was pressed last
        self.add_class(f"-{terminal.colours}")

    def on_mount(self) -> None:
        """Put the person's own keys into force; mind that a stop (Ctrl+Z) changes the terminal."""
        self.set_keymap(self.keys.for_textual())
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())

    def on_resize(self, event: Resize) -> None:
        """Terminals break lines anew at another size: what is on them now is unknown."""
        self.action_redraw()

    # --- keys

    async def on_event(self, event: Event) -> None:
        """Take a key before Textual does."""
        if isinstance(event, Key) and not event.is_forwarded and self.app_focus:
            await self.dispatcher.dispatch(event)
        else:
            await super().on_event(event)

    async def attend(self, action: Action) -> None:
        """Make that one sees what an action does, before it is done."""

    def is_too_early(self, action: Action) -> bool:
        """Whether what an action works on is still on its way."""
        return False

    async def interrupt(self) -> None:
        """Quit at once, in earnest."""
        await self.action_quit()

    async def action_interrupt(self) -> None:
        """Quit, if this was pressed a moment ago; otherwise say so."""
        now = monotonic()
        if now - self._interrupted < SECONDS_TO_CONFIRM:
            await self.interrupt()
            return
        self._interrupted = now
        key, done = self.keys.name("interrupt"), ""
        # What ctrl+c means elsewhere in Textual.
        if (selected := self.screen.get_selected_text()) and not self.is_behind:
            self.copy_to_clipboard(selected)
            done = "Copied the selection. "
        self.notify(f"{done}Press {key} again to quit.", timeout=SECONDS_TO_CONFIRM)

    # --- what the terminal is sent

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every line goes through on its way to this terminal."""
        # Textual's own for NO_COLOR sends greys, which a terminal without colours has none of.
        ours = [f for f in super().get_line_filters() if not isinstance(f, Monochrome | NoColor)]
        if self.terminal.colours == "none":
            ours.append(
                terminal_filters.DARK if self.current_theme.dark else terminal_filters.LIGHT
            )
        if not self.terminal.unicode:
            ours.append(terminal_filters.ASCII)
        return ours

    def action_redraw(self) -> None:
        """Send the whole screen again."""
        self._frame.forget()
        self.screen.refresh()

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """A picture in SVG that looks the same in every viewer."""
        from tui.terminal.pictures import portable  # the first paint needs none of it

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
        return isinstance(self.driver, TerminalDriver) and self.driver.is_behind

    def wants_frame(self) -> bool:
        """Whether the terminal keeps up and nothing is held back: no frame is drawn in vain."""
        if self._holds and monotonic() - self._held_since < LONGEST_HOLD:
            return False
        if not isinstance(self.driver, TerminalDriver) or not self.driver.is_behind:
            return True
        if not self._left_out:
            self._left_out = True
            self.driver.when_caught_up(self._catch_up)
        return False

    def frame_to_send(self, frame: CompositorUpdate) -> CompositorUpdate:
        """What differs from the frame before."""
        if not isinstance(self.driver, TerminalDriver):
            return frame
        return Difference(self._frame, frame, *self.size)

    def _catch_up(self) -> None:
        self._left_out = False
        self.screen.refresh()

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Say a sentence as it is, unless the very same is still to be seen."""
        now, seconds = monotonic(), self.NOTIFICATION_TIMEOUT if timeout is None else timeout
        self._said = {said: until for said, until in self._said.items() if until > now}
        if (message, severity) in self._said:
            return
        self._said[message, severity] = now + seconds
        super().notify(
            laid_out(message), title=title, severity=severity, timeout=seconds, markup=markup
        )
