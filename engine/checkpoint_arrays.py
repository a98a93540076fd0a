"""The body of a checkpoint: arrays of numbers, and the names and marks as msgpack."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from engine.checkpoint_checks import (
    LARGEST_WORDS,
    Arrays,
    Words,
    trouble_of_arrays,
    trouble_of_contents,
    trouble_of_shapes,
    trouble_of_words,
)
from engine.checkpoint_header import (
    CONTENTS,
    SHA256,
    TAKE_ANOTHER,
    Contents,
    opened,
    read_header,
)
from engine.errors import CheckpointError
from engine.printable import printable


def encode(contents: Contents, words: Words, arrays: Arrays) -> bytes:
    """A checkpoint as a file's bytes; everything is copied."""
    while len(packed := msgspec.msgpack.encode(words)) > LARGEST_WORDS:
        newest = words.names[len(words.names) // 2 + 1 :]
        words = Words(newest, words.marks if words.names else ())
    arrays = {**arrays, "words": np.frombuffer(packed, np.uint8)}
    json = msgspec.json.encode(contents).decode()
    return save(arrays, {CONTENTS: json, SHA256: _sha256(json, arrays)})


def read(path: Path) -> tuple[Contents, Words, Arrays]:
    """A checkpoint's parts. Its header is checked before anything else of it is read.

    Raises:
        CheckpointError: it is none, it is damaged, or its parts do not make sense.
    """
    name = printable(str(path))
    with opened(path) as file:
        header = read_header(file, path)
        trouble = trouble_of_contents(header.contents) or trouble_of_shapes(header)
        if trouble:
            raise CheckpointError(f"{name}: {trouble}. {TAKE_ANOTHER}")
        try:
            file.seek(0)
            arrays: Arrays = load(file.read(header.size))
            if header.sha256 != _sha256(header.json, arrays):
                trouble = "damaged: it is not what was written (its SHA-256 is another)"
            trouble = trouble or trouble_of_arrays(arrays)
            words = msgspec.msgpack.decode(arrays.pop("words").tobytes(), type=Words)
        except OSError as error:
            raise CheckpointError(f"{name}: cannot be read ({error.strerror}).") from error
        except MemoryError:
            raise CheckpointError(
                f"{name}: {header.size:,} bytes are more than there is memory for. Open it on a"
                " larger machine."
            ) from None
        except (SafetensorError, msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            trouble = f"damaged ({printable(str(error))[:200]})"
        trouble = trouble or trouble_of_words(header.contents, words)
    if trouble:
        raise CheckpointError(f"{name}: {trouble}. {TAKE_ANOTHER}")
    return header.contents, words, arrays


def _sha256(json: str, arrays: Arrays) -> str:
    digest = hashlib.sha256(json.encode())
    for key in sorted(arrays):
        digest.update(f"\n{key} {arrays[key].dtype} {arrays[key].shape}\n".encode())
        digest.update(np.ascontiguousarray(arrays[key]).data)
    return digest.hexdigest()
