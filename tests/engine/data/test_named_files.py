"""The file that a person names for a lab: what it may replace, and when it is written."""

import stat
from pathlib import Path

import pytest

from engine.checkpoints.header import peek
from engine.checkpoints.saving.automatic_saves import AutomaticSaves
from engine.errors import EngineError
from engine.local.paths import LabPaths
from engine.wire.answers import Exists, Saved
from engine.wire.events import DatasetOpened
from engine.wire.requests import Open, Resume, Save, StepOnce, Stop
from tests.engine.threaded import Engine


def test_a_file_that_is_no_checkpoint_is_replaced_only_where_a_person_said_so(
    engine: Engine, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    mine.write_text("a person's own")
    mine.chmod(0o600)
    assert engine.call(Save(str(mine))) == Exists(str(mine))
    with pytest.raises(EngineError, match="is no checkpoint: it is not written over"):
        engine.call(Save(str(mine), over="checkpoint"))
    assert mine.read_text() == "a person's own"
    assert engine.call(Save(str(mine), over="anything")) == Saved(str(mine))
    assert engine.call(Save(str(mine), over="checkpoint")) == Saved(str(mine))
    assert peek(mine).selected_run.step == 0
    assert stat.S_IMODE(mine.stat().st_mode) == 0o600


def test_the_open_data_is_never_replaced(engine: Engine, tmp_path: Path) -> None:
    data = tmp_path / "mine.txt"
    data.write_text("emma\nolivia\n")
    (tmp_path / "link").symlink_to(data)
    test = tmp_path / "test.txt"
    test.write_text("ava\n")
    engine.call(Open(str(data), device="cpu", hold_out_data=str(test)))
    for path in (tmp_path / "link", test):
        with pytest.raises(EngineError, match="is the data that is open"):
            engine.call(Save(str(path), over="anything"))
    assert (data.read_text(), test.read_text()) == ("emma\nolivia\n", "ava\n")


@pytest.mark.parametrize("over", ["checkpoint", "anything"])
def test_a_file_that_nobody_may_write_is_not_replaced(
    over: str, engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "mine"
    engine.call(Save(str(path)))
    before = path.read_bytes()
    path.chmod(0o400)
    engine.call(StepOnce())
    with pytest.raises(EngineError, match="its mode forbids it"):
        engine.call(Save(str(path), over=over))  # type: ignore[arg-type]
    assert path.read_bytes() == before


@pytest.mark.parametrize("way", ["stop", "signal", "other"])
def test_the_file_of_a_lab_is_written_when_it_ends(
    way: str, engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "mine"
    engine.call(Open(device="cpu", save_to=str(path)))
    opened = engine.hear(lambda event: isinstance(event, DatasetOpened) and event.number == 2)
    assert isinstance(opened, DatasetOpened)
    assert opened.save_to == str(path)
    for _ in range(3):
        engine.call(StepOnce())
    if way == "stop":
        engine.call(Stop())
    elif way == "signal":
        engine.inbox.put(None)
        engine.wait()
    else:
        engine.call(Open(device="cpu"))
    assert peek(path).selected_run.step == 3
    newest = AutomaticSaves(LabPaths("test").saves).paths()[0]
    assert peek(newest).selected_run.step == 3, "among the automatic ones it is too"


def test_a_file_that_cannot_be_written_when_a_lab_ends_keeps_it_from_ending(
    engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "there" / "mine"
    path.parent.mkdir()
    engine.call(Open(device="cpu", save_to=str(path)))
    engine.call(StepOnce())
    path.parent.rmdir()
    with pytest.raises(EngineError, match="There is no folder"):
        engine.call(Stop())
    engine.call(Save(str(tmp_path / "elsewhere")))
    engine.call(Stop())
    engine.wait()
    assert peek(tmp_path / "elsewhere").selected_run.step == 1


def test_a_place_for_the_file_of_a_lab_is_looked_at_before_it_begins(
    engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("a person's own")
    for request in (
        Open(device="cpu", save_to=str(tmp_path / "mine.txt")),
        Resume(str(tmp_path / "none"), save_to=str(tmp_path / "mine.txt")),
    ):
        with pytest.raises(EngineError, match="is no checkpoint: it is not written over"):
            engine.call(request)
    assert (tmp_path / "mine.txt").read_text() == "a person's own"


def test_a_lab_taken_up_from_a_file_is_saved_to_it_again(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "mine"
    engine.call(StepOnce())
    engine.call(Save(str(path)))
    engine.call(Resume(str(path), save_to=str(path)))
    engine.call(StepOnce())
    engine.call(Stop())
    engine.wait()
    assert peek(path).selected_run.step == 2


def test_a_lab_that_was_never_trained_replaces_no_checkpoint(state: None, tmp_path: Path) -> None:
    file = tmp_path / "mine.safetensors"
    for steps in (1, 0):
        engine = Engine()
        engine.call(Open(device="cpu", save_to=str(file)))
        for _ in range(steps):
            engine.call(StepOnce())
        engine.call(Stop())
        engine.wait()
        assert peek(file).selected_run.step == 1


@pytest.mark.parametrize("path", ["a\0b", "~\0"])
def test_a_path_that_no_system_has_is_a_sentence(engine: Engine, path: str) -> None:
    for request in (
        Open(path),
        Open(path, unless_open=True),
        Open(save_to=path),
        Resume(path),
        Resume(data=path, path="/saved"),
        Save(path),
    ):
        with pytest.raises(EngineError, match="no path has a zero byte"):
            engine.call(request)


def test_a_path_from_a_folder_that_is_gone_is_a_sentence_and_whole_ones_are_taken(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here").rmdir()
    for request in (
        Open("mine"),
        Open("mine", unless_open=True),
        Open(save_to="mine"),
        Resume("mine"),
        Resume(data="mine", path="/saved"),
        Save("mine"),
    ):
        with pytest.raises(EngineError, match=r"^mine: the folder .* is gone\. Give the whole"):
            engine.call(request)
    path = tmp_path / "mine"
    assert engine.call(Save(str(path))) == Saved(str(path))
