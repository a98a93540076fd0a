"""How a lab is kept: by itself, where a person wants it, and when it ends."""

import contextlib
import math
import queue
import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from engine import checkpoint, keeper
from engine.autosave import Autosaves
from engine.checkpoint_header import peek
from engine.errors import CheckpointError, EngineError
from engine.home import Home
from engine.inbox import Audience, Inbox, Job, Joined, Kept
from engine.lab import Lab
from engine.protocol import (
    Answers,
    Configure,
    DatasetOpened,
    Describe,
    Description,
    Done,
    Draw,
    Ended,
    Events,
    Exists,
    Open,
    Requests,
    Reset,
    Resume,
    Save,
    Saved,
    Snapshot,
    StepOnce,
    Stop,
    Stopped,
    Train,
)
from engine.reading import built_in_path
from engine.worker import Worker

SECONDS = 30  # until something that is waited for counts as hanging


class Engine:
    """A worker in its thread, without a wire: requests go in, answers and events come out."""

    def __init__(self, saves: Path) -> None:
        self.inbox: Inbox = queue.SimpleQueue()
        self.events: queue.SimpleQueue[Events] = queue.SimpleQueue()
        self.saves = Autosaves(saves)
        self.worker = Worker(self.inbox, Home("test", 0.0, 60.0, 600.0, self.saves))
        self.failure: BaseException | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self._audience = Audience(self.events.put)
        self.inbox.put(Joined(self._audience))
        self.thread.start()

    def call(self, request: Requests) -> Answers:
        answers: queue.SimpleQueue[Answers | EngineError] = queue.SimpleQueue()
        self.inbox.put(Job(self._audience, request, answers.put))
        answer = answers.get(timeout=SECONDS)
        if isinstance(answer, EngineError):
            raise answer
        return answer

    def hear(self, wanted: Callable[[Events], bool]) -> Events:
        """The next event that is wanted."""
        while True:
            event = self.events.get(timeout=SECONDS)
            if wanted(event):
                return event

    def train(self) -> None:
        """Train one step, to the goal: that is saved at once."""
        self.call(Configure(pace=math.inf))
        self.call(Train(more=1))
        self.hear(lambda event: isinstance(event, Ended))

    def hear_trouble(self, words: str) -> None:
        self.hear(lambda event: isinstance(event, Snapshot) and words in event.trouble)

    def wait(self) -> None:
        self.thread.join(SECONDS)
        assert not self.thread.is_alive()

    def _run(self) -> None:
        try:
            self.worker.run()
        except BaseException as error:
            self.failure = error


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine on the built-in names."""
    engine = Engine(tmp_path / "saves")
    engine.call(Open(device="cpu"))
    yield engine
    if engine.thread.is_alive():
        with contextlib.suppress(queue.Empty):
            engine.call(Stop(save=False))
        engine.wait()


def step_of(engine: Engine) -> int:
    answer = engine.call(Describe())
    assert isinstance(answer, Description)
    return answer.step


@pytest.fixture
def no_folder(engine: Engine, tmp_path: Path) -> Path:
    """What stands where automatic saves should go."""
    path = tmp_path / "saves"
    path.write_text("no folder")
    return path


# --- a file that a person names -------------------------------------------------------------------


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
    assert peek(mine).step == 0
    assert stat.S_IMODE(mine.stat().st_mode) == 0o600


def test_the_open_data_is_never_replaced(engine: Engine, tmp_path: Path) -> None:
    data = tmp_path / "mine.txt"
    data.write_text("emma\nolivia\n")
    (tmp_path / "link").symlink_to(data)
    engine.call(Open(str(data), device="cpu"))
    with pytest.raises(EngineError, match="is the data that is open"):
        engine.call(Save(str(tmp_path / "link"), over="anything"))
    assert data.read_text() == "emma\nolivia\n"


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


# --- by itself ------------------------------------------------------------------------------------


def test_a_save_that_was_due_while_another_was_written_is_made(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, writes, tell = threading.Event(), threading.Event(), engine.worker._keeper._tell
    add = engine.saves.add

    def slow(data: bytes) -> Path:
        writes.set()
        assert release.wait(SECONDS)
        return add(data)

    def preempted(kept: Kept) -> None:
        tell(kept)
        over.wait(SECONDS)  # the thread lives on after its last word, as on a busy machine

    over = threading.Event()
    monkeypatch.setattr(keeper, "SHARE", 1e9)  # or it would wait for long after a slow disk
    monkeypatch.setattr(engine.saves, "add", slow)
    monkeypatch.setattr(engine.worker._keeper, "_tell", preempted)
    engine.train()
    assert writes.wait(SECONDS)
    writes.clear()
    engine.train()
    release.set()
    assert writes.wait(SECONDS), "the worker was woken, and knew that nobody writes any more"
    over.set()
    assert engine.call(Stop()) == Done()
    assert peek(engine.saves.paths()[0]).step == 2


@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), MemoryError(), OSError])
def test_whatever_keeps_a_lab_from_being_saved_is_told_and_it_goes_on(
    error: Exception | type[Exception], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(checkpoint, "pack", fail)
        engine.train()
        engine.hear_trouble("the lab was not saved")
        with pytest.raises(EngineError, match="the lab was not saved"):
            engine.call(Stop())
        assert step_of(engine) == 1
    engine.call(Stop())
    assert [peek(path).step for path in engine.saves.paths()] == [1]


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
    assert [peek(path).step for path in engine.saves.paths()] == [1]


def test_a_lab_whose_training_breaks_is_saved_and_nobody_takes_it_for_stopped(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.call(StepOnce())

    def broken(*_: object) -> None:
        raise RuntimeError("CUDA error")

    monkeypatch.setattr(Lab, "draw_next", broken)
    engine.call(Draw(1))
    engine.wait()
    assert isinstance(engine.failure, RuntimeError)
    assert peek(engine.saves.paths()[0]).step == 1
    told = []
    with contextlib.suppress(queue.Empty):
        while True:
            told.append(engine.events.get_nowait())
    assert not any(isinstance(event, Stopped) for event in told)


def test_a_lab_that_broke_in_the_midst_of_a_step_does_not_replace_what_is_whole(
    lab: Lab,
) -> None:
    lab.train(more=3)
    lab.advance(3)
    lab.trainer.step += 1
    with pytest.raises(CheckpointError, match="in the midst of step 4"):
        checkpoint.pack(lab)


def test_only_the_weights_are_copied_where_the_lab_trains(lab: Lab) -> None:
    lab.train(more=3000)
    lab.advance(3000)
    packed = checkpoint.pack(lab)
    assert np.shares_memory(packed.arrays["train"], lab.history.train.values())
    before = safetensors.numpy.load(packed.encode())
    lab.train(more=3000)
    while lab.state == "training":
        lab.advance(3000)
    after = safetensors.numpy.load(packed.encode())
    assert all(np.array_equal(after[key], before[key]) for key in (*before, *after))


# --- when it ends ---------------------------------------------------------------------------------


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
    assert peek(path).step == 3
    assert peek(engine.saves.paths()[0]).step == 3, "among the automatic ones it is too"


def test_a_file_that_cannot_be_written_when_a_lab_ends_keeps_it_from_ending(
    engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "there" / "mine"
    path.parent.mkdir()
    engine.call(Open(device="cpu", save_to=str(path)))
    engine.call(StepOnce())
    path.parent.rmdir()
    with pytest.raises(EngineError, match="there is no folder"):
        engine.call(Stop())
    engine.call(Save(str(tmp_path / "elsewhere")))
    engine.call(Stop())
    engine.wait()
    assert peek(tmp_path / "elsewhere").step == 1


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
    assert peek(path).step == 2


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
    engine.call(Configure(pace=1.0))
    engine.call(Train(more=1000))
    with contextlib.suppress(queue.Empty):
        while (saved := engine.saves.newest()) is None:
            engine.hear(lambda event: isinstance(event, Snapshot))
    assert saved is not None, "the next automatic save is due in ten minutes"
    assert peek(saved).step < 10


def test_a_lab_that_was_never_trained_replaces_no_checkpoint(tmp_path: Path) -> None:
    file = tmp_path / "mine.safetensors"
    for steps in (1, 0):
        engine = Engine(tmp_path / "saves")
        engine.call(Open(device="cpu", save_to=str(file)))
        for _ in range(steps):
            engine.call(StepOnce())
        engine.call(Stop())
        engine.wait()
        assert peek(file).step == 1


def test_a_lab_that_begins_anew_is_saved_as_it_is_when_it_ends(engine: Engine) -> None:
    engine.call(Open(device="cpu"))
    engine.call(StepOnce())
    engine.call(Configure(smoothing=5.0))
    engine.call(Reset(seed=7))
    engine.call(Stop())
    last = engine.hear(lambda event: isinstance(event, Stopped))
    assert isinstance(last, Stopped)
    assert last.saved == str(engine.saves.newest())
    contents = peek(Path(last.saved))
    assert (contents.step, contents.settings.smoothing, contents.settings.seed) == (0, 5.0, 7)


@pytest.mark.parametrize("is_changed", [True, False])
def test_of_a_lab_that_was_never_trained_what_was_changed_is_saved_when_it_ends(
    engine: Engine, is_changed: bool
) -> None:
    engine.call(Open(device="cpu"))
    if is_changed:
        engine.call(Configure(smoothing=5.0))
    assert engine.saves.paths() == ()
    engine.call(Stop())
    engine.wait()
    saved = [peek(path).settings.smoothing for path in engine.saves.paths()]
    assert saved == ([5.0] if is_changed else [])


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
