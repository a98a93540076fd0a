"""Checkpoints that somebody made up to take much memory: a sentence, before it is taken."""

import json
import math
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from engine.checkpoints.arrays import encode, read
from engine.checkpoints.header import CONTENTS
from engine.training.series import Series
from engine.wire.values import SettingChange
from tests.engine.checkpoints.crafting import crafted, older, parts, refused


def test_huge_shapes_are_refused_before_they_are_read(file: Path) -> None:
    data = file.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    for shape in ([2**40, 2**40], [-1, 9], [], [9, 9, 1], "99", [10**30], [9.5, 2]):
        header["runs.2.state.weights"]["shape"] = shape
        raw = json.dumps(header).encode()
        file.write_bytes(struct.pack("<Q", len(raw)) + raw + data[8 + length :])
        refused(file)


def test_arrays_that_do_not_lie_one_behind_another_are_refused(file: Path) -> None:
    data = file.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    for change in ((8, 8), (0, 8), (-8, 0), (2**60, 2**60)):
        header = json.loads(data[8 : 8 + length])
        offsets = header["runs.2.state.weights"]["data_offsets"]
        header["runs.2.state.weights"]["data_offsets"] = [
            a + b for a, b in zip(offsets, change, strict=True)
        ]
        raw = json.dumps(header).encode()
        file.write_bytes(struct.pack("<Q", len(raw)) + raw + data[8 + length :])
        assert "do not lie one behind another" in refused(file)


def test_a_file_that_lies_takes_no_memory(tmp_path: Path) -> None:
    file = older(1, tmp_path)  # which kept every loss
    steps, contents = 10_000_000, parts(file)[0]
    contents.update(step=steps, goal=steps)
    data = file.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"][CONTENTS] = json.dumps(contents)
    end = 0
    for key, entry in header.items():
        if key != "__metadata__":
            if key in ("train", "held_out"):
                entry["shape"] = [steps]
            size = (
                math.prod(entry["shape"]) * {"F64": 8, "F32": 4, "U32": 4, "U8": 1}[entry["dtype"]]
            )
            entry["data_offsets"], end = [end, end + size], end + size
    raw = json.dumps(header).encode()
    with file.open("wb") as sparse:
        sparse.write(struct.pack("<Q", len(raw)) + raw)
        sparse.truncate(8 + len(raw) + end)
    tracemalloc.start()
    try:
        assert "its SHA-256 is another" in refused(file)
        assert tracemalloc.get_traced_memory()[1] < 20e6, "of 160 MB"
    finally:
        tracemalloc.stop()


def test_the_losses_of_version_1_are_read_without_all_of_them_in_memory(tmp_path: Path) -> None:
    losses, file = 2.5 + np.random.default_rng(1).random(6_000_000), older(1, tmp_path)

    def of_many_steps(contents: dict[str, Any], _: object, arrays: dict[str, Any]) -> None:
        contents.update(step=len(losses), goal=len(losses))
        arrays["train"] = losses

    crafted(file, of_many_steps)
    assert file.stat().st_size > losses.nbytes
    tracemalloc.start()
    try:
        _, _, arrays = read(file)
        assert tracemalloc.get_traced_memory()[1] < 30e6, "of 48 MB"
    finally:
        tracemalloc.stop()
    series = Series()
    series.extend(losses)
    assert np.array_equal(arrays["runs.2.train"], series.newest())
    assert np.array_equal(arrays["runs.2.train_blocks"], series.blocks_4N)


def words_of(**parts: object) -> bytes:
    return msgspec.msgpack.encode({"names": [], "marks": [], **parts})


MANY_WORDS: dict[str, Callable[[], bytes]] = {
    "marks": lambda: words_of(marks=[[], [SettingChange(1, "lr 7")] * 1_000_000]),
    "runs": lambda: words_of(marks=[[]] * 17_000_000),
    "a mark": lambda: words_of(
        marks=[[], [SettingChange(1, "x" * 17_000_000 + "\N{GRINNING FACE}")]]
    ),
    "lists": lambda: words_of(names=[[]] * 17_000_000),
    "an unknown list": lambda: words_of(more=[[]] * 17_000_000),
    "names": lambda: words_of(names=[{"index": 0, "compared": None, "selected": None}] * 500_000),
    "depth": lambda: b"\x83\xa1x" + b"\x91" * 17_000_000,
    "a lie": lambda: b"\x82\xa5names\xdd\xff\xff\xff\xff" + b"\x90" * 17_000_000,
}


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("kind", MANY_WORDS)
def test_words_of_many_bytes_are_refused_without_becoming_many_more(kind: str, file: Path) -> None:
    words = MANY_WORDS[kind]()
    contents, _, arrays = parts(file)
    file.write_bytes(encode(contents, msgspec.Raw(words), arrays))  # type: ignore[arg-type]
    del arrays
    tracemalloc.start()
    try:
        refused(file)
        assert tracemalloc.get_traced_memory()[1] < 1.2 * len(words) + 5e6
    finally:
        tracemalloc.stop()
