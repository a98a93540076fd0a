"""Labs that follow one another in an engine: each has its name, and its saves."""

import os
import tempfile
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.checkpoints.checkpoint import save
from engine.checkpoints.header import peek
from engine.checkpoints.saving.automatic_saves import AutomaticSaves
from engine.data.built_in import built_in_path
from engine.errors import EngineError
from engine.lab.lab import Lab
from engine.local.name_lock import Claim, standing
from engine.local.paths import LONGEST_SOCKET, LabPaths, all_labs
from engine.local.saved_labs import other_labs, saved_labs
from engine.wire.answers import Description, Done, Saved
from engine.wire.events import Stopped
from engine.wire.requests import Describe, Open, Resume, StepOnce, Stop
from tests.engine.threaded import SECONDS, Engine


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another data file than the built-in one."""
    path = tmp_path / "other.txt"
    path.write_text("ab\nba\n")
    return path


def next_save(engine: Engine, before: Path | None) -> Path:
    """The automatic save that follows another, once it is there."""
    deadline = time.monotonic() + SECONDS
    while (newest := engine.saves.newest()) in (None, before):
        engine.call(Describe())
        assert time.monotonic() < deadline
    assert newest is not None
    return newest


def save_again(engine: Engine) -> Path:
    """Train a step; the automatic save of it."""
    before = engine.saves.newest()
    engine.train()
    return next_save(engine, before)


@pytest.mark.parametrize("way", ["open", "resume"])
def test_a_lab_that_is_left_for_another_keeps_its_name_and_its_saves(
    way: str, engine: Engine, other: Path, tmp_path: Path
) -> None:
    save(Lab(other, device="cpu"), tmp_path / "other.safetensors")
    first = save_again(engine)
    request = Open(str(other)) if way == "open" else Resume(str(tmp_path / "other.safetensors"))
    assert engine.call(request) == Saved(str(first), "test"), "a person is told what takes it up"
    assert name_of(engine) == "other"
    for _ in range(6):
        save_again(engine)
    engine.call(Stop())
    engine.wait()
    assert len(engine.saves.paths()) == 5
    stopped = engine.hear(lambda event: isinstance(event, Stopped))
    assert stopped == Stopped("screen", str(engine.saves.newest()), lab="other")
    assert AutomaticSaves(LabPaths("test").saves).paths() == (first,)
    assert {lab.name: lab.data for lab in saved_labs()} == {
        "test": str(built_in_path()),
        "other": str(other),
    }


def test_of_a_lab_that_was_only_looked_at_nothing_is_left(engine: Engine, other: Path) -> None:
    assert engine.call(Open(str(other))) == Done()
    assert name_of(engine) == "test", "a name that is not the data's was given by a person"
    engine.call(Stop())
    engine.wait()
    assert list(all_labs()) == []


def test_a_lab_that_nobody_named_is_named_after_its_data(state: None, other: Path) -> None:
    engine = Engine("names")
    engine.call(Open(device="cpu"))
    engine.call(Open(str(other)))
    assert name_of(engine) == "other"
    assert [place.name for place in all_labs()] == ["other"]
    save_again(engine)
    for name in ("other-2", "other-3"):
        engine.call(Open(str(other)))
        assert name_of(engine) == name
        save_again(engine)
    engine.call(Stop(save=False))
    engine.wait()
    assert [lab.name for lab in saved_labs()] == ["other", "other-2", "other-3"]


def test_what_is_trained_since_the_last_save_is_the_lab_befores_too(
    engine: Engine, other: Path
) -> None:
    save_again(engine)
    engine.call(StepOnce())
    engine.call(Open(str(other)))
    assert [
        peek(path).selected_run.step for path in AutomaticSaves(LabPaths("test").saves).paths()
    ] == [2, 1]


@pytest.mark.parametrize(
    ("wanted", "name"),
    [("nothing", "test"), ("its newest", "test"), ("its oldest", "test-2"), ("data", "test-2")],
)
def test_a_lab_is_taken_up_under_its_name_and_any_other_gets_one_of_its_own(
    wanted: str, name: str, lab: Lab, state: None, tmp_path: Path
) -> None:
    saves = AutomaticSaves(LabPaths("test").saves)
    oldest, newest = (saves.add(data) for data in 2 * [saved(lab, tmp_path)])
    engine = Engine()
    requests = {
        "nothing": Resume(),
        "its newest": Resume(str(newest)),
        "its oldest": Resume(str(oldest)),
        "data": Open(device="cpu"),
    }
    engine.call(requests[wanted])
    assert name_of(engine) == name
    engine.call(Stop(save=False))
    engine.wait()


def test_a_past_lab_is_taken_up_in_an_engine_that_has_another_open(
    engine: Engine, other: Path
) -> None:
    first = save_again(engine)
    engine.call(Open(str(other)))
    save_again(engine)
    engine.call(Resume(str(first)))
    assert name_of(engine) == "test"
    assert {lab.name for lab in saved_labs()} == {"other"}
    second = save_again(engine)
    running = Claim(LabPaths("busy"))
    copied = AutomaticSaves(LabPaths("busy").saves).add(second.read_bytes())
    engine.call(Resume(str(copied)))
    assert name_of(engine) == "busy-2", "one that runs is not taken from its engine"
    running.release("stopped")


def test_a_lab_that_crashed_before_its_first_save_is_begun_again_under_its_name(
    engine: Engine, other: Path
) -> None:
    save_again(engine)
    again = Open(str(other), seed=3)
    for name in ("mine", "yours"):
        crash(name, again)
    engine.call(again)
    assert name_of(engine) == "other", "what is merely begun alike is another lab"
    engine.call(replace(again, lab="yours"))
    assert name_of(engine) == "yours"
    holder = standing(LabPaths("yours"))[1]
    assert holder is not None
    assert holder.again == again
    assert [lab.name for lab in other_labs("yours")] == ["test", "mine"]
    engine.call(replace(again, lab="test"))
    assert name_of(engine) != "test", "nor does one that is saved begin again"


def test_what_a_crash_left_is_noted_by_its_file_for_the_next_crash(
    lab: Lab, state: None, tmp_path: Path
) -> None:
    save(lab, tmp_path / "file")
    crash("test", Resume(str(tmp_path / "file")))
    engine = Engine()
    engine.call(Resume())
    holder = standing(LabPaths("test"))[1]
    assert holder is not None
    assert holder.again == Resume(str(tmp_path / "file"))
    engine.call(Stop(save=False))
    engine.wait()


def test_a_lab_whose_newest_save_is_damaged_is_taken_up_under_its_name(
    engine: Engine, other: Path
) -> None:
    good = save_again(engine)
    (good.parent / "29991231T235959.000000Z.safetensors").write_bytes(b"damaged")
    engine.call(Open(str(other)))
    (lab,) = other_labs("other")
    assert (lab.name, lab.path) == ("test", str(good))
    engine.call(Resume(lab.path))
    assert name_of(engine) == "test"


def test_a_name_is_as_short_as_its_socket_needs(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory(prefix="mm-") as short:
        room = LONGEST_SOCKET - len(f"{short}//makemore-tui/.sock")
        runtime = Path(short) / ("r" * (room - 8))
        runtime.mkdir()
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
        save_again(engine)
        (tmp_path / "a-long-name.txt").write_text("ab\nba\n")
        engine.call(Open(str(tmp_path / "a-long-name.txt")))
        assert name_of(engine) == "a-long-n"


def test_where_no_name_can_be_taken_the_lab_that_is_open_stays(
    engine: Engine, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_again(engine)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full)
        with pytest.raises(EngineError, match="No space left on device"):
            engine.call(Open(str(other)))
    assert name_of(engine) == "test"
    assert engine.call(StepOnce()) == Done()


def test_a_lab_that_is_resumed_is_saved_at_once_though_it_was_never_trained(
    engine: Engine, other: Path, tmp_path: Path
) -> None:
    lab = Lab(other, device="cpu")
    lab.configure({"smoothing": 5.0})
    save(lab, tmp_path / "saved")
    before = save_again(engine)
    engine.call(Resume(str(tmp_path / "saved")))
    assert peek(next_save(engine, before)).runs[0].settings["smoothing"] == 5.0


def crash(name: str, again: Open | Resume) -> None:
    """Leave what an engine leaves that is killed before the first save of its lab."""
    claim = Claim(LabPaths(name))
    claim.note(again)
    os.close(claim._file)


def saved(lab: Lab, folder: Path) -> bytes:
    """A lab's checkpoint."""
    save(lab, folder / "one")
    return (folder / "one").read_bytes()


def name_of(engine: Engine) -> str:
    """What the lab is called that is open."""
    answer = engine.call(Describe())
    assert isinstance(answer, Description)
    return answer.lab
