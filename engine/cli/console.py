"""Where commands write: results on standard output, everything else on standard error.

Text goes to a pipe or a file as it is. A terminal obeys none of it: what it would obey is escaped.
So is whatever the encoding of the stream has no code for. JSON has escapes of its own.

A stream that the shell has closed is as an empty file, or takes everything and keeps nothing.
Standard output that cannot be written is an error that ends a command, once its work is done; that
its reader has gone, as in `… | head`, is none. Nobody minds a standard error that takes nothing.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import math
import os
import re
import sys
from collections.abc import Callable
from typing import Any, Final, TextIO

from engine.text.printable import is_obeyed, printable, safe_sentence

NOT_ASCII: Final = re.compile(r"[^\x00-\x7e]")


class ReaderGone(Exception):
    """Nobody reads standard output any more: there is no use in writing more of it."""


class Output(io.TextIOWrapper):
    """Standard output; after a failure, which is raised once, what is written goes nowhere."""

    def __init__(self, stream: TextIO | None, number: int) -> None:
        """Share the buffer of `stream`; None if the shell has closed the file of that number."""
        self._other = stream  # kept, for it would close the buffer at its end
        encoding = "utf-8" if stream is None else stream.encoding
        self.is_ascii = codecs.lookup(encoding).name == "ascii"
        buffer: Any = open(number, "wb", closefd=False) if stream is None else stream.buffer  # noqa: SIM115
        super().__init__(
            buffer,
            # click would write UTF-8 to a stream that calls itself ASCII, so this one does not.
            "utf-8" if self.is_ascii else encoding,
            "backslashreplace",
            line_buffering=getattr(stream, "line_buffering", False),
            write_through=getattr(stream, "write_through", False),
        )

    def write(self, text: str, /) -> int:
        """Write text, escaping what the encoding lacks; raises ReaderGone or OSError."""
        if text == "":  # how click asks for the kind of a stream, and minds no failure
            return 0
        if self.is_ascii:
            text = text.encode("ascii", "backslashreplace").decode()
        try:
            return super().write(text)
        except OSError as error:
            raise self._failed(error) from error

    def flush(self) -> None:
        """Write what is not yet written; see `write`."""
        try:
            super().flush()
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> Exception:
        # What is left goes nowhere, or it would be tried again, and fail, at the end of Python.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)
        if isinstance(error, BrokenPipeError):
            return ReaderGone()
        return OSError(error.errno, error.strerror, "standard output")


class Messages(Output):
    """Standard error: what it does not take is lost, and no reason to end anything."""

    def write(self, text: str, /) -> int:
        """Write text; see `Output.write`."""
        with contextlib.suppress(OSError, ReaderGone):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is not yet written, if that can be done."""
        with contextlib.suppress(OSError, ReaderGone):
            super().flush()


def prepare() -> None:
    """Make the three standard streams fit for all that is written to them. Called once."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # closed: or the next file that is opened would stand for the stream
            opened = os.open(os.devnull, os.O_RDWR)  # takes the lowest free number
            os.set_inheritable(opened, True)
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
    elif isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # a word that is none is told as one
    sys.stdout, sys.stderr = Output(sys.stdout, 1), Messages(sys.stderr, 2)


def write(text: str, end: str = "\n", *, is_escaped: bool = False) -> None:
    """Write a result at once; `is_escaped`: names in it keep the escapes that they have."""
    if sys.stdout.isatty():
        text = _line_by_line(safe_sentence if is_escaped else printable, text)
    sys.stdout.write(text + end)
    sys.stdout.flush()


def write_json(value: Any) -> None:
    """Write a result as a line of JSON; see `write_encoded`."""
    write_encoded(json.dumps(_finite(value), ensure_ascii=False, allow_nan=False))


def write_encoded(text: str, end: str = "\n") -> None:
    """Write lines of JSON at once; what the stream cannot take becomes one of JSON's escapes."""
    stream = sys.stdout
    is_unicode = codecs.lookup(stream.encoding).name.startswith("utf")
    if not text.isascii() or "\x7f" in text:
        if not is_unicode or getattr(stream, "is_ascii", False):
            text = NOT_ASCII.sub(_escaped, text)
        elif stream.isatty():
            text = NOT_ASCII.sub(lambda c: _escaped(c) if is_obeyed(c[0]) else c[0], text)
    stream.write(text + end)
    stream.flush()


def narrate(text: str) -> None:
    """Tell a person something, on standard error; escapes that are in it stay what they are."""
    sys.stderr.write(_line_by_line(safe_sentence, text) + "\n")
    sys.stderr.flush()


def _line_by_line(escape: Callable[[str], str], text: str) -> str:
    """Escape a text, but for what makes lines of it."""
    return "\n".join(map(escape, text.split("\n")))


def _escaped(found: re.Match[str]) -> str:
    return "\\u007f" if found[0] == "\x7f" else json.dumps(found[0])[1:-1]


def _finite(value: Any) -> Any:
    """The value without infinities, which JSON has not: the NLL of what is impossible is null."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {key: _finite(item) for key, item in value.items()}
        case list() | tuple():
            return [_finite(item) for item in value]
    return value
