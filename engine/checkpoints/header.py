"""The header of a checkpoint, which says what the file holds, and its last loss.

A checkpoint is a file in the safetensors format: eight bytes, which say how long the header is; the
header, JSON with the name, type and shape of each tensor and some texts; then the tensors' bytes.
One of the texts is itself JSON: `Contents`. Another is a SHA-256 of all that is kept.

This module loads neither torch nor numpy: an engine that has not yet opened a lab uses it.
"""

from __future__ import annotations

import math
import os
import stat
import struct
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import unquote_to_bytes

import msgspec

from engine.checkpoints import older_versions
from engine.checkpoints.contents import VERSION, WITH_RUNS, Contents, of_run
from engine.errors import CheckpointError, unreadable
from engine.text.printable import printable

CONTENTS: Final = "makemore-tui"  # the text that holds the `Contents`
SHA256: Final = "sha256"  # the text that holds the SHA-256
TEXTS: Final = "__metadata__"  # where safetensors keeps its texts
UNKNOWN: Final = "unknown "  # before the names of arrays that an older version never had
LARGEST_HEADER: Final = 1 << 20  # bytes; a path and a prefix, escaped twice, take some 100 KB
PICKLES: Final = (b"PK\x03\x04", b"\x80")  # how torch.save's files begin

TAKE_ANOTHER: Final = "Take an earlier file, or begin a new training."


class TensorEntry(msgspec.Struct, frozen=True):
    """What the header says of one tensor."""

    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]  # where it begins and ends, in bytes behind the header


class Header(msgspec.Struct, frozen=True):
    """The whole header of a file: its contents, and the place of each tensor."""

    contents: Contents
    json: str  # the contents as they stand in the file
    sha256: str
    tensors: dict[str, TensorEntry]
    names: dict[str, str]  # what this version calls each of them, and what the file does
    length: int  # bytes of the file before the tensors'
    size: int  # bytes of the file


class _Versioned(msgspec.Struct):
    version: int
    written_by: str = "another makemore-tui"


def path_of(uri: str) -> Path | None:
    """The file that `Contents.data` names; None where it is none of this machine.

    >>> path_of("file:///tmp/a%20b").name, path_of("https://example.org/a")
    ('a b', None)
    """
    scheme, _, place = uri.partition("://")
    if scheme != "file" or not place.startswith("/"):
        return None
    return Path(os.fsdecode(unquote_to_bytes(place)))


def peek(path: Path) -> Contents:
    """Read what a checkpoint says of itself; only `load` finds out whether the rest is whole."""
    with opened(path) as file:
        return read_header(file, path).contents


def last_loss(path: Path) -> float | None:
    """Read the newest loss of the selected run, of millions perhaps; None if there is none."""
    with opened(path) as file:
        header = read_header(file, path)
        losses = header.tensors.get(of_run(header.contents.selected, "train"))
        if losses is None or losses.dtype != "F64":
            return None
        begin, end = losses.data_offsets
        if not 0 <= begin <= end - 8 <= header.size - header.length - 8:
            return None
        try:
            file.seek(header.length + end - 8)
            (loss,) = struct.unpack("<d", file.read(8))
        except (OSError, struct.error) as error:
            raise CheckpointError(f"{printable(str(path))}: cannot be read ({error}).") from error
    return loss if math.isfinite(loss) else None


def is_checkpoint(path: Path) -> bool:
    """Tell whether any version wrote a file as a checkpoint, which may be damaged by now."""
    try:
        with opened(path) as file:
            return CONTENTS in _texts(_fields(file, path), path)
    except CheckpointError:
        return False


def opened(path: Path) -> BufferedReader:
    """Open a checkpoint for reading; raises CheckpointError if it cannot be."""
    name = printable(str(path))
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            kind = "a folder" if path.is_dir() else "no regular file"
            raise CheckpointError(f"{name} is {kind}. Give a file that makemore-tui has saved.")
        return path.open("rb")
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{name}: {unreadable(error)}") from error


def read_header(file: BinaryIO, path: Path) -> Header:
    """Read the header of an open file; raises CheckpointError if this version reads none such."""
    name = printable(str(path))
    fields = _fields(file, path)
    length = file.tell()
    texts = _texts(fields, path)
    if CONTENTS not in texts:
        raise CheckpointError(
            f"{name}: safetensors, but not of makemore-tui. Give a file that makemore-tui has"
            " saved."
        )
    try:
        versioned = msgspec.json.decode(texts[CONTENTS], type=_Versioned)
        if versioned.version > VERSION:
            raise CheckpointError(
                f"{name} was written by {printable(versioned.written_by)[:100]} in format"
                f" {versioned.version}; this makemore-tui reads format {VERSION}. Install the newer"
                " one."
            )
        if versioned.version < older_versions.OLDEST:
            raise CheckpointError(
                f"{name}: format {versioned.version}, which there has never been. {TAKE_ANOTHER}"
            )
        is_older = versioned.version < WITH_RUNS
        renamed = older_versions.ARRAYS if is_older else {}
        fields.pop(TEXTS)
        tensors = {key: msgspec.json.decode(raw, type=TensorEntry) for key, raw in fields.items()}
        names = {renamed.get(key, UNKNOWN + key if is_older else key): key for key in tensors}
        json = texts[CONTENTS]
        if is_older:
            contents = older_versions.decode_contents(json)
        else:
            contents = msgspec.json.decode(json, type=Contents)
        return Header(
            contents=contents,
            json=json,
            sha256=texts.get(SHA256, ""),
            tensors={name: tensors[key] for name, key in names.items()},
            names=names,
            length=length,
            size=os.fstat(file.fileno()).st_size,
        )
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError) as error:
        raise CheckpointError(
            f"{name}: its header is damaged ({printable(str(error))[:200]}). {TAKE_ANOTHER}"
        ) from error


def _fields(file: BinaryIO, path: Path) -> dict[str, msgspec.Raw]:
    """Read the fields of the header, without decoding any of them."""
    name = printable(str(path))
    try:
        size = os.fstat(file.fileno()).st_size
        start = file.read(8)
        length = int.from_bytes(start, "little")
        if length > LARGEST_HEADER and start.startswith(PICKLES):
            raise CheckpointError(
                f"{name} looks like a file of torch.save, which may run any program when it is"
                " opened: makemore-tui does not. Give a file that makemore-tui has saved."
            )
        if len(start) < 8 or length > LARGEST_HEADER:
            raise CheckpointError(
                f"{name} ({size:,} bytes) is no checkpoint. Give a file that makemore-tui has"
                " saved."
            )
        if length > size - 8:
            raise CheckpointError(
                f"{name} ends after {size:,} bytes, within its header: it is cut off, or no"
                f" checkpoint. {TAKE_ANOTHER}"
            )
        return msgspec.json.decode(file.read(length), type=dict[str, msgspec.Raw])
    except OSError as error:
        raise CheckpointError(f"{name}: cannot be read ({error.strerror}).") from error
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise CheckpointError(
            f"{name}: its header is no JSON, so it is damaged, or no checkpoint. {TAKE_ANOTHER}"
        ) from error


def _texts(fields: dict[str, msgspec.Raw], path: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode(fields.get(TEXTS, b"{}"), type=dict[str, str])
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise CheckpointError(
            f"{printable(str(path))}: its header is damaged. {TAKE_ANOTHER}"
        ) from error
