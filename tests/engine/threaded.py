"""An engine in a thread of the test, without a wire."""

import contextlib
import math
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.autosave import Autosaves
from engine.errors import EngineError, EngineUnavailable
from engine.home import Home
from engine.inbox import Audience, Inbox, Job, Joined
from engine.protocol import (
    Answers,
    Configure,
    Describe,
    Description,
    Ended,
    Events,
    Open,
    Requests,
    Snapshot,
    Stop,
    Train,
)
from engine.worker import Worker

SECONDS = 30  # until something that is waited for counts as hanging


class Engine:
    """A worker in its thread, without a wire: requests go in, answers and events come out."""

    def __init__(self, saves: Path, left_at: Path | None = None) -> None:
        self.noted: list[str] = []  # the newest save that there was as another lab began
        self.inbox: Inbox = queue.SimpleQueue()
        self.events: queue.SimpleQueue[Events | None] = queue.SimpleQueue()  # None: no more
        self.saves = Autosaves(saves)
        home = Home("test", 0.0, 60.0, 600.0, self.saves, left_at, self.noted.append)
        self.worker = Worker(self.inbox, home)
        self.failure: BaseException | None = None
        self._lock = threading.Lock()
        self._calls: list[queue.SimpleQueue[Answers | EngineError]] = []
        self._has_ended = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self._audience = Audience(self.events.put)
        self.inbox.put(Joined(self._audience))
        self.thread.start()

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
        with self._lock:
            self._has_ended = True
            for answers in self._calls:  # those that have their answer read no other
                answers.put(EngineUnavailable("The worker has ended."))
        self.events.put(None)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine on the built-in names."""
    engine = Engine(tmp_path / "saves")
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
    path = tmp_path / "saves"
    path.write_text("no folder")
    return path
