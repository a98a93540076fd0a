"""Who listens to a lab, and who has yet to be told of its newest change."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from engine.server.inbox import Audience
from engine.wire.events import DatasetOpened, Events, Snapshot
from engine.wire.requests import Watch

LOOKS: Final = 5.0  # a look that takes a second is followed by five without one


class Audiences:
    """All clients of an engine; belongs to the lab's thread."""

    def __init__(self) -> None:
        self._all: list[Audience] = []

    def __bool__(self) -> bool:
        """Whether anybody listens."""
        return bool(self._all)

    @property
    def screens(self) -> int:
        """How many have opened something, or watch: commands that come and go do not."""
        return sum(audience.is_screen and not audience.has_left for audience in self._all)

    def others(self, audience: Audience) -> int:
        """How many screens there are beside one."""
        return self.screens - (audience.is_screen and not audience.has_left)

    @property
    def due(self) -> float | None:
        """When the next snapshot may go, on the monotonic clock; None: there is nothing to tell."""
        return min((audience.due for audience in self._all if audience.stale), default=None)

    def join(self, audience: Audience) -> None:
        """One more listens."""
        self._all.append(audience)

    def leave(self, audience: Audience) -> None:
        """One has gone."""
        self._all.remove(audience)

    def stale(self) -> None:
        """Something has changed, of which all are to be told."""
        for audience in self._all:
            audience.stale = True

    def tell(self, event: Events) -> None:
        """Tell all, at once."""
        for audience in self._all:
            audience.publish(event)

    def introduce(self, dataset: DatasetOpened) -> None:
        """Tell all of another data set: what was watched may lie outside its matrix."""
        for audience in self._all:
            audience.watch = Watch(frames=audience.watch.frames)
        self.tell(dataset)

    def publish(self, look: Callable[..., Snapshot], *, at_once: bool = False) -> None:
        """Tell those of the newest change whose turn it is, or all of them `at_once`.

        `look` sees the lab through the window that is its argument, with so many `clients`.
        """
        now = time.monotonic()
        for audience in self._all:
            if audience.stale and (at_once or now >= audience.due):
                screens = self.screens + (not audience.is_screen)  # itself, if it is new
                began = time.monotonic()
                snapshot = look(audience.watch, clients=screens)
                audience.publish(snapshot)
                pause = 1 / audience.watch.frames
                if snapshot.trained:
                    # A model may take long to answer: most of the time is for those that train.
                    pause = max(pause, LOOKS * (time.monotonic() - began))
                audience.stale, audience.due = False, now + pause
