"""Files that are no checkpoints, damaged or crafted: a sentence, and nothing changes."""

import contextlib
import json
import math
import os
import pickle
import re
import stat
import struct
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import safetensors.numpy
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.checkpoint import load, save
from engine.checkpoint_arrays import read
from engine.checkpoint_checks import Words
from engine.checkpoint_header import CONTENTS, is_checkpoint, peek
from engine.checkpoint_writing import AlreadyThere, check_place, write
from engine.errors import CheckpointError, NoSuchDevice
from engine.history import History
from engine.lab import Lab
from engine.protocol import Mark
from tests.engine.checkpoints import crafted, draw, everything, parts, train

ANYWHERE = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A checkpoint of a small lab, with everything in it."""
    folder = tmp_path_factory.mktemp("saved")
    (folder / "data.txt").write_text("".join(f"{a}{b}\n" for a in "abcd" for b in "aéfg"))
    lab = Lab(folder / "data.txt", 0.3, "cpu")
    lab.configure(stream="video", learning_rate=20.0)
    train(lab, 20)
    draw(lab, 5)
    save(lab, folder / "saved")
    return (folder / "saved").read_bytes()


@pytest.fixture
def file(saved: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "saved"
    path.write_bytes(saved)
    return path


def refused(path: Path) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(CheckpointError) as caught:
        load(path, device="cpu")
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert sentence.endswith(".")
    assert len(sentence) < 600
    assert str(path) in sentence or not str(path).isprintable()
    return sentence


# --- damaged --------------------------------------------------------------------------------------


@settings(ANYWHERE, max_examples=60)
@given(part=st.floats(0, 1, exclude_max=True))
def test_a_file_that_is_cut_off_anywhere_is_refused(part: float, saved: bytes, file: Path) -> None:
    file.write_bytes(saved[: int(part * len(saved))])
    refused(file)


@settings(ANYWHERE, max_examples=100)
@given(
    place=st.floats(0, 1, exclude_max=True), byte=st.integers(1, 255), more=st.binary(max_size=3)
)
def test_a_file_with_other_bytes_is_refused_or_says_the_same(
    place: float, byte: int, more: bytes, saved: bytes, file: Path
) -> None:
    data = bytearray(saved)
    data[int(place * len(data))] ^= byte
    file.write_bytes(saved)
    before = everything(load(file, device="cpu"))
    file.write_bytes(bytes(data) + more)
    with contextlib.suppress(CheckpointError):  # blanks behind the header may be others
        assert everything(load(file, device="cpu")) == before


@settings(ANYWHERE, max_examples=50)
@given(data=st.binary(max_size=300), length=st.integers(0, 400) | st.integers(0, 2**64 - 1))
def test_bytes_at_random_are_refused(data: bytes, length: int, file: Path) -> None:
    for content in (data, struct.pack("<Q", length) + data, struct.pack("<Q", len(data)) + data):
        file.write_bytes(content)
        refused(file)
        assert not is_checkpoint(file)


@pytest.mark.parametrize(
    "header",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"__metadata__":{"makemore-tui":"' + b"[" * 100_000 + b'"}}',
        b'{"__metadata__":{"makemore-tui":"{\\"version\\":' + b"9" * 50_000 + b'}"}}',
        b'{"__metadata__":{"makemore-tui":"{\\"version\\":1,\\"step\\":1e999}"}}',
        b'{"__metadata__":{"makemore-tui":"{\\"version\\":NaN}"}}',
        b'{"__metadata__":{"makemore-tui":"\\ud800"}}',
        b'{"__metadata__":{"makemore-tui":7}}',
        b'{"__metadata__":null}',
        b"null",
        b'"\xff"',
        b"",
    ],
    ids=lambda header: header[:30].decode("latin-1"),
)
def test_a_header_of_nonsense_is_refused(header: bytes, file: Path) -> None:
    file.write_bytes(struct.pack("<Q", len(header)) + header)
    refused(file)


def test_a_pickle_is_not_opened(file: Path, tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "exploded"),)

    file.write_bytes(pickle.dumps(Bomb()))
    assert "torch.save" in refused(file)
    torch.save({"bomb": Bomb()}, file)
    assert "torch.save" in refused(file)
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("none", "no such file"),
        ("none\x1b[31m", r"none\\x1b\[31m: no such file"),
        ("folder", "is a folder"),
        ("pipe", "no regular file"),
        ("a\0b", "cannot be read"),
        ("x" * 300, "cannot be read"),
        ("saved/a", "cannot be read"),
    ],
)
def test_what_is_no_file_is_refused(name: str, sentence: str, file: Path) -> None:
    os.mkfifo(file.with_name("pipe"))
    file.with_name("folder").mkdir()
    with pytest.raises(CheckpointError, match=sentence):
        load(file.parent / name)
    with pytest.raises(CheckpointError, match=sentence):
        peek(file.parent / name)


def test_a_file_without_permission_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", forbidden)  # root may read anything
    assert "no permission" in refused(file)


def test_safetensors_of_others_are_refused(file: Path) -> None:
    file.write_bytes(safetensors.numpy.save({"weights": np.zeros((3, 3))}))
    assert "not of makemore-tui" in refused(file)


def test_a_huge_file_is_not_read_where_its_header_is_not_good(file: Path, saved: bytes) -> None:
    with file.open("wb") as sparse:
        sparse.write(struct.pack("<Q", 2**40))
        sparse.truncate(2**42)
    assert "no checkpoint" in refused(file)
    with file.open("wb") as sparse:
        sparse.write(saved)
        sparse.truncate(2**42)
    assert "would be whole" in refused(file)


# --- crafted --------------------------------------------------------------------------------------

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
        (contents(version=2), "was written by makemore-tui .* in format 2; .* reads format 1"),
        (contents(version=2, written_by="\x1b[2J", new=[]), r"by \\x1b\[2J in format 2"),
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
        (setting(learning_rate=0), "learning rate 0"),
        (setting(learning_rate="50"), "Expected `float`"),
        (setting(learning_rate=None), "Expected `float`"),
        (setting(regularisation=-1), "regularisation -1"),
        (setting(smoothing=1e300), "smoothing 1e"),
        (setting(pace=-1), "pace -1"),
        (setting(seed=-1), "seed -1"),
        (setting(seed=2**64), "seed"),
        (setting(seed=10**30), "seed"),
        (setting(hold_out=1.0), "fraction"),
        (setting(hold_out=0.0), "more: held_out"),
        (setting(temperature=-1), "temperature -1"),
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
        (names(text="\x1b[31m"), "name 0 is none that a model draws"),
        (names(nll=math.nan), "name 0 is none that a model draws"),
        (names(text="a" * 20_001), "name 0 is none that a model draws"),
        (names(text="a" * (48 << 20)), "its texts are too long"),
        (setting(prefix="a" * 1001), "prefix a{100}: give at most 1,000 characters"),
        (lambda _, words, __: Words(words.names[::-1], ()), "name 0 is not of the draw"),
        (lambda _, words, __: Words(words.names * 2, ()), "10 names, of 5 drawn"),
        (lambda _, words, __: Words(words.names, (Mark(21, "lr 1"),)), "mark at step 21"),
        (lambda _, words, __: Words(words.names, (Mark(1, "lr \x9b"),)), "mark at step 1"),
        (lambda _, words, __: Words(words.names, (Mark(1, "x" * 101),)), "mark at step 1"),
        (lambda _, words, __: Words(words.names, (Mark(1, "what 7"),)), "mark at step 1"),
        (
            lambda _, words, __: Words(words.names, (Mark(1, "lr 7"),) * 10_001),
            "10,001 marks, where 10,000 are kept",
        ),
        (lambda _, words, __: Words((1, 2), ()), "damaged"),
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


def test_a_file_is_read_into_memory_no_more_than_twice(lab: Lab, tmp_path: Path) -> None:
    steps = 3_000_000
    lab.history = History.of(np.full(steps, 2.5), np.empty(0), ())
    lab.trainer.resume(lab.trainer.weights_VV, steps)
    lab.state = "paused"
    save(lab, tmp_path / "saved")
    tracemalloc.start()
    try:
        read(tmp_path / "saved")
        assert tracemalloc.get_traced_memory()[1] < 2.1 * 8 * steps
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

    @settings(ANYWHERE, max_examples=100)
    @given(field=st.sampled_from(fields), value=anything)
    def check(field: str, value: Any) -> None:
        file.write_bytes(whole)
        with contextlib.suppress(UnicodeEncodeError, OverflowError):  # no forger could write it
            crafted(file, contents(**{field: value}))
        with contextlib.suppress(CheckpointError):  # another goal, say, makes as good a lab
            load(file, device="cpu")

    check()


def test_a_device_that_is_not_there_is_said_as_ever(file: Path) -> None:
    with pytest.raises(NoSuchDevice):
        load(file, device="cuda:63")


def test_data_that_has_changed_is_refused(lab: Lab, tmp_path: Path) -> None:
    data = tmp_path / "data.txt"
    data.write_text("emma\nolivia\n")
    save(Lab(data, device="cpu"), tmp_path / "saved")
    data.write_text("emma\nolivia")  # the same words, but not the same bytes
    assert "has changed since" in refused(tmp_path / "saved")
    data.unlink()
    assert "--data" in refused(tmp_path / "saved")
    (tmp_path / "moved").write_text("emma\nolivia\n")
    assert load(tmp_path / "saved", data=tmp_path / "moved").corpus.words == 2


# --- writing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("folder", "is a folder"),
        ("pipe", "no regular file"),
        ("none/a", "there is no folder"),
        ("text", "is no checkpoint: it is not written over"),
        ("x" * 300, "was not written"),
        ("a\0b", "was not written"),
        ("text/a", "was not written|no folder"),
        ("loop", "was not written"),
    ],
)
def test_a_place_where_no_checkpoint_can_be_is_refused(
    name: str, sentence: str, file: Path, saved: bytes
) -> None:
    folder = file.parent
    os.mkfifo(folder / "pipe")
    (folder / "folder").mkdir()
    (folder / "text").write_text("a person's own")
    (folder / "loop").symlink_to(folder / "loop")
    before = sorted(os.listdir(folder))
    with pytest.raises(CheckpointError, match=sentence):
        write(folder / name, saved)
    assert sorted(os.listdir(folder)) == before
    assert (folder / "text").read_text() == "a person's own"


def test_a_checkpoint_an_empty_file_and_what_one_insists_on_are_replaced(
    file: Path, saved: bytes
) -> None:
    file.write_bytes(saved[:-100])  # damaged, and yet one
    write(file, saved)
    assert file.read_bytes() == saved
    file.write_bytes(b"")
    write(file, saved)
    file.write_text("text")
    with pytest.raises(AlreadyThere):
        write(file, saved, over="nothing")
    assert file.read_text() == "text"
    write(file, saved, over="anything")
    check_place(file)
    assert os.listdir(file.parent) == ["saved"]


@pytest.mark.parametrize(
    ("name", "sentence"), [("pipe", "no regular file"), ("folder", "a folder")]
)
def test_what_is_no_file_is_not_replaced_however_much_one_insists(
    name: str, sentence: str, file: Path, saved: bytes
) -> None:
    os.mkfifo(file.parent / "pipe")
    (file.parent / "folder").mkdir()
    with pytest.raises(CheckpointError, match=sentence):
        write(file.parent / name, saved, over="anything")
    assert stat.S_ISFIFO((file.parent / "pipe").stat().st_mode)


def test_a_full_disk_leaves_the_old_checkpoint_whole(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "saved"
    train(lab, 10)
    save(lab, path)
    code = f"""
import resource, signal
from pathlib import Path
from engine.checkpoint import load, save
from engine.errors import CheckpointError
path = Path({str(path)!r})
lab = load(path, device="cpu")
lab.train(more=2000)
lab.advance(1000)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))
for place in (path, path.with_name("new")):
    try:
        save(lab, place)
    except CheckpointError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.count("was not written: the disk is full") == 2
    assert os.listdir(tmp_path) == ["saved"]
    assert everything(load(path, device="cpu")) == everything(lab)
