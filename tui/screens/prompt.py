"""Ask for one line: a prefix, a seed, a pair. What is wrong with it is said in place."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from textual import work
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widgets import Input

from engine.wire.client import EngineError
from tui.drawing.fitted_text import FittedText
from tui.screens.confirmation import Confirmation
from tui.screens.dialog import SECONDS_TO_READ, Dialog
from tui.screens.fields.digits import Digits
from tui.screens.fields.field import Field


@dataclass(frozen=True)
class Question:
    """What to ask, and what to do with the answer."""

    title: str
    hint: str
    initial: str
    answer: Callable[[str], Awaitable[object]]  # raises EngineError where it cannot be done
    digits: bool = False  # whether it is a whole number


class Prompt(Dialog):
    """One question. Enter answers it, escape leaves everything as it is."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question
        self._says = FittedText(question.hint, id="hint")
        self.confirmation = Confirmation()  # of an answer that a person was asked about
        self._trying: str | None = None  # the answer that is under way
        self._reading: Timer | None = None  # while the word about a wrong key is to be read

    def compose(self) -> ComposeResult:
        """The line, and below it the hint or what was wrong."""
        with self.box(self._question.title, "enter · esc"):
            if self._question.digits:
                yield Digits(self._question.initial)
            else:
                yield Field(self._question.initial, select=True)
            yield self._says

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Try the answer, once; the worker lets the screen live while the engine is at it."""
        if event.value == self._trying:
            return  # a key that is held
        self._trying = event.value
        self._say("One moment…")
        self._try(event.value)

    def on_input_changed(self) -> None:
        """A new attempt: the old error is no longer true. That letters were left out, still is."""
        self.confirmation.forget()
        if self._reading is None:
            self._say(self._question.hint)

    def on_digits_refused(self, event: Digits.Refused) -> None:
        """Nothing that is typed vanishes without a word."""
        self._say(f"{event.what}: here goes a whole number. Other keys: after esc.", wrong=True)
        self._reading = self.set_timer(SECONDS_TO_READ, self._forget_refusal)

    def _forget_refusal(self) -> None:
        self._reading = None
        self._say(self._question.hint)

    @work(exclusive=True)
    async def _try(self, text: str) -> None:
        try:
            await self._question.answer(text)
        except EngineError as error:
            self._say(str(error), wrong=True)
        else:
            self.action_close()
        finally:
            if self._trying == text:  # otherwise another answer is under way by now
                self._trying = None

    async def finish_even_if_closed(self, work: Coroutine[Any, Any, None]) -> None:
        """Await what goes on though the dialog is closed; then a toast tells what was wrong.

        Raises:
            EngineError: it could not be done.
        """
        task = asyncio.create_task(work)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(self._tell_late)
            raise

    def _tell_late(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, EngineError) and self.app.is_running:
            self.app.notify(str(error), severity="error")

    def _say(self, text: str, *, wrong: bool = False) -> None:
        if self._reading is not None:
            self._reading.stop()
            self._reading = None
        self._says.say(text, wrong=wrong)
