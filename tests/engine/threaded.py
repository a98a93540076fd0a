"""An engine in a thread of the test, without a wire."""

import contextlib
import math
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.checkpoints.saving.automatic_saves import AutomaticSaves
from engine.errors import EngineError, EngineUnavailable
from engine.local.held_name import HeldName
from engine.local.name_lock import Claim
from engine.local.paths import LabPaths
from engine.local.saved_labs import newest_save
from engine.server.identity import Identity
from engine.server.inbox import Audience, Inbox, Job, Joined
from engine.server.worker import Worker
from engine.wire.answers import Answers, Description
from engine.wire.events import Ended, Events, Snapshot
from engine.wire.requests import Configure, Describe, Open, Requests, Stop, Train

SECONDS = 30  # until something that is waited for counts as hanging


class Engine:
    """A worker in its thread, without a wire: requests go in, answers and events come out."""

    def __init__(self, name: str = "test") -> None:
        claim = Claim(LabPaths(name))
        self.home = Identity(HeldName(claim), 60.0, 600.0, newest_save(claim.place, claim.before))
        self.inbox: Inbox = queue.SimpleQueue()
        self.events: queue.SimpleQueue[Events | None] = queue.SimpleQueue()  # None: no more
        self.worker = Worker(self.inbox, self.home)
        self.failure: BaseException | None = None
        self._lock = threading.Lock()
        self._calls: list[queue.SimpleQueue[Answers | EngineError]] = []
        self._has_ended = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self._audience = Audience(self.events.put)
        self.inbox.put(Joined(self._audience))
        self.thread.start()

    @property
    def saves(self) -> AutomaticSaves:
        """Those of the lab that is open."""
        return self.worker._autosaver._autosaves

    def call(self, request: Requests) -> Answers:
        """Carry out a request.

        Raises:
            EngineUnavailable: the worker has ended, perhaps while the request waited.
            EngineError: it could not be done.
        """
        answers: queue.SimpleQueue[Answers | EngineError] = queue.SimpleQueue()
        with self._lock:
            if self._has_ended:
                raise EngineUnavailable("The worker has ended.")
            self._calls.append(answers)
        self.inbox.put(Job(self._audience, request, answers.put))
        answer = answers.get(timeout=SECONDS)
        if isinstance(answer, EngineError):
            raise answer
        return answer

    def hear(self, wanted: Callable[[Events], bool]) -> Events:
        """The next event that is wanted."""
        while True:
            event = self.events.get(timeout=SECONDS)
            assert event is not None, "the worker has ended, and it was never told"
            if wanted(event):
                return event

    def train(self) -> None:
        """Train one step, to the goal: that is saved at once."""
        self.call(Configure({"pace": math.inf}))
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
        self.home.held.release(self.worker.ending)
        with self._lock:
            self._has_ended = True
            for answers in self._calls:  # those that have their answer read no other
                answers.put(EngineUnavailable("The worker has ended."))
        self.events.put(None)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Labs of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def engine(state: None) -> Iterator[Engine]:
    """An engine on the built-in names."""
    engine = Engine()
    engine.call(Open(device="cpu"))
    engine.hear(lambda event: isinstance(event, Snapshot) and event.drawn == 10)
    yield engine
    with contextlib.suppress(EngineUnavailable):  # as where the test has ended it
        engine.call(Stop(save=False))
    engine.wait()


def step_of(engine: Engine) -> int:
    answer = engine.call(Describe())
    assert isinstance(answer, Description)
    return answer.step


@pytest.fixture
def no_folder(engine: Engine, tmp_path: Path) -> Path:
    """What stands where automatic saves should go."""
    path = LabPaths("test").saves
    path.write_text("no folder")
    return path
