"""What the server hands to the worker: clients that come and go, and their requests.

The only things that pass between the two threads. Imports no torch, so that the server can listen
while the worker still loads it.
"""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.checkpoints.saving.save_outcome import SaveOutcome
from engine.errors import EngineError
from engine.wire.answers import Answers
from engine.wire.events import Events
from engine.wire.requests import Requests, Watch


@dataclass(eq=False)
class Audience:
    """One client, as the worker sees it. All but `publish` is the worker's own."""

    publish: Callable[[Events], None]  # may be called from any thread
    watch: Watch = field(default_factory=Watch)
    stale: bool = False  # something has changed since its last snapshot
    due: float = 0.0  # when its next snapshot may go, on the monotonic clock
    is_screen: bool = False  # it has opened something, or watches
    has_left: bool = False  # it was told that the lab goes on for others, and is about to hang up


@dataclass(frozen=True)
class Joined:
    """A client has come."""

    audience: Audience


@dataclass(frozen=True)
class Left:
    """A client has gone."""

    audience: Audience


@dataclass(frozen=True)
class Job:
    """A client's request, and where its answer goes."""

    audience: Audience
    request: Requests
    answer: Callable[[Answers | EngineError], None]  # may be called from any thread


Inbox = queue.SimpleQueue[Joined | Left | Job | SaveOutcome | None]  # None: no more will come
