"""Labs that follow one another in an engine: whose saves are whose."""

import time
from pathlib import Path

import pytest

from engine.autosave import Autosaves
from engine.checkpoint import save
from engine.checkpoint_header import peek
from engine.home import Home
from engine.lab import Lab
from engine.protocol import Describe, Done, Open, Resume, Saved, StepOnce, Stop
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
    while (newest := engine.saves.newest()) == before:
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
def test_a_lab_pushes_out_no_save_of_the_one_whose_place_it_has_taken(
    way: str, engine: Engine, other: Path, tmp_path: Path
) -> None:
    save(Lab(other, device="cpu"), tmp_path / "saved")
    first = save_again(engine)
    engine.noted.clear()
    request = Open(str(other)) if way == "open" else Resume(str(tmp_path / "saved"))
    assert engine.call(request) == Saved(str(first)), "a person is told where it is"
    assert engine.noted == [first.name], "a crash does not bring back the lab before"
    of_this = [save_again(engine) for _ in range(6)]
    engine.call(Stop())
    engine.wait()
    assert engine.saves.paths() == (*reversed(of_this[-5:]), first)


def test_of_a_lab_that_was_only_looked_at_no_save_is_told(engine: Engine, other: Path) -> None:
    assert engine.call(Open(str(other))) == Done()


def test_what_is_trained_since_the_last_save_is_the_lab_befores_too(
    engine: Engine, other: Path
) -> None:
    save_again(engine)
    engine.call(StepOnce())
    engine.call(Open(str(other)))
    newest = engine.saves.newest()
    assert newest is not None
    assert engine.noted[-1] == newest.name
    assert len(engine.saves.paths()) == 2


@pytest.mark.parametrize(
    ("wanted", "goes_on"),
    [("what was left", True), ("its newest", True), ("its oldest", False), ("another", False)],
)
def test_saves_are_of_the_lab_that_is_taken_up_where_it_is_the_one_that_was_left(
    wanted: str, goes_on: bool, lab: Lab, tmp_path: Path
) -> None:
    saves = Autosaves(tmp_path / "saves")
    oldest, newest = (saves.add(data) for data in 2 * [saved(lab, tmp_path)])
    engine = Engine(tmp_path / "saves", left_at=newest)
    requests = {
        "what was left": Resume(),
        "its newest": Resume(str(newest)),
        "its oldest": Resume(str(oldest)),
        "another": Open(device="cpu"),
    }
    engine.call(requests[wanted])
    assert engine.noted == ([] if goes_on else [newest.name])
    engine.call(Open(device="cpu"))
    engine.call(Resume())
    assert len(engine.noted) == (2 if goes_on else 3), "it takes another's place then"
    engine.call(Stop(save=False))
    engine.wait()


def test_where_it_cannot_be_noted_whose_saves_are_whose_the_lab_is_opened(tmp_path: Path) -> None:
    def full(_: str) -> None:
        raise OSError("No space left on device")

    Home("test", 0.0, 60.0, 600.0, Autosaves(tmp_path), note=full).part()


def test_a_lab_that_is_resumed_is_saved_at_once_though_it_was_never_trained(
    engine: Engine, other: Path, tmp_path: Path
) -> None:
    lab = Lab(other, device="cpu")
    lab.configure(smoothing=5.0)
    save(lab, tmp_path / "saved")
    before = save_again(engine)
    engine.call(Resume(str(tmp_path / "saved")))
    assert peek(next_save(engine, before)).settings.smoothing == 5.0


def saved(lab: Lab, folder: Path) -> bytes:
    """A lab's checkpoint."""
    save(lab, folder / "one")
    return (folder / "one").read_bytes()
