"""What a screen knows of its lab: the data set, the newest snapshot, and how the link is."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from msgspec.structs import replace
from textual.message import Message

from engine.wire.answers import Answers, Description
from engine.wire.client import Engine
from engine.wire.events import DatasetOpened, Snapshot
from engine.wire.requests import BeginRun, DeleteRun, Open, Requests, Reset, Resume, SelectRun
from tui.actions import Action
from tui.keys.overrides import KeyMap
from tui.session.conversation import Conversation
from tui.session.link import Link
from tui.session.messages import EngineEnded, EngineStarted, EngineStopped, LinkChange, RunSelected
from tui.session.sentences import NO_DATA

# Actions of these groups, and scoring, are about the lab.
_OF_THE_LAB: Final = ("train", "matrix", "samples")
_SELECTING: Final = (BeginRun, DeleteRun, Reset, SelectRun)  # may select another run


class Session:
    """The talk with an engine, and its state. Nothing here draws."""

    def __init__(
        self,
        engine: Engine,
        opening: Open,
        post: Callable[[Message], object],
        keys: KeyMap,
        resuming: Resume | None = None,
        *,
        attaches: bool = False,
    ) -> None:
        """A session that has not begun; see `Conversation`. Its sentences name keys."""
        self.conversation = Conversation(
            engine, opening, post, self.absence, resuming, attaches=attaches
        )
        self.engine = engine
        self._post = post
        self._selecting = 0  # requests under way that may select another run
        self.keys = keys
        self.lab_name = engine.name
        self.dataset: DatasetOpened | None = None
        self.snapshot: Snapshot | None = None
        self.link = Link.STARTING  # as it was told last
        self._link_before = Link.STARTING  # the silence
        self.farewell = ""  # printed after the screen has closed: says how to come back

    # --- how it is

    @property
    def state(self) -> str:
        """What the status line says: of the training where the link is open, else of the link."""
        is_open = self.link is Link.OPEN and self.snapshot is not None
        return self.snapshot.state if self.snapshot and is_open else self.link.value

    @property
    def has_ended(self) -> bool:
        """Whether the engine did not start, or has died."""
        return self.link is Link.ENDED

    @property
    def is_cut_off(self) -> bool:
        """Whether the engine's machine cannot be reached."""
        return self.link is Link.LOST

    @property
    def is_training(self) -> bool:
        """Whether any run trains, as far as is known."""
        return self.snapshot is not None and self.snapshot.trained > 0

    def is_too_early(self, action: Action) -> bool:
        """Whether an action is about the lab, and the engine or the data is still on its way."""
        if action.id == "train.toggle" and self._selecting:
            return True  # whether that run trains is not known yet
        about_it = action.group in _OF_THE_LAB or action.id == "score"
        return about_it and self.link in (Link.STARTING, Link.OPENING)

    def others_look_on(self, lab: Description | None) -> bool:
        """Whether there are other screens; of a silent engine, what was shown last counts."""
        seen = lab or self.snapshot
        return seen is not None and seen.clients > 1

    def absence(self) -> str:
        """Why there is nothing to work on, and what to do about it."""
        match self.link:
            case Link.STARTING:
                return "The engine is still starting."
            case Link.ENDED:
                key = self.keys.name("engine.restart")
                return f"The engine is not running: {key} starts it again."
            case Link.NO_DATA:
                return NO_DATA.format(key=self.keys.name("dataset.open"))
            case Link.OPENING:
                return "The data is still being read."
            case Link.LOST:
                return f"The link is down: {self.keys.name('engine.restart')} tries it at once."
        return "The engine does not answer."

    # --- what happens to it

    async def call(self, request: Requests) -> Answers:
        """Carry out a request; see `Conversation.call`."""
        if not isinstance(request, _SELECTING):
            return await self.conversation.call(request)
        self._selecting += 1
        try:
            return await self.conversation.call(request)
        finally:
            self._post(RunSelected())

    def end_selecting(self) -> None:
        """A request that may have selected another run is done."""
        self._selecting -= 1

    def run(self) -> Coroutine[Any, Any, None]:
        """Start the engine, and listen to it until it ends; then this may be called again."""
        self.link = Link.STARTING
        return self.conversation.run()

    def follow(self, change: LinkChange) -> None:
        """Take over where the link is, and say at the end of the screen what became of the lab."""
        self._link_before, self.link = self.link, change.link
        match change:
            case EngineStarted():
                self.farewell = ""
            case EngineEnded() if self.dataset is not None:
                self.farewell = (
                    f"The lab {self.lab_name} does not run any more."
                    f" {self.engine.attach_command} resumes it, if it was saved."
                )
            case EngineStopped(event=event) if event.saved is not None:
                again = self.engine.go_on_command(event.saved, event.lab)
                self.farewell = (
                    f"The lab {self.lab_name} has ended. {again} goes on where it is saved."
                )

    def end_silence(self) -> bool:
        """The engine answers again. Returns whether nothing was heard of it before that."""
        was_silent = self.link is Link.SILENT
        if was_silent:
            self.link = self._link_before
        return was_silent

    def opened(self, dataset: DatasetOpened) -> bool:
        """Another data set is open. Returns whether it is what was open already."""
        before = self.dataset
        again = before is not None and before == replace(
            dataset, number=before.number, opening=before.opening
        )
        self.dataset, self.snapshot, self.link = dataset, None, Link.OPENING
        self.lab_name = dataset.lab or self.lab_name
        return again

    def shown(self, snapshot: Snapshot) -> None:
        """There is a newer state of the data set that is open."""
        self.snapshot, self.link = snapshot, Link.OPEN
