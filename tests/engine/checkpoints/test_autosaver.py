"""How a lab is kept: by itself while it trains, and when it ends."""

import contextlib
import queue
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from engine.checkpoints import checkpoint
from engine.checkpoints.header import peek
from engine.checkpoints.saving import save_schedule
from engine.checkpoints.saving.automatic_saves import AutomaticSaves
from engine.checkpoints.saving.autosaver import Autosaver
from engine.checkpoints.saving.save_outcome import SaveOutcome
from engine.data.built_in import built_in_path
from engine.errors import CheckpointError, EngineError, EngineUnavailable
from engine.lab.lab import Lab
from engine.settings.lab_settings import SEED
from engine.wire.answers import Done
from engine.wire.events import Snapshot, Stopped
from engine.wire.requests import (
    Configure,
    Describe,
    Draw,
    Open,
    Reset,
    Resume,
    Save,
    StepOnce,
    Stop,
    Train,
    Watch,
)
from tests.engine.threaded import SECONDS, Engine, step_of


def test_a_save_that_was_due_while_another_was_written_is_made(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, writes, tell = threading.Event(), threading.Event(), engine.worker._autosaver._tell
    add = engine.saves.add

    def slow(data: bytes) -> Path:
        writes.set()
        assert release.wait(SECONDS)
        return add(data)

    def preempted(outcome: SaveOutcome) -> None:
        tell(outcome)
        over.wait(SECONDS)  # the thread lives on after its last word, as on a busy machine

    over = threading.Event()
    monkeypatch.setattr(save_schedule, "SHARE", 1e9)  # or it would wait for long after a slow disk
    monkeypatch.setattr(engine.saves, "add", slow)
    monkeypatch.setattr(engine.worker._autosaver, "_tell", preempted)
    engine.train()
    assert writes.wait(SECONDS)
    writes.clear()
    engine.train()
    release.set()
    assert writes.wait(SECONDS), "the worker was woken, and knew that nobody writes any more"
    over.set()
    assert engine.call(Stop()) == Done()
    assert peek(engine.saves.paths()[0]).selected_run.step == 2


def test_asking_when_a_save_is_due_changes_nothing(lab: Lab, tmp_path: Path) -> None:
    told: queue.SimpleQueue[SaveOutcome] = queue.SimpleQueue()
    saves = AutomaticSaves(tmp_path / "saves")
    autosaver = Autosaver(saves, 600.0, told.put)
    autosaver.opened(lab, saves)
    lab.step_once()
    assert autosaver.due is None, "nobody has told that the lab has changed"
    autosaver.changed(lab)
    before = {name: repr(value) for name, value in vars(autosaver).items()}
    assert autosaver.due == autosaver.due == 0.0
    assert {name: repr(value) for name, value in vars(autosaver).items()} == before
    autosaver.keep(lab)
    assert autosaver.due is None, "one save at a time"
    autosaver.take(told.get(timeout=SECONDS))
    assert autosaver.due is None
    assert autosaver.newest == saves.newest() is not None


def test_what_comes_of_a_save_of_the_lab_before_says_nothing_of_the_next(
    lab: Lab, tmp_path: Path
) -> None:
    told: queue.SimpleQueue[SaveOutcome] = queue.SimpleQueue()
    saves = AutomaticSaves(tmp_path / "saves")
    autosaver = Autosaver(saves, 600.0, told.put)
    autosaver.opened(lab, saves, is_resumed=True)
    autosaver.keep(lab)
    outcome = told.get(timeout=SECONDS)
    autosaver.opened(lab, AutomaticSaves(tmp_path / "others"), is_resumed=True)
    autosaver.take(outcome)
    assert autosaver.newest is None
    assert autosaver.due == 0.0, "the next is not saved yet"


def test_whoever_asks_a_worker_that_has_ended_waits_for_nothing(engine: Engine) -> None:
    engine.inbox.put(None)
    with pytest.raises(EngineUnavailable):  # or there would be nothing in 30 seconds
        engine.call(Describe())
    engine.wait()
    with pytest.raises(EngineUnavailable):
        engine.call(Describe())
    with pytest.raises(AssertionError, match="the worker has ended"):
        engine.hear(lambda event: False)


@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), MemoryError(), OSError])
def test_whatever_keeps_a_lab_from_being_saved_is_told_and_it_goes_on(
    error: Exception | type[Exception], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(checkpoint, "pack", fail)
        engine.train()
        engine.hear_trouble("The lab was not saved")
        with pytest.raises(EngineError, match="The lab was not saved"):
            engine.call(Stop())
        assert step_of(engine) == 1
    engine.call(Stop())
    assert [peek(path).selected_run.step for path in engine.saves.paths()] == [1]


def test_a_lab_whose_folder_is_gone_is_saved(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "words.txt").write_text("emma\nolivia\n")
    monkeypatch.chdir(tmp_path / "here")
    engine.call(Open("words.txt", device="cpu"))
    engine.call(Save("../saved"))
    shutil.rmtree(tmp_path / "here")
    engine.call(StepOnce())
    engine.call(Stop())
    assert [peek(path).selected_run.step for path in engine.saves.paths()] == [1]


def test_a_lab_whose_training_breaks_is_saved_and_nobody_takes_it_for_stopped(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.call(StepOnce())

    def broken(*_: object) -> None:
        raise RuntimeError("CUDA error")

    monkeypatch.setattr(Lab, "draw_on", broken)
    engine.call(Draw(1))
    engine.wait()
    assert isinstance(engine.failure, RuntimeError)
    assert peek(engine.saves.paths()[0]).selected_run.step == 1
    told = []
    with contextlib.suppress(queue.Empty):
        while True:
            told.append(engine.events.get_nowait())
    assert not any(isinstance(event, Stopped) for event in told)


def test_a_lab_that_broke_in_the_midst_of_a_step_does_not_replace_what_is_whole(
    lab: Lab,
) -> None:
    lab.selected.train(more=3)
    lab.advance(lab.selected, 3)
    assert lab.selected.trainer is not None
    lab.selected.trainer.step += 1
    with pytest.raises(CheckpointError, match="in the midst of step 4 of net"):
        checkpoint.pack(lab)


def test_what_is_packed_is_no_part_of_what_goes_on(lab: Lab) -> None:
    lab.selected.train(more=3000)
    lab.advance(lab.selected, 3000)
    packed = checkpoint.pack(lab)
    before = safetensors.numpy.load(packed.encode())
    lab.selected.train(more=3000)
    while lab.selected.state == "training":
        lab.advance(lab.selected, 3000)
    after = safetensors.numpy.load(packed.encode())
    assert all(np.array_equal(after[key], before[key]) for key in (*before, *after))


def test_a_lab_that_cannot_be_saved_is_not_given_up_for_another(
    engine: Engine, no_folder: Path, tmp_path: Path
) -> None:
    engine.call(StepOnce())
    for request in (Open(device="cpu"), Resume(str(tmp_path / "other"))):
        if isinstance(request, Resume):
            checkpoint.save(Lab(built_in_path(), device="cpu"), tmp_path / "other")
        with pytest.raises(EngineError, match=r"cannot be saved, so it stays: .* \(ctrl\+s\)"):
            engine.call(request)
        assert step_of(engine) == 1
    engine.call(Save(str(tmp_path / "mine")))
    engine.call(Open(device="cpu"))
    assert step_of(engine) == 0


def test_what_changed_since_a_person_saved_it_is_not_given_up_either(
    engine: Engine, no_folder: Path, tmp_path: Path
) -> None:
    engine.call(StepOnce())
    engine.call(Save(str(tmp_path / "mine")))
    engine.call(StepOnce())
    with pytest.raises(EngineError, match="so it stays"):
        engine.call(Open(device="cpu"))


def test_a_lab_is_ended_without_saving_though_its_disk_hangs(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes, over = threading.Event(), threading.Event()

    def hang(*_: object) -> Path:
        writes.set()
        over.wait()
        raise CheckpointError("too late.")

    monkeypatch.setattr(engine.saves, "add", hang)
    engine.train()
    assert writes.wait(SECONDS)
    engine.call(Stop(save=False))
    engine.wait()
    assert engine.failure is None
    assert isinstance(engine.hear(lambda event: isinstance(event, Stopped)), Stopped)
    over.set()


def test_the_first_steps_are_saved_at_once(engine: Engine) -> None:
    engine.call(Configure({"pace": 1.0}))
    engine.call(Train(more=1000))
    with contextlib.suppress(queue.Empty):
        while (saved := engine.saves.newest()) is None:
            engine.hear(lambda event: isinstance(event, Snapshot))
    assert saved is not None, "the next automatic save is due in ten minutes"
    assert peek(saved).selected_run.step < 10


def test_a_lab_that_begins_another_run_is_saved_with_both_when_it_ends(engine: Engine) -> None:
    engine.call(Open(device="cpu"))
    engine.call(StepOnce())
    engine.call(Configure({"smoothing": 5.0}))
    engine.call(Reset(by=7))
    engine.call(Stop())
    last = engine.hear(lambda event: isinstance(event, Stopped))
    assert isinstance(last, Stopped)
    assert last.saved == str(engine.saves.newest())
    counts, before, again = peek(Path(last.saved)).runs
    assert counts.settings["smoothing"] == 5.0
    assert (before.step, before.settings["seed"]) == (1, SEED)
    assert (again.step, again.settings["seed"]) == (0, SEED + 7)
    assert peek(Path(last.saved)).selected_run == again


@pytest.mark.parametrize("is_changed", [True, False])
def test_of_a_lab_that_was_never_trained_what_was_changed_is_saved_when_it_ends(
    engine: Engine, is_changed: bool
) -> None:
    engine.call(Open(device="cpu"))
    if is_changed:
        engine.call(Configure({"smoothing": 5.0}))
    assert engine.saves.paths() == ()
    engine.call(Stop())
    engine.wait()
    saved = [peek(path).runs[0].settings["smoothing"] for path in engine.saves.paths()]
    assert saved == ([5.0] if is_changed else [])


def test_ten_names_are_there_when_data_opens_and_are_nothing_to_save(engine: Engine) -> None:
    engine.call(Watch(names=20))
    told = engine.hear(lambda event: isinstance(event, Snapshot) and len(event.names) > 0)
    assert isinstance(told, Snapshot)
    assert (told.drawn, told.newest_from) == (10, 0)
    fresh = Lab(built_in_path(), device="cpu")
    fresh.draw(10)
    while fresh.wanted:
        fresh.draw_next()
    assert told.names == fresh.sampler.newest(10)
    assert [
        (draw.selected.step, draw.selected.current) for draw in told.names if draw.selected
    ] == [(0, True)] * 10
    engine.call(Stop())
    assert not engine.saves.paths()


def test_names_that_somebody_asked_for_are_saved(engine: Engine) -> None:
    engine.call(Draw(10))
    engine.hear(lambda event: isinstance(event, Snapshot) and event.drawn == 20)
    engine.call(Stop())
    (path,) = engine.saves.paths()
    assert checkpoint.load(path).sampler.drawn == 20


def test_a_lab_that_is_taken_up_has_its_own_names_and_no_more(
    engine: Engine, tmp_path: Path
) -> None:
    lab = Lab(built_in_path(), device="cpu")
    lab.draw(3)
    while lab.wanted:
        lab.draw_next()
    checkpoint.save(lab, tmp_path / "three")
    engine.call(Resume(str(tmp_path / "three")))
    engine.call(Watch(names=20))
    told = engine.hear(lambda event: isinstance(event, Snapshot) and len(event.names) > 0)
    assert isinstance(told, Snapshot)
    assert (told.data, told.drawn, told.newest_from, told.names) == (2, 3, 3, lab.sampler.newest(3))
