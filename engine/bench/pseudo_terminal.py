"""A terminal of its own for a program that is measured or tested.

A real pty of a given size, what comes out of it counted, and read by a terminal emulator. It needs
pyte and psutil, which come with the extra `bench`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from string import ascii_lowercase
from typing import Final, Self

import psutil
import pyte

from engine.errors import EngineError

SECONDS_TO_WAIT: Final = 60.0
KEYS: Final = {
    "escape": "\x1b", "enter": "\r", "tab": "\t", "backspace": "\x7f",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
    **{f"ctrl+{letter}": chr(ord(letter) - ord("a") + 1) for letter in ascii_lowercase},
}  # fmt: skip

# What pyte takes for text: queries and settings of newer terminals.
_UNKNOWN_TO_PYTE: Final = re.compile(rb"\x1b\[(?:[<=>][0-9;]*[a-zA-Z]|\?[0-9;]*\$p)")


class Waited(EngineError):
    """A program did not show what was waited for."""


class Pty:
    """Runs a program in a pty, and reads what it shows."""

    def __init__(
        self, command: Sequence[str], columns: int, lines: int, environment: Mapping[str, str]
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self.raw = b""  # everything that came
        self.exit_code: int | None = None
        self._stream = pyte.ByteStream(self.screen)
        self._text: dict[int, str] = {}  # lines, as they were read last
        self.pid, self._pty = pty.fork()
        if self.pid == 0:
            # By the child itself, so that the program cannot ask for the size before it is set.
            set_size(0, columns, lines)
            # These two would be believed rather than the terminal.
            own = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
            os.execvpe(command[0], tuple(command), {**own, **environment})  # noqa: S606

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.exit_code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._pty)

    def press(self, *keys: str) -> None:
        """Type keys, by name or as they are."""
        for key in keys:
            os.write(self._pty, KEYS.get(key, key).encode(errors="surrogateescape"))

    def text(self) -> str:
        """What is on the screen."""
        screen = self.screen
        for y in screen.dirty:
            line = screen.buffer[y]
            self._text[y] = "".join(line[x].data for x in range(screen.columns)).rstrip()
        screen.dirty.clear()
        return "\n".join(self._text.get(y, "") for y in range(screen.lines)).rstrip()

    def wait_until(self, condition: Callable[[str], object], what: str) -> None:
        """Read until the screen fulfils a condition; raises Waited after a minute in vain."""
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while not condition(self.text()):
            if not self.read(deadline - time.monotonic()):
                raise Waited(f"waited in vain for {what}:\n{self.text()}")

    def wait_for(self, *texts: str) -> None:
        """Read until all these texts are on the screen."""
        self.wait_until(lambda screen: all(text in screen for text in texts), repr(texts))

    def wait_until_quiet(self, seconds: float = 0.5) -> None:
        """Read until nothing has come for some time."""
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while self.read(seconds):
            if time.monotonic() > deadline:
                raise Waited(f"it is never quiet:\n{self.text()}")

    def count(self, seconds: float) -> int:
        """The bytes that come in so many seconds."""
        before, deadline = len(self.raw), time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.read(left)
        return len(self.raw) - before

    def processes(self) -> list[psutil.Process]:
        """The program, and the engine that it started."""
        program = psutil.Process(self.pid)
        return [program, *program.children(recursive=True)]

    def wait_for_exit(self) -> int:
        """Read until the program has ended; its exit code."""
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while self.read(deadline - time.monotonic()):
            pass
        if time.monotonic() > deadline:
            raise Waited(f"it does not end:\n{self.text()}")
        _, status = os.waitpid(self.pid, 0)
        self.exit_code = os.waitstatus_to_exitcode(status)
        return self.exit_code

    def read(self, seconds: float) -> bool:
        """Read what has come; False when nothing does, or nothing will any more."""
        ready, _, _ = select.select([self._pty], [], [], max(0.0, seconds))
        if not ready:
            return False
        data = b""
        with contextlib.suppress(OSError):
            data = os.read(self._pty, 1 << 16)
        self.raw += data
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))
        return bool(data)


def set_size(terminal: int, columns: int, lines: int) -> None:
    """Tell a terminal, by its file, how large it is."""
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("4H", lines, columns, 0, 0))
