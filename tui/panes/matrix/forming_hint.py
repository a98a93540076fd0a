"""A hint, given once: while a run trains beside a view that stands still, its own P forms."""

from __future__ import annotations

from typing import Literal

from engine.wire.events import Snapshot


class FormingHint:
    """Whether the hint is to be seen: from the first training on, until that rests."""

    def __init__(self) -> None:
        self._state: Literal["not yet", "now", "over"] = "not yet"

    @property
    def is_shown(self) -> bool:
        """Whether it is to be seen."""
        return self._state == "now"

    def look(
        self, before: Snapshot | None, now: Snapshot, *, is_live: bool, is_refitted: bool
    ) -> None:
        """Take note of a newer snapshot.

        What is shown `is_live` where training changes it. What `is_refitted` stands with its
        setting where the hint would.
        """
        trains = now.state == "training"
        if self.is_shown and (is_refitted or not trains):
            self._state = "over"
        elif self._state == "not yet" and trains and not is_refitted and not is_live:
            rested = before is not None and before.state != "training"
            self._state = "now" if rested else "not yet"

    def end(self) -> None:
        """Another view is looked at: the hint is no longer needed where it was to be seen."""
        if self.is_shown:
            self._state = "over"
