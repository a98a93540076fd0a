"""How a lab is left, and how it is kept: detach, stop, save."""

from __future__ import annotations

from textual import on, work

from engine.client import EngineError, EngineUnavailable, expected
from engine.printable import printable
from engine.protocol import Description, Exists, Save, Saved
from tui.copying import CopyingApp
from tui.news import Lost, Over, WasStopped


class LeavingApp(CopyingApp):
    """Leaves the engine to itself, or ends it."""

    # The file chosen for a lab, with the start of its engine and the number of its data set there.
    _saved_as: tuple[float, int, str] | None = None

    async def action_quit(self) -> None:
        """Quit, and end the engine; while it trains, ask; where others look on, leave it alone."""
        await self._quit(asks=True)

    async def interrupt(self) -> None:
        """Quit without a question: a training goes on."""
        await self._quit(asks=False)

    async def _quit(self, *, asks: bool) -> None:
        unseen = self.snapshot is None and self.engine.found_open  # whoever opened it wants it
        if self.is_cut_off or (self.engine.is_up and unseen):
            self.action_detach()
        elif self.is_leaving:
            self._leave_unheard()
        elif not self.engine.is_up:
            self.exit()
        else:
            self.may_ask = asks
            self._end(asks=asks)

    @work(group="leaving", exclusive=True)
    async def _end(self, *, asks: bool) -> None:
        self.is_leaving = True
        lab = await self.engine.look()
        self.is_leaving = False
        trains = self.is_training if lab is None else lab.state == "training"
        is_watched = self._others_look_on(lab)
        if (trains and not asks) or (lab is None and is_watched):
            self.action_detach()
        elif trains and not is_watched:
            self.ask_to_quit()
        else:  # of two that leave at once, each sees the other: the engine knows who is the last
            self.stop(unless_needed=True)
        self.may_ask = False
        self.look_again()

    @work(group="leaving", exclusive=True)
    async def action_detach(self) -> None:
        """Leave the lab as it is; its engine goes on, with all that was asked for before."""
        if self.is_leaving:
            self._leave_unheard()
            return
        if self.engine.is_up or self.is_cut_off:
            self.is_leaving = True
            lab = await self.engine.look()
            self._tell_way_back(is_watched=self._others_look_on(lab))
        self.exit()

    def _tell_way_back(self, *, is_watched: bool) -> None:
        where = "on other screens" if is_watched else "without a screen"
        again = self.engine.attach_command
        self.farewell = f"The lab {self.lab_name} goes on, {where}. {again} takes it up again."

    def _leave_unheard(self) -> None:
        """Leave at once, though the engine has not answered yet: what becomes of it is open."""
        if self.engine.is_up:
            self.farewell = (
                f"The engine of the lab {self.lab_name} did not answer yet."
                f" {self.engine.attach_command} takes the lab up again, if it goes on or was saved."
            )
        self.exit()

    def _others_look_on(self, lab: Description | None) -> bool:
        """Whether there are other screens; by what was shown last, where the engine is silent."""
        seen = lab or self.snapshot
        return seen is not None and seen.clients > 1

    def ask_to_quit(self, trouble: str = "") -> None:
        """Ask what is to become of the training, or of a lab that could not be saved."""
        from tui.screens.quit import QuitScreen

        if not isinstance(self.screen, QuitScreen):
            self.push_screen(QuitScreen(self, trouble))

    @on(Lost)
    @on(Over)
    @on(WasStopped)
    def take_the_question_back(self) -> None:
        """The engine is out of reach: the answers are no longer what would come of them."""
        from tui.screens.quit import QuitScreen

        if isinstance(self.screen, QuitScreen):
            self.screen.action_close()

    def on_started(self) -> None:
        """There is an engine, perhaps again: what would be said of the one before is over."""
        self.farewell = ""

    def on_over(self, event: Over) -> None:
        """The engine is no more: whoever leaves is told what may be left of the lab."""
        if self.dataset is not None:
            self.farewell = (
                f"The lab {self.lab_name} does not run any more. {self.engine.attach_command}"
                " resumes it, if it was saved."
            )

    def on_was_stopped(self, message: WasStopped) -> None:
        """The engine ended, by others: whoever leaves is told what goes on from where it saved."""
        event = message.event
        if event.saved is not None:
            again = self.engine.go_on_command(event.saved, event.lab)
            self.farewell = f"The lab {self.lab_name} has ended. {again} goes on where it is saved."

    @work(group="leaving", exclusive=True)
    async def stop(self, *, save: bool = True, unless_needed: bool = False) -> None:
        """End the engine, which saves first; then quit. It may be needed: see `Stop`."""
        if not self.engine.is_up:  # since a moment ago
            await self.action_quit()
            return
        self.is_leaving = True
        try:
            goes_on = await self.engine.stop(save=save, unless_needed=unless_needed)
        except EngineUnavailable as error:  # nobody is left to ask
            self.farewell = str(error)
            self.exit()
        except EngineError as error:
            self.is_leaving = False
            self.ask_to_quit(str(error))
        else:
            if goes_on is not None and goes_on.why == "training":  # since a moment ago
                self.is_leaving = False
                self.ask_to_quit()
                return
            if goes_on is not None:
                self._tell_way_back(is_watched=True)
            elif (last := self.engine.last_word) is not None and last.saved is not None:
                again = self.engine.go_on_command(last.saved, last.lab)
                self.farewell = f"The lab {self.lab_name} is saved. {again} goes on with it."
            self.exit()

    def action_save(self) -> None:
        """Save the lab to a file of the engine's machine: the second time to the same."""
        if self.dataset is None:
            self.tell_absence()
        elif self._file is not None:
            self._save(self._file)
        else:
            self._ask_where_to_save()

    def _ask_where_to_save(self) -> None:
        from tui.screens.save import SavePrompt

        suggestion = f"{self.lab_name}.safetensors"
        folder = "" if self.dataset is None else self.dataset.folder
        self.push_screen(SavePrompt(suggestion, folder, self.engine.call, self._saved))

    @work(group="requests")
    async def _save(self, path: str) -> None:
        try:
            answer = await self.engine.call(Save(path, over="checkpoint"))
            if isinstance(answer, Exists):  # something else has come there since
                raise EngineError(f"{answer.path} exists: the lab was not saved there.")
            saved = expected(Saved, answer)
        except EngineError as error:
            self.notify(str(error), severity="error", markup=False)
            if self.engine.is_up:
                self._ask_where_to_save()
        else:
            self._saved(saved.path)

    @property
    def _file(self) -> str | None:
        """Where the lab is saved to without a question."""
        if self.dataset is None:
            return None
        if self._saved_as is not None:
            since, number, path = self._saved_as
            if (since, number) == (self.engine.since, self.dataset.number):
                return path
        return self.dataset.save_to

    def _saved(self, path: str) -> None:
        if self.dataset is not None:
            self._saved_as = self.engine.since, self.dataset.number, path
        self.notify(f"Saved {printable(path)}.", markup=False)
