"""How bytes of the terminal become keys, where escape and another key come at once.

Over a slow connection they often come in one packet, which is what a terminal sends for alt and the
key. Textual makes alt and the letter of a letter alone; of enter, space, tab, a sign or a control
key only that, or yet another key. Here it is alt and the key always: the app knows what it means.
"""

from __future__ import annotations

import os
from codecs import getincrementaldecoder
from collections.abc import Callable, Generator
from contextlib import suppress
from selectors import EVENT_READ, SelectSelector
from typing import Final

from textual import constants
from textual.events import Key
from textual.message import Message

from tui.terminal.suspension import StoppableDriver
from tui.terminal.textual_private import ParseEOF, ParseError, Peek1, Read1, XTermParser

_ESCAPE: Final = "\x1b"
_OPENERS: Final = "[OP]_^X\\"  # behind escape: of a key, of an answer, of a string and its end
_SECONDS: Final = 0.1  # after which the clock is looked at: an escape that nothing follows
_READ: Final = 4096  # bytes at once


class KeyParser(XTermParser):
    """Textual's parser, which sees an escape only where a sequence begins with it."""

    def parse(
        self, token_callback: Callable[[Message], None]
    ) -> Generator[Read1 | Peek1, str, None]:
        """Hold an escape back, and what may open a sequence, until one knows what they are."""
        has_alt = False

        def hear(token: Message) -> None:
            if has_alt and isinstance(token, Key):
                token = Key(f"alt+{token.key}", token.character)
            token_callback(token)

        textual = super().parse(hear)
        awaited, held = next(textual), ""
        with suppress(StopIteration):  # where nothing comes any more
            while True:
                was_held, character, end = held, "", None
                try:
                    character = yield Read1(constants.ESCAPE_DELAY) if held else awaited
                except ParseError as error:  # nothing came in time, or nothing comes any more
                    end = error
                if held == _ESCAPE and character and character in _OPENERS:
                    held += character  # perhaps a sequence
                elif len(held) > 1 and character not in ("", _ESCAPE):
                    for each in held + character:  # it is one
                        awaited = textual.send(each)
                    held = ""
                elif held:
                    if key := held[1:] or character.strip(_ESCAPE):
                        has_alt = True
                        awaited = textual.send(key)
                        has_alt = False
                    else:
                        token_callback(Key("escape", _ESCAPE))
                    held = _ESCAPE if character == _ESCAPE else ""
                elif character == _ESCAPE and awaited.timeout is None:
                    held = _ESCAPE
                elif character:
                    awaited = textual.send(character)
                if end is not None and (not was_held or isinstance(end, ParseEOF)):
                    awaited = textual.throw(end)


class KeyReadingDriver(StoppableDriver):
    """Textual's driver for terminals, with that parser."""

    def run_input_thread(self) -> None:
        """Read until the driver stops. What is no UTF-8 is no reason to end."""
        parser = KeyParser()
        decode = getincrementaldecoder("utf-8")("replace").decode
        with SelectSelector() as selector:
            selector.register(self.fileno, EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_SECONDS):
                    if not (data := os.read(self.fileno, _READ)):
                        break  # the terminal is gone
                    if text := decode(data):
                        for message in parser.feed(text):
                            self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)
