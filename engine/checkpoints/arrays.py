"""The body of a checkpoint: its arrays of numbers, and its names and marks as msgpack."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterator
from io import BufferedReader
from operator import itemgetter
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from safetensors.numpy import save

from engine.checkpoints.checks import check_arrays, check_contents, check_words
from engine.checkpoints.contents import Contents, of_run
from engine.checkpoints.header import CONTENTS, SHA256, TAKE_ANOTHER, Header, opened, read_header
from engine.checkpoints.layout import check_layout
from engine.checkpoints.losses import KINDS, Arrays, arrays_of
from engine.checkpoints.words import Words, decode_words
from engine.errors import CheckpointError
from engine.text.printable import printable
from engine.training.series import Series

NUMPY: Final = {"F64": "float64", "F32": "float32", "I64": "int64", "U32": "uint32", "U8": "uint8"}
CHUNK: Final = 1 << 20  # bytes read at a time while nothing is kept


def encode(contents: Contents, words: Words, arrays: Arrays) -> bytes:
    """Turn a checkpoint into the bytes of a file; everything is copied."""
    arrays = {**arrays, "words": np.frombuffer(msgspec.msgpack.encode(words), np.uint8)}
    json = msgspec.json.encode(contents).decode()
    digest = hashlib.sha256(json.encode())
    for key in sorted(arrays):
        digest.update(_title(key, str(arrays[key].dtype), arrays[key].shape))
        digest.update(np.ascontiguousarray(arrays[key]).data)
    return save(arrays, {CONTENTS: json, SHA256: digest.hexdigest()})


def read(path: Path) -> tuple[Contents, Words, Arrays]:
    """Read the parts of a checkpoint; raises CheckpointError if they do not make sense.

    Its header is checked before anything else of it is read, and its SHA-256 before it is kept.
    """
    name = printable(str(path))
    with opened(path) as file:
        header = read_header(file, path)
        contents = header.contents
        try:
            check_contents(contents)
            check_layout(header)
            if header.sha256 != _sha256(file, header):
                raise ValueError("damaged: it is not what was written (its SHA-256 is another)")
            arrays = _arrays(file, header)
            check_arrays(contents, arrays)
            words = decode_words(arrays.pop("words").data, contents)
            check_words(contents, words)
        except OSError as error:
            raise CheckpointError(f"{name}: cannot be read ({error.strerror}).") from error
        except MemoryError:
            raise CheckpointError(
                f"{name}: {header.size:,} bytes are more than there is memory for. Open it on a"
                " larger machine."
            ) from None
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            trouble = f"damaged ({printable(str(error))[:200]})"
            raise CheckpointError(f"{name}: {trouble}. {TAKE_ANOTHER}") from error
        except ValueError as error:
            raise CheckpointError(f"{name}: {error}. {TAKE_ANOTHER}") from error
    return contents, words, arrays


def _sha256(file: BufferedReader, header: Header) -> str:
    digest = hashlib.sha256(header.json.encode())
    for key, name in sorted(header.names.items(), key=itemgetter(1)):
        digest.update(_title(name, NUMPY[header.tensors[key].dtype], header.tensors[key].shape))
        for chunk in _chunks(file, header, key):
            digest.update(chunk)
    return digest.hexdigest()


def _arrays(file: BufferedReader, header: Header) -> Arrays:
    """Read the arrays of a file whose header is checked; those of version 1 are converted."""
    arrays: Arrays = {}
    all_losses = {of_run(run.number, kind) for run in header.contents.runs for kind in KINDS}
    for key, entry in header.tensors.items():
        dtype = np.dtype(NUMPY[entry.dtype]).newbyteorder("<")
        if header.contents.version == 1 and key in all_losses:
            series = Series()
            for chunk in _chunks(file, header, key):
                series.extend(np.frombuffer(chunk, dtype))
            arrays |= arrays_of(key, series)
        else:
            data, filled = bytearray(entry.data_offsets[1] - entry.data_offsets[0]), 0
            for chunk in _chunks(file, header, key):
                data[filled : filled + len(chunk)] = chunk
                filled += len(chunk)
            arrays[key] = np.frombuffer(data, dtype).reshape(entry.shape)
    return arrays


def _chunks(file: BufferedReader, header: Header, key: str) -> Iterator[bytes]:
    """Yield the bytes of an array in chunks, so that memory does not grow with them."""
    begin, end = header.tensors[key].data_offsets
    file.seek(header.length + begin)
    left = end - begin
    while left:
        chunk = file.read(min(CHUNK, left))
        if not chunk:
            raise OSError(errno.EIO, "it is shorter than a moment ago")
        left -= len(chunk)
        yield chunk


def _title(key: str, dtype: str, shape: tuple[int, ...]) -> bytes:
    return f"\n{key} {dtype} {shape}\n".encode()
