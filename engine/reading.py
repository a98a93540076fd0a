"""A data file as chunks of whole lines, however large it is; what is wrong with it, in words."""

from __future__ import annotations

import dataclasses
import io
import os
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from engine.digest import Digest
from engine.errors import DataError
from engine.printable import printable

CHUNK: Final = 1 << 21  # bytes read at a time: 2 MiB; counting stays in the cache
LONGEST_LINE: Final = 1 << 20  # bytes; a longer line is no word
NEWLINE: Final = ord("\n")
BOM: Final = b"\xef\xbb\xbf"
OTHER_BOMS: Final = {  # of what is no UTF-8; the longer first
    b"\xff\xfe\0\0": "UTF-32",
    b"\0\0\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}

BUILT_IN_NAME: Final = "names.txt"


def built_in_path() -> Path:
    """Where the built-in names are: in the installed package, or above it in a checkout."""
    packaged = Path(__file__).with_name(BUILT_IN_NAME)
    return packaged if packaged.exists() else Path(__file__).parents[1] / BUILT_IN_NAME


def normalised(text: str) -> str:
    """Text as the data is read: an accented letter is one character (NFC) wherever there is one."""
    return unicodedata.normalize("NFC", text)


@dataclasses.dataclass(frozen=True)
class Chunk:
    """Whole lines of a file; each ends with a line end, the file's last one too.

    The bytes lie in a buffer that the next chunk overwrites: copying them would cost more than
    counting them.
    """

    path: Path
    offset: int  # in the file, bytes
    buffer: memoryview  # a line end, then the lines

    @property
    def data(self) -> bytes:
        """A copy of the lines."""
        return bytes(self.buffer[1:])

    def lines(self) -> list[str]:
        """The lines as text (NFC), stripped as makemore strips them; blank ones are empty.

        Raises:
            DataError: the bytes are not UTF-8.
        """
        return self._decode(self.data, self.offset)

    def first_words(self, most: int) -> list[str]:
        """The first words, without decoding the rest."""
        words: list[str] = []
        offset = self.offset
        for line in io.BytesIO(self.data):
            words += filter(None, self._decode(line, offset))
            offset += len(line)
            if len(words) >= most:
                break
        return words[:most]

    def check_for_nul(self) -> None:
        """A NUL byte means that the file is no text.

        Raises:
            DataError: there is one.
        """
        if np.frombuffer(self.buffer, np.uint8).min() == 0:
            place = self.offset + self.data.index(0)
            raise DataError(
                f"{_place(self.path, place)}: a NUL byte (at offset {place:,}), so this is a binary"
                " file. Give a text file with one word a line."
            )

    def _decode(self, data: bytes, offset: int) -> list[str]:
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            place = offset + error.start
            raise DataError(
                f"{_place(self.path, place)}: not UTF-8 (byte 0x{data[error.start]:02x} at offset"
                f" {place:,}). Save the file as UTF-8, with iconv for instance."
            ) from error
        text = normalised(text).replace("\r\n", "\n").replace("\r", "\n")
        return [line.strip() for line in text.split("\n")[:-1]]


def read_chunks(path: Path, digest: Digest | None = None) -> Iterator[Chunk]:
    """The file's chunks, in order.

    Args:
        path: a text file.
        digest: is fed with every byte of the file, in order.

    Raises:
        DataError: the file is not there, not a file, not to be read, empty, binary, or has a line
            of more than `LONGEST_LINE` bytes.
    """
    name = printable(str(path))
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            kind = "a folder" if path.is_dir() else "not a regular file"
            raise DataError(f"{name} is {kind}. Give a text file with one word a line.")
        with path.open("rb", buffering=0) as file:
            yield from _chunks(path, file, digest or Digest())
    except OSError as error:
        raise DataError(f"{name}: {_trouble(error)}") from error
    except ValueError as error:  # a NUL in the path
        raise DataError(f"{name}: no path of a file ({error}).") from error


def _chunks(path: Path, file: io.FileIO, digest: Digest) -> Iterator[Chunk]:
    size = os.fstat(file.fileno()).st_size
    buffer = bytearray(2 + min(size, LONGEST_LINE + CHUNK))  # a line end before, one behind
    buffer[0] = NEWLINE
    view = memoryview(buffer)
    head = file.read(4)
    for mark, encoding in OTHER_BOMS.items():
        if head.startswith(mark):
            raise DataError(
                f"{printable(str(path))} is {encoding}, as its byte order mark says. Save the file"
                f" as UTF-8, with iconv -f {encoding} -t UTF-8 for instance."
            )
    offset = len(BOM) if head.startswith(BOM) else 0  # of the buffer's second byte
    file.seek(offset)
    digest.feed(memoryview(BOM)[:offset])
    rest = 0  # bytes behind the last whole line
    while read := file.readinto(view[1 + rest : -1][:CHUNK]):
        end = 1 + rest + read
        digest.feed(view[1 + rest : end])
        cut = _end_of_lines(buffer, end)
        if end - cut > LONGEST_LINE:
            raise DataError(
                f"{_place(path, offset + cut - 1)}: longer than {LONGEST_LINE:,} bytes, so hardly a"
                " word. Give a text file with one word a line."
            )
        if cut > 1:
            yield Chunk(path, offset, view[:cut])
        rest = end - cut
        digest.wait()
        view[1 : 1 + rest] = view[cut:end]
        offset += cut - 1
    if rest:
        buffer[1 + rest] = NEWLINE
        yield Chunk(path, offset, view[: 2 + rest])
    elif offset == 0:
        raise DataError(f"{printable(str(path))} is empty. It needs one word a line.")


def _end_of_lines(buffer: bytearray, end: int) -> int:
    """Where the last whole line ends. A CR at the very end may yet be followed by its LF."""
    return max(buffer.rfind(b"\n", 1, end), buffer.rfind(b"\r", 1, end - 1), 0) + 1


def _place(path: Path, offset: int) -> str:
    """The file and the line that a byte is on. Counted only now that something is wrong."""
    line, behind_return = 1, False
    with path.open("rb") as file:
        while offset > 0 and (data := file.read(min(CHUNK, offset))):
            offset -= len(data)
            line += data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
            line -= behind_return and data.startswith(b"\n")
            behind_return = data.endswith(b"\r")
    return f"{printable(str(path))}, line {line:,}"


def _trouble(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "no such file. Check the path."
        case PermissionError():
            return "no permission to read it. Change its mode, or ask its owner."
        case _:
            return f"cannot be read ({error.strerror})."
