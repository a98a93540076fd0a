"""A data file as one running text, a piece at a time: line breaks and blanks are symbols too."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.data.reading.chunks import empty, normalised, not_utf8, nul_byte, with_line_feeds
from engine.data.reading.encoding import UTF8, Utf8Source, opened
from engine.files.digest import Digest
from engine.settings.data_format import DataFormat

BLOCK: Final = 1 << 21  # bytes read at a time
# Characters that may change each other: no more combine with one (UAX #15, stream-safe text), and
# whether a sigma is a word's last shows in its neighbours.
NEAR: Final = 32
FARTHEST: Final = 1 << 10  # characters from a block's end that a seam is looked for


@dataclass(frozen=True)
class Piece:
    """A part of a text, and what was left out of it."""

    text: str  # NFC, its line ends LF
    comment_lines: int = 0


def read_text(path: Path, how: DataFormat, digest: Digest | None = None) -> Iterator[Piece]:
    """The text, in pieces that together are what it would be as a whole; raises DataError."""
    with opened(path, how.encoding, digest) as source:
        comments = _Comments(how.comments)
        blocks = comments.left_out_of(_with_line_feeds(_decoded(source)))
        for text in _cut_where_nothing_combines(blocks, how.lower):
            yield Piece(_prepared(text, how.lower), comments.taken())


def _decoded(source: Utf8Source) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(UTF8)()
    buffer = memoryview(bytearray(BLOCK))
    offset, read = source.start, -1  # of the bytes that are read next
    while read:
        read = source.readinto(buffer)
        data = bytes(buffer[:read])
        if 0 in data:
            raise nul_byte(source.path, source.encoding, offset + data.index(0))
        try:
            text = decoder.decode(data, final=not read)
        except UnicodeDecodeError as error:
            raise not_utf8(source.path, error, offset - len(error.object) + read) from error
        source.wait()
        offset += read
        yield text
    if offset == source.start:
        raise empty(source.path)


def _with_line_feeds(blocks: Iterator[str]) -> Iterator[str]:
    """The text with LF for CR LF and CR, also where they stand in two blocks."""
    before = ""
    for block in blocks:
        text = before + block
        before = text[-1:] if text.endswith("\r") else ""  # an LF may follow
        yield with_line_feeds(text.removesuffix("\r") if before else text)
    yield with_line_feeds(before)


class _Comments:
    """Leaves out lines that begin in a certain way, and counts them."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._lines = 0

    def taken(self) -> int:
        """How many lines were left out since this was asked for last."""
        lines, self._lines = self._lines, 0
        return lines

    def left_out_of(self, blocks: Iterator[str]) -> Iterator[str]:
        """The text without them, whichever blocks they lie in."""
        if not self._prefix:
            yield from blocks
            return
        begun, is_comment = "", None  # None: too little of the line is known
        for block in blocks:
            *lines, last = (begun + block).split("\n")
            kept, begun = [], ""
            for line in lines:
                if not (self._is_one(line) if is_comment is None else is_comment):
                    kept.append(line + "\n")
                is_comment = None
            if is_comment is None and last != self._prefix and self._prefix.startswith(last):
                begun, last = last, ""
            elif is_comment is None:
                is_comment = self._is_one(last)
            yield "".join(kept) + ("" if is_comment else last)
        yield begun

    def _is_one(self, line: str) -> bool:
        is_one = line.startswith(self._prefix)
        self._lines += is_one
        return is_one


def _cut_where_nothing_combines(blocks: Iterator[str], lower: bool) -> Iterator[str]:
    """The text, cut where what is left and right is prepared alone as it is together."""
    rest = ""
    for block in blocks:
        text = rest + block
        places = range(len(text) - NEAR, max(0, len(text) - FARTHEST), -1)
        cut = next((at for at in places if _is_seam(text, at, lower)), places.stop)
        rest = text[cut:]
        if cut:
            yield text[:cut]
    yield rest


def _is_seam(text: str, at: int, lower: bool) -> bool:
    left, right = text[max(0, at - NEAR) : at], text[at : at + NEAR]
    return _prepared(left + right, lower) == _prepared(left, lower) + _prepared(right, lower)


def _prepared(text: str, lower: bool) -> str:
    return normalised(text.lower() if lower else text)
