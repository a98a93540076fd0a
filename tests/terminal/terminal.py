"""A terminal of its own for a program under test: a real pty, read by a terminal emulator."""

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
from typing import Self

import psutil
import pyte

# What pyte takes for text: queries and settings of newer terminals.
UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[(?:[<=>][0-9;]*[a-zA-Z]|\?[0-9;]*\$p)")
SECONDS_TO_WAIT = 60.0

KEYS = {"escape": "\x1b", "enter": "\r", "tab": "\t", "right": "\x1b[C", "ctrl+c": "\x03"}


class Terminal:
    """Runs a program in a pty of a given size."""

    def __init__(
        self, command: Sequence[str], columns: int, lines: int, environment: Mapping[str, str]
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self.raw = b""
        self.exit_code: int | None = None
        self.hung_up = False
        self._stream = pyte.ByteStream(self.screen)
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            # By the child itself, so that the program cannot ask for the size before it is set.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", lines, columns, 0, 0))
            os.execvpe(command[0], command, {**os.environ, **environment})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.exit_code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        if not self.hung_up:
            os.close(self._terminal)

    def press(self, *keys: str) -> None:
        """Type keys, by name or as they are."""
        for key in keys:
            os.write(self._terminal, KEYS.get(key, key).encode())

    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.screen.display)

    def wait_until(self, condition: Callable[[str], object], what: str) -> None:
        """Read until the screen fulfils a condition."""
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while not condition(self.text()):
            if not self._read(deadline - time.monotonic()):
                raise AssertionError(f"waited in vain for {what}:\n{self.text()}")

    def wait_for(self, *texts: str) -> None:
        """Read until all these texts are on the screen."""
        self.wait_until(lambda screen: all(text in screen for text in texts), repr(texts))

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does; the program must end by itself."""
        os.close(self._terminal)
        self.hung_up = True
        psutil.Process(self.pid).wait(SECONDS_TO_WAIT)
        self.exit_code = -1

    def wait_for_exit(self) -> int:
        """Read until the program has ended; its exit code."""
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while self._read(deadline - time.monotonic()):
            pass
        if time.monotonic() > deadline:
            raise AssertionError(f"it does not end:\n{self.text()}")
        _, status = os.waitpid(self.pid, 0)
        self.exit_code = os.waitstatus_to_exitcode(status)
        return self.exit_code

    def _read(self, seconds: float) -> bool:
        """Read what has come; False when nothing does, or nothing will any more."""
        ready, _, _ = select.select([self._terminal], [], [], max(0.0, seconds))
        if not ready:
            return False
        data = b""
        with contextlib.suppress(OSError):
            data = os.read(self._terminal, 1 << 16)
        self.raw += data
        self._stream.feed(UNKNOWN_TO_PYTE.sub(b"", data))
        return bool(data)
