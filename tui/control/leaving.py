"""How a lab is left: its engine goes on by itself, or saves and ends."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from engine.wire.client import EngineError, EngineUnavailable
from tui.control.ui_protocol import Ui
from tui.screens.quit import QuitScreen, Way
from tui.session.session import Session


class Leaving:
    """Leaves the engine to itself, or ends it, and says how to come back."""

    def __init__(self, session: Session, ui: Ui) -> None:
        self._session = session
        self._ui = ui
        self._is_leaving = False  # the engine is asked how the lab is, or saves and ends

    def quit(self, *, asks: bool) -> None:
        """Quit, and end the engine; where others look on, or it trains unasked, leave it alone."""
        session = self._session
        is_up = session.conversation.is_up
        unseen = session.snapshot is None and session.conversation.found_open  # its opener wants it
        if session.is_cut_off or (is_up and unseen):
            self.detach()
        elif self._is_leaving:
            self._leave_unheard()
        elif not is_up:
            self._ui.exit()
        else:
            if asks:
                self._ui.hold_keys(held=True)
            self._begin(self._end(asks=asks))

    def detach(self) -> None:
        """Leave the lab as it is; its engine goes on, with all that was asked for before."""
        self._begin(self._detach())

    def chosen(self, way: Way) -> None:
        """Carry out what a person has chosen for a training that runs."""
        if way == "keep":
            self.detach()
        else:
            self._begin(self._stop(save=way == "stop"))

    def take_question_back(self) -> None:
        """The engine is out of reach: the answers are no longer what would come of them."""
        if isinstance(self._ui.screen, QuitScreen):
            self._ui.screen.action_close()

    async def _end(self, *, asks: bool) -> None:
        self._is_leaving = True
        lab = await self._session.conversation.look()
        self._is_leaving = False
        trains = self._session.is_training if lab is None else lab.trained > 0
        is_watched = self._session.others_look_on(lab)
        if (trains and not asks) or (lab is None and is_watched):
            self.detach()
        elif trains and not is_watched:
            self._ask()
        else:  # of two that leave at once, each sees the other: the engine knows who is the last
            self._begin(self._stop(unless_needed=True))
        self._ui.hold_keys(held=False)

    async def _detach(self) -> None:
        if self._is_leaving:
            self._leave_unheard()
            return
        if self._session.conversation.is_up or self._session.is_cut_off:
            self._is_leaving = True
            lab = await self._session.conversation.look()
            self._tell_way_back(is_watched=self._session.others_look_on(lab))
        self._ui.exit()

    async def _stop(self, *, save: bool = True, unless_needed: bool = False) -> None:
        """End the engine, which saves first; then quit. It may be needed: see `Stop`."""
        session = self._session
        if not session.conversation.is_up:  # since a moment ago
            self.quit(asks=True)
            return
        self._is_leaving = True
        try:
            goes_on = await session.conversation.stop(save=save, unless_needed=unless_needed)
        except EngineUnavailable as error:  # nobody is left to ask
            session.farewell = str(error)
            self._ui.exit()
        except EngineError as error:
            self._is_leaving = False
            self._ask(str(error))
        else:
            if goes_on is not None and goes_on.why == "training":  # since a moment ago
                self._is_leaving = False
                self._ask()
                return
            if goes_on is not None:
                self._tell_way_back(is_watched=True)
            elif (last := session.conversation.last_word) is not None and last.saved is not None:
                again = session.engine.go_on_command(last.saved, last.lab)
                session.farewell = f"The lab {session.lab_name} is saved. {again} goes on with it."
            self._ui.exit()

    def _ask(self, trouble: str = "") -> None:
        """Ask what is to become of the training, or of a lab that could not be saved."""
        if not isinstance(self._ui.screen, QuitScreen):
            session = self._session
            again = session.engine.attach_command
            self._ui.push_screen(QuitScreen(again, trouble, is_training=session.is_training))

    def _tell_way_back(self, *, is_watched: bool) -> None:
        where = "on other screens" if is_watched else "without a screen"
        again = self._session.engine.attach_command
        self._session.farewell = (
            f"The lab {self._session.lab_name} goes on, {where}. {again} takes it up again."
        )

    def _leave_unheard(self) -> None:
        """Leave at once, though the engine has not answered yet: what becomes of it is open."""
        if self._session.conversation.is_up:
            again = self._session.engine.attach_command
            self._session.farewell = (
                f"The engine of the lab {self._session.lab_name} did not answer yet."
                f" {again} takes the lab up again, if it goes on or was saved."
            )
        self._ui.exit()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._ui.run_worker(work, group="leaving", exclusive=True)
