"""Checkpoints that somebody made up, with a good checksum: a sentence, and nothing changes."""

import contextlib
import json
import math
import re
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.checkpoints.arrays import encode, read
from engine.checkpoints.checkpoint import load, save
from engine.checkpoints.header import CONTENTS
from engine.checkpoints.names_and_marks import Words
from engine.errors import CheckpointError
from engine.lab.lab import Lab
from engine.wire.values import SettingChange
from tests.engine.checkpoints.crafting import crafted, parts, refused

Change = Callable[[dict[str, Any], Words, dict[str, Any]], object]


def contents(**changes: Any) -> Change:
    return lambda contents, _, __: contents.update(changes)


def setting(**changes: Any) -> Change:
    return lambda contents, _, __: contents["kept_settings"].update(changes)


def array(name: str, change: Callable[[Any], Any]) -> Change:
    return lambda _, __, arrays: arrays.update({name: change(arrays[name])})


def without(name: str) -> Change:
    return lambda _, __, arrays: arrays.pop(name)


def names(**changes: Any) -> Change:
    def change(_: object, words: Words, __: object) -> Words:
        first, *others = words.names
        name = msgspec.structs.replace(first.counts, **changes)  # type: ignore[type-var]
        return Words((msgspec.structs.replace(first, counts=name), *others), words.marks)

    return change


def poked(value: float) -> Callable[[Any], Any]:
    def change(numbers: Any) -> Any:
        numbers = numbers.copy()
        numbers.flat[3] = value
        return numbers

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (contents(version=3), "was written by makemore-tui .* in format 3; .* reads format 2"),
        (contents(version=3, written_by="\x1b[2J", new=[]), r"by \\x1b\[2J in format 3"),
        (contents(version=0), "never been"),
        (contents(version="1"), "Expected `int`, got `str`"),
        (contents(step=-1), "step -1"),
        (contents(step=19), "train: of shape"),
        (contents(step=2**60), "step"),
        (contents(step=True), "Expected `int`"),
        (contents(goal=-5), "goal -5"),
        (contents(drawn=-1), "drawn -1"),
        (contents(drawn=3), "5 names, of 3 drawn"),
        (contents(drawn=0), "more: stream_counts, stream_net"),
        (contents(wanted=1001), "1001 names"),
        (contents(state="asleep"), "Invalid enum"),
        (contents(state="idle"), "not begun"),
        (contents(reason="\x1b[2J"), "control characters"),
        (contents(symbols=10), "weights: of shape"),
        (contents(symbols=10**30), "symbols"),
        (contents(more=1), "unknown field"),
        (contents(data="http://example.org/a"), "no file of this machine"),
        (contents(data="file://host/a"), "no file of this machine"),
        (contents(data="file://[/a"), "no file of this machine"),
        (contents(data="file:///a%00b"), "not there"),
        (contents(data="file:///nowhere/a.txt"), "/nowhere/a.txt is not there. .* --data"),
        (contents(data="file:///"), "/ is a folder"),
        (contents(data_sha256="0" * 64), "has changed since"),
        (contents(data=None), "has changed since"),
        (setting(learning_rate=0), "Learning rate 0"),
        (setting(learning_rate="50"), "Expected `float`"),
        (setting(learning_rate=None), "Expected `float`"),
        (setting(regularisation=-1), "Regularisation -1"),
        (setting(smoothing=1e300), "Smoothing 1e"),
        (setting(pace=-1), "Pace -1"),
        (setting(seed=-1), "Seed -1"),
        (setting(seed=2**64), "Seed"),
        (setting(seed=10**30), "Seed"),
        (setting(hold_out=1.0), "fraction"),
        (setting(hold_out=0.0), "more: held_out"),
        (setting(temperature=-1), "Temperature -1"),
        (setting(top_k=100), "there are 8 symbols"),
        (setting(top_k=1.5), "Expected `int`"),
        (setting(prefix="9"), "'9' .* does not occur"),
        (setting(stream="dice"), "Invalid enum"),
        (setting(stream="keyed"), "more: stream_counts"),
        (setting(source="net"), "more: stream_counts"),
        (setting(unheard=1), "settings"),
        (lambda contents, _, __: contents["kept_settings"].pop("seed"), "settings"),
        (without("weights"), "missing: weights"),
        (without("held_out"), "missing: held_out"),
        (without("stream_net"), "missing: stream_net"),
        (lambda _, __, arrays: arrays.update(more=np.zeros(3)), "more: more"),
        (lambda _, __, arrays: arrays.update({"\x1b": np.zeros(3)}), r"more: \\x1b"),
        (array("weights", lambda w: w.astype(np.int64)), "numbers of type I64"),
        (array("weights", lambda w: w.astype(np.float16)), "numbers of type F16"),
        (array("weights", lambda w: w[:-1]), "weights: of shape"),
        (array("weights", lambda w: w.ravel()), "weights: of shape"),
        (array("weights", poked(math.nan)), "weights: a number that is not finite"),
        (array("weights", poked(-math.inf)), "weights: a number that is not finite"),
        (array("train", poked(math.nan)), "train: a number that is not finite"),
        (array("held_out", poked(math.inf)), "held_out: a number that is not finite"),
        (array("held_out", lambda h: h[:-1]), "held_out: of shape"),
        (array("train", poked(-1.0)), "train: a loss below 0"),
        (array("held_out", poked(-1.7e308)), "held_out: a loss below 0"),
        (array("weights", poked(1.7e308)), "weights of no finite loss"),
        (array("stream_net", lambda s: s[:-1]), "stream_net: of shape"),
        (array("stream_net", lambda s: s | 2**31), "no state of its generator"),
        (array("stream_net", lambda s: s * 0), "no state of its generator"),
        (names(nll=math.nan), "name 0 is none that a model draws"),
        (names(step=-1), "name 0 is none that a model draws"),
        (names(step=2**60), "name 0 is none that a model draws"),
        (names(text="a" * 20_001), "name 0 is none that a model draws"),
        (names(text="a" * (48 << 20)), "its texts are too long"),
        (setting(prefix="a" * 1001), "Prefix a{23}…: give at most 1,000 characters"),
        (lambda _, words, __: Words(words.names[::-1], ()), "name 0 is not of the draw"),
        (lambda _, words, __: Words(words.names * 2, ()), "10 names, of 5 drawn"),
        (lambda _, words, __: Words(words.names, (SettingChange(21, "lr 1"),)), "mark at step 21"),
        (lambda _, words, __: Words(words.names, (SettingChange(1, "lr \x9b"),)), "mark at step 1"),
        (lambda _, words, __: Words(words.names, (SettingChange(1, "x" * 101),)), "mark at step 1"),
        (lambda _, words, __: Words(words.names, (SettingChange(1, "what 7"),)), "mark at step 1"),
        (
            lambda _, words, __: Words(words.names, (SettingChange(1, "lr 7"),) * 10_001),
            "Expected `array` of length <= 10000",
        ),
        (lambda _, words, __: Words((1, 2), ()), "damaged"),
        (names(text="a" * (1 << 20)), "damaged .a name of 1,0.* bytes, where none has 88,400"),
        (
            lambda _, words, __: Words(words.names, (SettingChange(1, "x" * 501),)),
            "a mark of 5.. bytes",
        ),
    ],
)
def test_a_crafted_file_is_refused(change: Change, sentence: str, file: Path) -> None:
    crafted(file, change)
    assert re.search(sentence, refused(file))


