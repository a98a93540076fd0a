"""Files that are damaged, or no checkpoints at all: a sentence, and nothing changes."""

import contextlib
import json
import os
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.checkpoints.checkpoint import load, save
from engine.checkpoints.header import is_checkpoint, last_loss, peek
from engine.errors import CheckpointError, NoSuchDevice
from engine.lab.lab import Lab
from tests.engine.checkpoints.crafting import everything, refused

ANYWHERE = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@settings(ANYWHERE, max_examples=60)
@given(part=st.floats(0, 1, exclude_max=True))
def test_a_file_that_is_cut_off_anywhere_is_refused(part: float, saved: bytes, file: Path) -> None:
    file.write_bytes(saved[: int(part * len(saved))])
    refused(file)


@pytest.fixture(scope="module")
def whole(saved: bytes, tmp_path_factory: pytest.TempPathFactory) -> object:
    """Everything that the file says where nothing is wrong with it."""
    path = tmp_path_factory.mktemp("whole") / "saved"
    path.write_bytes(saved)
    return everything(load(path, device="cpu"))


@settings(ANYWHERE, max_examples=60)
@given(
    place=st.floats(0, 1, exclude_max=True), byte=st.integers(1, 255), more=st.binary(max_size=3)
)
def test_a_file_with_other_bytes_is_refused_or_says_the_same(
    place: float, byte: int, more: bytes, saved: bytes, whole: object, file: Path
) -> None:
    data = bytearray(saved)
    data[int(place * len(data))] ^= byte
    file.write_bytes(bytes(data) + more)
    with contextlib.suppress(CheckpointError):  # blanks behind the header may be others
        assert everything(load(file, device="cpu")) == whole


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


@pytest.mark.parametrize("offsets", [[-8, 8], [0, 7], [8, 8], [0, 1 << 70], [0, 1 << 40]])
def test_a_last_loss_that_lies_outside_the_file_is_none(
    offsets: list[int], saved: bytes, file: Path
) -> None:
    (length,) = struct.unpack("<Q", saved[:8])
    header = json.loads(saved[8 : 8 + length])
    header["runs.2.train"]["data_offsets"] = offsets
    changed = json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(changed)) + changed + saved[8 + length :])
    with contextlib.suppress(CheckpointError):  # no number of so many bits
        assert last_loss(file) is None


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
