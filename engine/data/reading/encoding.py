"""The bytes of a data file as UTF-8, whatever its encoding; what is wrong with it, in words."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from engine.errors import DataError, unreadable
from engine.files.digest import Digest
from engine.text.printable import printable

BLOCK: Final = 1 << 20  # bytes decoded at a time
UTF8: Final = "utf-8"
BOMS: Final = {  # which encoding a file is in, whatever else it is said to be; the longer first
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xef\xbb\xbf": UTF8,
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


class Utf8Source:
    """A data file's bytes as UTF-8, in order, all of which are fed to the digest.

    A byte order mark is left out; its encoding goes before any that is given.
    """

    def __init__(self, path: Path, file: io.FileIO, encoding: str, digest: Digest) -> None:
        self.path = path
        self.size = os.fstat(file.fileno()).st_size
        self._file = file
        self._digest = digest
        mark = byte_order_mark(file.read(4))
        self.encoding = BOMS.get(mark, UTF8 if is_utf8(encoding) else encoding)
        self.start = len(mark) if self.encoding == UTF8 else 0  # of the first byte that is read
        file.seek(self.start)
        digest.feed(memoryview(mark)[: self.start])
        self._decoded = None if self.encoding == UTF8 else self._decode()
        self._rest = memoryview(b"")  # of what is decoded

    @property
    def is_utf8(self) -> bool:
        """Whether its bytes are those of the file."""
        return self._decoded is None

    def readinto(self, buffer: memoryview) -> int:
        """Fill a buffer, which must stay so until `wait` returns; how many bytes, 0 at the end.

        Raises DataError if the file is not in its encoding. (Whether UTF-8 is, is for the reader.)
        """
        if self._decoded is None:
            read = self._file.readinto(buffer)
            self._digest.feed(buffer[:read])
            return read
        while not self._rest:
            block = next(self._decoded, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        read = min(len(buffer), len(self._rest))
        buffer[:read] = self._rest[:read]
        self._rest = self._rest[read:]
        return read

    def wait(self) -> None:
        """Until the digest has all bytes."""
        self._digest.wait()

    def _decode(self) -> Iterator[bytes]:
        """The file's text as UTF-8."""
        decoder = codecs.getincrementaldecoder(self.encoding)()
        before, lines, raw = 0, LineCount(), b"\0"
        while raw:
            raw = self._file.read(BLOCK)
            self._digest.feed(memoryview(raw))
            try:
                text = decoder.decode(raw, final=not raw)
                data = text.removeprefix("\ufeff" if before == 0 else "").encode()
            except UnicodeError as error:
                raise self._not_decodable(error, before + len(raw), lines) from error
            before += len(raw)
            lines.add(data)
            yield data

    def _not_decodable(self, error: UnicodeError, end: int, lines: LineCount) -> DataError:
        where = printable(str(self.path))
        what = f"not {self.encoding}"
        if isinstance(error, UnicodeDecodeError):
            with contextlib.suppress(UnicodeError):  # some know no other way than to fail
                good = error.object[: error.start].decode(self.encoding, "ignore")
                lines.add(good.encode(errors="replace"))
            offset = end - len(error.object) + error.start
            where += f", line {lines.line:,}"
            what += f" (byte 0x{error.object[error.start]:02x} at offset {offset:,})"
        return DataError(f"{where}: {what}. Give the encoding that it is in with --encoding.")


class LineCount:
    """Counts lines in pieces of text, as bytes; LF, CR and CR LF end one."""

    def __init__(self) -> None:
        self.line = 1  # that the next byte is on
        self._behind_return = False

    def add(self, data: bytes) -> None:
        """The next piece."""
        self.line += data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
        self.line -= self._behind_return and data.startswith(b"\n")
        self._behind_return = data.endswith(b"\r") if data else self._behind_return


@contextlib.contextmanager
def opened(path: Path, encoding: str = UTF8, digest: Digest | None = None) -> Iterator[Utf8Source]:
    """A data file to be read; raises DataError if it is not there, no file, or not to be read."""
    name = printable(str(path))
    try:
        if not stat.S_ISREG(_mode(path)):
            kind = "a folder" if path.is_dir() else "not a regular file"
            raise DataError(f"{name} is {kind}. Give a file of words, a table or a text.")
        with path.open("rb", buffering=0) as file:
            yield Utf8Source(path, file, encoding, digest or Digest())
    except OSError as error:
        raise DataError(f"{name}: {unreadable(error)}") from error


def byte_order_mark(head: bytes) -> bytes:
    """The byte order mark that a file begins with; empty where there is none."""
    return next((mark for mark in BOMS if head.startswith(mark)), b"")


def is_utf8(encoding: str) -> bool:
    """Whether an encoding's name is one of UTF-8.

    >>> is_utf8("UTF8"), is_utf8("utf-8-sig"), is_utf8("latin-1")
    (True, True, False)
    """
    return codecs.lookup(encoding).name in (UTF8, "utf-8-sig")


def place(path: Path, encoding: str, offset: int) -> str:
    """The file and the line of a byte at an offset of its UTF-8; only where something is wrong."""
    lines, buffer = LineCount(), memoryview(bytearray(BLOCK))
    with opened(path, encoding) as source:
        offset -= source.start
        while offset > 0 and (read := source.readinto(buffer[: min(BLOCK, offset)])):
            lines.add(bytes(buffer[:read]))
            source.wait()
            offset -= read
    return f"{printable(str(path))}, line {lines.line:,}"


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except ValueError as error:  # a NUL in the path
        raise DataError(f"{printable(str(path))}: no path of a file ({error}).") from error
