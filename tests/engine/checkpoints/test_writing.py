"""Where a checkpoint may be written, and what stays whole if it cannot."""

import os
import resource
import stat
from pathlib import Path

import pytest

from engine.checkpoints.checkpoint import load, save
from engine.checkpoints.writing import check_place, write
from engine.errors import AlreadyThere, NotWritten
from engine.lab.lab import Lab
from tests.engine.checkpoints.crafting import everything, train


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("folder", "is a folder"),
        ("pipe", "no regular file"),
        ("none/a", "There is no folder"),
        ("text", "is no checkpoint: it is not written over"),
        ("x" * 300, "was not written"),
        ("a\0b", "was not written"),
        ("text/a", "was not written"),
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
    with pytest.raises(NotWritten, match=sentence):
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
    with pytest.raises(NotWritten, match=sentence):
        write(file.parent / name, saved, over="anything")
    assert stat.S_ISFIFO((file.parent / "pipe").stat().st_mode)


def test_a_full_disk_leaves_the_old_checkpoint_whole(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "saved"
    train(lab, 10)
    save(lab, path)
    longer = load(path, device="cpu")
    train(longer, 1000)
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (9000, unlimited[1]))
    try:
        for place in (path, path.with_name("new")):
            with pytest.raises(NotWritten, match="was not written: the disk is full"):
                save(longer, place)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert os.listdir(tmp_path) == ["saved"]
    assert everything(load(path, device="cpu")) == everything(lab)