def test_huge_shapes_are_refused_before_they_are_read(file: Path) -> None:
    data = file.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    for shape in ([2**40, 2**40], [-1, 9], [], [9, 9, 1], "99", [10**30], [9.5, 2]):
        header["weights"]["shape"] = shape
        raw = json.dumps(header).encode()
        file.write_bytes(struct.pack("<Q", len(raw)) + raw + data[8 + length :])
        refused(file)


def test_arrays_that_do_not_lie_one_behind_another_are_refused(file: Path) -> None:
    data = file.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    for change in ((8, 8), (0, 8), (-8, 0), (2**60, 2**60)):
        header = json.loads(data[8 : 8 + length])
        offsets = header["weights"]["data_offsets"]
        header["weights"]["data_offsets"] = [a + b for a, b in zip(offsets, change, strict=True)]
        raw = json.dumps(header).encode()
        file.write_bytes(struct.pack("<Q", len(raw)) + raw + data[8 + length :])
        assert "do not lie one behind another" in refused(file)


def test_a_file_that_lies_takes_no_memory(file: Path) -> None:
    steps, contents = 50_000_000, {**parts(file)[0]}
    contents.update(step=steps, goal=steps, version=1)  # which kept every loss
    data = file.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"][CONTENTS] = json.dumps(contents)
    end = 0
    for key, entry in header.items():
        if key != "__metadata__":
            if key in ("train", "held_out"):
                entry["shape"] = [steps]
            size = math.prod(entry["shape"]) * {"F64": 8, "U32": 4, "U8": 1}[entry["dtype"]]
            entry["data_offsets"], end = [end, end + size], end + size
    raw = json.dumps(header).encode()
    with file.open("wb") as sparse:
        sparse.write(struct.pack("<Q", len(raw)) + raw)
        sparse.truncate(8 + len(raw) + end)
    tracemalloc.start()
    try:
        assert "its SHA-256 is another" in refused(file)
        assert tracemalloc.get_traced_memory()[1] < 20e6, "of 800 MB"
    finally:
        tracemalloc.stop()


