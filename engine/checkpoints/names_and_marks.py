"""The names and marks of a checkpoint, as msgpack that is measured before it is decoded.

A few bytes of msgpack can be many objects, so nothing is made of what is longer than a lab's own.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeVar

import msgspec

from engine.settings.limits import (
    KEPT_CHARACTERS,
    KEPT_NAMES,
    LONGEST_PREFIX,
    LONGEST_TEXT,
    MOST_MARKS,
)
from engine.wire.values import Drawn, SettingChange

LONGEST_MARK: Final = 100  # characters
LARGEST_MARK: Final = 4 * LONGEST_MARK + 50  # bytes; 4 of UTF-8 make any character
LARGEST_DRAW: Final = 2 * (4 * (LONGEST_PREFIX + LONGEST_TEXT) + 200)  # bytes, of two models
LARGEST_WORDS: Final = (
    4 * KEPT_CHARACTERS + KEPT_NAMES * 2 * 200 + MOST_MARKS * LARGEST_MARK
)  # bytes: 22 MB

T = TypeVar("T")


class Words(msgspec.Struct, frozen=True):
    """The texts of a checkpoint: drawn names, and marks where a setting was changed."""

    names: tuple[Drawn, ...]
    marks: tuple[SettingChange, ...]


class _Undecoded(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: Annotated[tuple[msgspec.Raw, ...], msgspec.Meta(max_length=KEPT_NAMES)]
    marks: Annotated[tuple[msgspec.Raw, ...], msgspec.Meta(max_length=MOST_MARKS)]


def decode_words(data: memoryview) -> Words:
    """Decode the names and marks, which are no more and no longer than a lab keeps.

    Raises:
        msgspec.MsgspecError, UnicodeError, RecursionError: it is no such msgpack.
    """
    parts = msgspec.msgpack.decode(data, type=_Undecoded)
    return Words(
        tuple(_decoded(name, Drawn, LARGEST_DRAW, "name") for name in parts.names),
        tuple(_decoded(mark, SettingChange, LARGEST_MARK, "mark") for mark in parts.marks),
    )


def _decoded(raw: msgspec.Raw, kind: type[T], largest: int, what: str) -> T:
    if len(raw) > largest:
        raise msgspec.ValidationError(f"a {what} of {len(raw):,} bytes, where none has {largest:,}")
    return msgspec.msgpack.decode(raw, type=kind)
