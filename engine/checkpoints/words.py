"""The names and marks of a checkpoint, as msgpack that is measured before it is decoded.

A few bytes of msgpack can be many objects, so nothing is made of what is longer than a lab's own.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeVar

import msgspec

from engine.checkpoints.contents import WITH_RUNS, Contents
from engine.checkpoints.older_versions import OlderDrawn
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
LARGEST_NAMES: Final = 4 * KEPT_CHARACTERS + KEPT_NAMES * 2 * 200  # bytes: 17 MB
LARGEST_MARKS: Final = MOST_MARKS * LARGEST_MARK  # bytes, of a run: 4.5 MB

T = TypeVar("T")


class Words(msgspec.Struct, frozen=True):
    """The texts of a checkpoint: drawn names, and the marks where a setting was changed."""

    names: tuple[Drawn, ...]
    marks: tuple[tuple[SettingChange, ...], ...]  # of each run


Marks = Annotated[tuple[msgspec.Raw, ...], msgspec.Meta(max_length=MOST_MARKS)]


class _Undecoded(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: Annotated[tuple[msgspec.Raw, ...], msgspec.Meta(max_length=KEPT_NAMES)]
    marks: Annotated[tuple[msgspec.Raw, ...], msgspec.Meta(max_length=MOST_MARKS)]


def decode_words(data: memoryview, contents: Contents) -> Words:
    """Decode names and marks, no more and no longer than a lab keeps; raises as msgspec does."""
    parts = msgspec.msgpack.decode(data, type=_Undecoded)
    if contents.version < WITH_RUNS:
        older = (_decoded(name, OlderDrawn, LARGEST_DRAW, "name") for name in parts.names)
        drawn = tuple(Drawn(draw.index, draw.counts, draw.net) for draw in older)
        return Words(drawn, ((), _marks(parts.marks)))  # all marks were the net's
    if len(parts.marks) != len(contents.runs):
        raise msgspec.ValidationError(f"marks of {len(parts.marks):,} runs")
    return Words(
        tuple(_decoded(name, Drawn, LARGEST_DRAW, "name") for name in parts.names),
        tuple(_marks(msgspec.msgpack.decode(run, type=Marks)) for run in parts.marks),
    )


def _marks(raw: tuple[msgspec.Raw, ...]) -> tuple[SettingChange, ...]:
    return tuple(_decoded(mark, SettingChange, LARGEST_MARK, "mark") for mark in raw)


def _decoded(raw: msgspec.Raw, kind: type[T], largest: int, what: str) -> T:
    if len(raw) > largest:
        raise msgspec.ValidationError(f"a {what} of {len(raw):,} bytes, where none has {largest:,}")
    return msgspec.msgpack.decode(raw, type=kind)