def test_the_losses_of_version_1_are_read_without_all_of_them_in_memory(
    lab: Lab, tmp_path: Path
) -> None:
    losses = 2.5 + np.random.default_rng(1).random(6_000_000)
    lab.history.train.extend(losses)
    lab.trainer.resume(lab.trainer.weights_VV, len(losses))
    lab.state = "paused"
    save(lab, tmp_path / "saved")

    def as_version_1(contents: dict[str, Any], _: object, arrays: dict[str, Any]) -> None:
        contents["version"] = 1
        arrays["train"] = losses
        del arrays["train_blocks"]

    crafted(tmp_path / "saved", as_version_1)
    assert (tmp_path / "saved").stat().st_size > losses.nbytes
    tracemalloc.start()
    try:
        _, _, arrays = read(tmp_path / "saved")
        assert tracemalloc.get_traced_memory()[1] < 30e6, "of 48 MB"
    finally:
        tracemalloc.stop()
    assert np.array_equal(arrays["train"], lab.history.train.newest())
    assert np.array_equal(arrays["train_blocks"], lab.history.train.blocks_4N)


BLOCKS = {
    "finite": lambda blocks: np.where(blocks == blocks[1, 5], np.nan, blocks),
    "below 0": lambda blocks: blocks - 5.0,
    "its own extremes": lambda blocks: blocks[::-1],
}


@pytest.mark.parametrize("sentence", ["of shape", "missing: train_blocks", *BLOCKS])
def test_blocks_that_no_losses_make_are_refused(sentence: str, lab: Lab, tmp_path: Path) -> None:
    lab.history.train.extend(2.5 + np.random.default_rng(1).random(1_200_000))
    lab.trainer.resume(lab.trainer.weights_VV, 1_200_000)
    lab.state = "paused"
    save(lab, tmp_path / "saved")

    def change(_: object, __: object, arrays: dict[str, Any]) -> None:
        if sentence in BLOCKS:
            arrays["train_blocks"] = np.ascontiguousarray(BLOCKS[sentence](arrays["train_blocks"]))
        elif sentence == "of shape":
            arrays["train_blocks"] = arrays["train_blocks"][:, 1:].copy()
        else:
            del arrays["train_blocks"]

    crafted(tmp_path / "saved", change)
    assert sentence in refused(tmp_path / "saved")


def words_of(**parts: object) -> bytes:
    return msgspec.msgpack.encode({"names": [], "marks": [], **parts})


@pytest.mark.parametrize(
    "words",
    [
        words_of(marks=[SettingChange(1, "lr 7")] * 1_000_000),
        words_of(marks=[SettingChange(1, "x" * 17_000_000 + "\N{GRINNING FACE}")]),
        words_of(names=[[]] * 17_000_000),
        words_of(more=[[]] * 17_000_000),
        words_of(names=[{"index": 0, "counts": None, "net": None}] * 500_000),
        b"\x83\xa1x" + b"\x91" * 17_000_000,
        b"\x82\xa5names\xdd\xff\xff\xff\xff" + b"\x90" * 17_000_000,
    ],
    ids=["marks", "a mark", "lists", "an unknown list", "names", "depth", "a lie"],
)
def test_words_of_many_bytes_are_refused_without_becoming_many_more(
    words: bytes, file: Path
) -> None:
    contents, _, arrays = parts(file)
    file.write_bytes(encode(contents, msgspec.Raw(words), arrays))  # type: ignore[arg-type]
    del arrays
    tracemalloc.start()
    try:
        refused(file)
        assert tracemalloc.get_traced_memory()[1] < 1.2 * len(words) + 5e6
    finally:
        tracemalloc.stop()


def test_any_json_in_place_of_the_contents_is_refused(file: Path) -> None:
    anything = st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=5,
    )
    whole = file.read_bytes()
    (length,) = struct.unpack("<Q", whole[:8])
    fields = list(json.loads(json.loads(whole[8 : 8 + length])["__metadata__"][CONTENTS]))

    @settings(deadline=None, max_examples=100)
    @given(field=st.sampled_from(fields), value=anything)
    def check(field: str, value: Any) -> None:
        file.write_bytes(whole)
        with contextlib.suppress(UnicodeEncodeError, OverflowError):  # no forger could write it
            crafted(file, contents(**{field: value}))
        with contextlib.suppress(CheckpointError):  # another goal, say, makes as good a lab
            load(file, device="cpu")

    check()
