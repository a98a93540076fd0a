"""How a key finds its way: each is carried out before the next one is looked at.

Textual hands a key to the focused widget and lets it bubble up to the app, from one queue to the
next. A key that follows in the same instant is handed to the same widget, and is lost where the
first one has opened a dialog meanwhile. Here each key is carried out before the next one is looked
at; only letters for a field go straight there. What is typed before a dialog has its field waits,
and so does what is typed before the lab has its data.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from textual.binding import ActiveBinding
from textual.events import Event, Key
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from tui.actions import action_of
from tui.keys.overrides import KeyMap

if TYPE_CHECKING:
    from tui.terminal_app import TerminalApp

SECONDS_UNSEEN: Final = 0.1  # what keys do while more of them wait
SECONDS_TO_DRAW: Final = 0.02  # a frame; most take less
# What shells take for it; terminals of macOS send it for option and an arrow.
_BY_WORDS: Final = {"b": "ctrl+left", "f": "ctrl+right", "backspace": "ctrl+w"}


class KeyDispatcher:
    """The keys of an app, one after another."""

    def __init__(self, app: TerminalApp, hand_on: Callable[[Event], Awaitable[None]]) -> None:
        """A dispatcher without a key; `hand_on` is what Textual does with one."""
        self._app = app
        self._keys = app.keys
        self._hand_on = hand_on
        self._waiting_for: Widget | None = None  # before the next key is looked at
        self._early: list[Key] = []  # typed meanwhile
        self._is_held = False  # whether to quit is about to be asked: keys wait for that
        self._rested = monotonic()  # when nothing but the present key was to be carried out

    async def dispatch(self, event: Key) -> None:
        """Take a key before Textual does."""
        await self._rest()
        in_field = bool(self._app.screen_stack) and isinstance(self._app.screen.focused, Input)
        for key in _apart(event, self._keys, in_field=in_field):
            if self._app.screen_stack:  # otherwise it was typed ahead of the end
                await self._take(key)

    async def _rest(self) -> None:
        """Where keys come faster than they are carried out, draw in between, now and then."""
        if not self._app.message_queue_size:
            self._rested = monotonic()
        elif monotonic() - self._rested > SECONDS_UNSEEN:
            await asyncio.sleep(SECONDS_TO_DRAW)
            self._rested = monotonic()

    async def _take(self, event: Key) -> None:
        """Carry a key out, after all before it."""
        no_text = not event.is_printable or (self._early and self._must_wait(self._early[0]))
        meant = self._keys.on(event.key)
        if no_text and meant is not None and meant[1].at_once:
            await self._act(event)  # it may be the way out
            return
        if event.key == "escape" and _awaits_answer(self._app.screen):
            self._early.clear()  # it was for what the answer would have brought
        self._early.append(event)
        if self._waiting_for is None or not self._waiting_for.is_attached:
            await self._go_on(None)

    async def _act(self, event: Key) -> bool:
        """Do what a key means, unless it means nothing, or is text to a field.

        A field's own editing keys, ctrl+k among them, come before what a person's key map makes of
        them, as in the field they mean the text; but not before what works everywhere.
        """
        screen, focused = self._app.screen, self._app.screen.focused
        if focused is not None and focused.check_consume_key(event.key, event.character):
            return False
        _, action = self._keys.on(event.key) or (None, None)
        if action is not None and action.anywhere:
            if action.at_once or screen is self._app.screen_stack[0]:
                return await self._app.run_action(action.does)
            self._wait_for(focused or screen, partial(self._app.run_action, action.does))
            return True
        active = screen.active_bindings.get(event.key)
        if active is None or not active.enabled:
            return False
        if screen is self._app.screen_stack[0]:
            if active.binding.id is not None:  # of the table
                await self._app.attend(action_of(active.binding.id))
            return await self._app.run_action(active.binding.action, active.node)
        # The keys before it may still be on their way through the dialog: letters to its field, and
        # what nothing in it takes up to the app, where they would mean something once it is closed.
        self._wait_for(focused or screen, partial(self._act_in_dialog, screen, active, event))
        return True

    async def _act_in_dialog(self, screen: Screen[Any], active: ActiveBinding, event: Key) -> None:
        if screen is not self._app.screen:  # a key before it closed the dialog
            if not await self._act(event):
                await self._hand_on(event)
            return
        # A field declines the keys of scrolling; then the dialog may have a use for them.
        if not await self._app.run_action(active.binding.action, active.node):
            await self._hand_on(event)

    def hold(self, *, held: bool) -> None:
        """Let keys wait, as a question is about to be asked; or look at them."""
        self._is_held = held
        if not held:
            self.look_again()

    def look_again(self) -> None:
        """Carry out keys that were typed too early, once what they work on is there."""
        if self._early and self._waiting_for is None:
            self._app.call_later(self._go_on, None)

    def _must_wait(self, event: Key) -> bool:
        meant = self._keys.on(event.key)
        if self._app.screen is not self._app.screen_stack[0]:
            return _awaits_answer(self._app.screen) and event.key != "escape"
        if self._is_held:
            return meant is None or not (meant[1].at_once or meant[1].id == "lab.detach")
        return meant is not None and not meant[1].anywhere and self._app.is_too_early(meant[1])

    def _wait_for(self, widget: Widget, act: Callable[[], Awaitable[object]] | None = None) -> None:
        """Act, and look at the next key, when all keys before have gone through a widget's queue.

        And through those of all above it, as a key does that nothing takes.
        """
        self._waiting_for = widget
        self._climb(widget.ancestors_with_self, act)

    def _climb(
        self, nodes: Sequence[MessagePump], act: Callable[[], Awaitable[object]] | None
    ) -> None:
        for at, node in enumerate(nodes, 1):
            if node is self._app:
                self._app.call_later(self._go_on, act)
                return
            if node.call_later(self._climb, nodes[at:], act):  # not where it is closing
                return

    async def _go_on(self, act: Callable[[], Awaitable[object]] | None) -> None:
        if act is not None:
            await act()
            stack = self._app.screen_stack
            if self._early and stack and stack[-1] is not stack[0]:
                # The dialog may ask the engine for something, and closes with its answer.
                self._wait_for(stack[-1].focused or stack[-1])
                return
        self._waiting_for = None
        while self._early and self._waiting_for is None and self._app.screen_stack:
            if self._must_wait(self._early[0]):
                return
            if not self._app.screen.is_mounted:
                self._wait_for(self._app.screen)
            elif not await self._act(event := self._early.pop(0)):
                await self._hand_on(event)


def _awaits_answer(screen: Screen[Any]) -> bool:
    """Whether a dialog closes with an answer of the engine's that is on its way."""
    return bool(getattr(screen, "awaits_answer", False))


def _apart(event: Key, keys: KeyMap, *, in_field: bool) -> list[Key]:
    """A key, or two: escape and a key that arrive together look like alt and the key.

    Over a slow connection they often come in one packet, so they are two, unless a person has given
    an action that key. Then it is no letter, not to a field either, where some move by words.
    """
    key = event.key.removeprefix("alt+")
    if key == event.key or event.character is None:  # what names alt itself, is alt
        return [event]
    if keys.on(event.key):
        return [Key(event.key, None)]
    if in_field and key in _BY_WORDS:
        return [Key(_BY_WORDS[key], None)]
    return [Key("escape", "\x1b"), Key(key, event.character)]
