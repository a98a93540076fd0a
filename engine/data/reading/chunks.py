"""A data file as chunks of whole lines, however large it is; what is wrong with it, in words."""

from __future__ import annotations

import dataclasses
import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from engine.data.reading.encoding import UTF8, Utf8Source, opened, place
from engine.errors import DataError
from engine.files.digest import Digest
from engine.settings.limits import LONGEST_LINE
from engine.text.printable import printable

CHUNK: Final = 1 << 21  # bytes read at a time: 2 MiB; counting stays in the cache
NEWLINE: Final = ord("\n")


def normalised(text: str) -> str:
    """Text as the data is read: an accented letter is one character (NFC) wherever there is one."""
    return unicodedata.normalize("NFC", text)


def with_line_feeds(text: str) -> str:
    """Text whose lines all end with a line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclasses.dataclass(frozen=True)
class Chunk:
    """Whole lines of a file; each ends with a line end, the file's last one too.

    The next chunk overwrites their buffer: copying them would cost more than counting them.
    """

    path: Path
    encoding: str  # of the file; see `Utf8Source`
    offset: int  # in the file, bytes of UTF-8
    buffer: memoryview  # a line end, then the lines

    @property
    def data(self) -> bytes:
        """A copy of the lines."""
        return bytes(self.buffer[1:])

    def lines(self) -> list[str]:
        """The lines as text (NFC), without their ends; raises DataError if they are not UTF-8."""
        return self._decode(self.data, self.offset)

    def first_words(self, most: int) -> list[str]:
        """The first words, without decoding the rest."""
        words: list[str] = []
        offset = self.offset
        for line in io.BytesIO(self.data):
            words += filter(None, map(str.strip, self._decode(line, offset)))
            offset += len(line)
            if len(words) >= most:
                break
        return words[:most]

    def check_for_nul(self) -> None:
        """Raise DataError for a NUL byte, which means that the file is no text."""
        if np.frombuffer(self.buffer, np.uint8).min() == 0:
            raise nul_byte(self.path, self.encoding, self.offset + self.data.index(0))

    def _decode(self, data: bytes, offset: int) -> list[str]:
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            raise not_utf8(self.path, error, offset) from error
        return with_line_feeds(normalised(text)).split("\n")[:-1]


def read_chunks(path: Path, digest: Digest | None = None, encoding: str = UTF8) -> Iterator[Chunk]:
    """The chunks, in order; raises DataError for a bad file, or a line above `LONGEST_LINE`."""
    with opened(path, encoding, digest) as source:
        yield from _chunks(source)


def nul_byte(path: Path, encoding: str, offset: int) -> DataError:
    """The error where there is a NUL at an offset in bytes of UTF-8."""
    return DataError(
        f"{place(path, encoding, offset)}: a NUL byte (at offset {offset:,}), so this is a binary"
        " file, or in another encoding, such as --encoding utf-16. Give a text file."
    )


def not_utf8(path: Path, error: UnicodeDecodeError, offset: int) -> DataError:
    """The error where some bytes, at an offset in a file, are not UTF-8."""
    at = offset + error.start
    return DataError(
        f"{place(path, UTF8, at)}: not UTF-8 (byte 0x{error.object[error.start]:02x} at offset"
        f" {at:,}). Save the file as UTF-8, or pass its encoding, such as --encoding latin-1."
    )


def _chunks(source: Utf8Source) -> Iterator[Chunk]:
    path, encoding = source.path, source.encoding
    room = LONGEST_LINE + CHUNK
    if source.is_utf8:
        room = min(room, source.size)
    buffer = bytearray(2 + room)  # a line end before, one behind
    buffer[0] = NEWLINE
    view = memoryview(buffer)
    offset = source.start  # of the buffer's second byte
    rest = 0  # bytes behind the last whole line
    while read := source.readinto(view[1 + rest : -1][:CHUNK]):
        end = 1 + rest + read
        cut = _end_of_lines(buffer, end)
        if end - cut > LONGEST_LINE:
            raise DataError(
                f"{place(path, encoding, offset + cut - 1)}: longer than {LONGEST_LINE:,} bytes, so"
                " neither a word nor a row of a table. Read it as one running text with --format"
                " text, as an array with --format json, or break it into lines."
            )
        if cut > 1:
            yield Chunk(path, encoding, offset, view[:cut])
        rest = end - cut
        source.wait()
        view[1 : 1 + rest] = view[cut:end]
        offset += cut - 1
    if rest:
        buffer[1 + rest] = NEWLINE
        yield Chunk(path, encoding, offset, view[: 2 + rest])
    elif offset == source.start:
        raise empty(path)


def empty(path: Path) -> DataError:
    """The error where a file has nothing in it."""
    return DataError(f"{printable(str(path))} is empty. It needs a word at least.")


def _end_of_lines(buffer: bytearray, end: int) -> int:
    """Where the last whole line ends. A CR at the very end may yet be followed by its LF."""
    return max(buffer.rfind(b"\n", 1, end), buffer.rfind(b"\r", 1, end - 1), 0) + 1
