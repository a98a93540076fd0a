"""Ask for a data file: a path that is completed, a file or a lab that was open before; options."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import ClassVar, Final

from msgspec.structs import replace
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from engine.client import EngineError, expected
from engine.printable import printable
from engine.protocol import (
    Answers,
    Browse,
    Browsed,
    DataFormat,
    Examine,
    Examined,
    Open,
    Requests,
    Resume,
    Saved,
    SavedLab,
)
from tui.field import Field
from tui.screens.choices import Choice, Choices
from tui.screens.completion import HINT, LAB, choice_of, choice_of_lab, completed, told
from tui.screens.dialog import Dialog
from tui.screens.open_options import WRITING, OptionsField
from tui.screens.twice import Twice
from tui.sentence import Sentence

BUILT_IN: Final = "the built-in names"  # as people call them here
_BUILT_IN: Final = Choice(BUILT_IN, "", BUILT_IN)
SECONDS_TO_WAIT: Final = 0.3  # for what a path goes on to; a local disk takes a few milliseconds


class OpenScreen(Dialog):
    """A path, and what it may go on to; how it is read. Paths are those of the engine's machine."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "choose(1)", show=False),
        Binding("up", "choose(-1)", show=False),
        Binding("pagedown", "choose(8)", show=False),
        Binding("pageup", "choose(-8)", show=False),
        Binding("tab", "complete", show=False),
        Binding("shift+tab", "other_field", show=False),
    ]
    CSS_PATH: ClassVar[list[str]] = ["dialogs.tcss", "open.tcss"]  # type: ignore[assignment]

    def __init__(
        self,
        opening: Open,
        call: Callable[[Requests], Awaitable[Answers]],
        go_on_command: Callable[[str, str], str],
        present: str | None = None,
        is_training: Callable[[], bool] = lambda: False,
    ) -> None:
        """A dialog.

        Args:
            opening: what was opened last; the other choices made then stay, but for the file that
                it is saved to, which is of that lab.
            call: carries out a request.
            go_on_command: what a person types to go on with a lab that was saved.
            present: the whole path of what is open; None: nothing is. It is asked about before it
                is opened again, as that begins at step 0.
            is_training: whether a training would end.
        """
        super().__init__()
        self._opening = opening
        self._call = call
        self._go_on_command = go_on_command
        self._last = opening.path or BUILT_IN
        self._remembered = {self._last: opening.options}  # how files were read: path → options
        self._files: set[str] = set()  # paths of those that are listed
        self._examined: str | None = None  # the path that the options were found for
        self._found = ""  # what was found of it, with its columns
        self._present = set() if present is None else {self._last, present}
        self._is_training = is_training
        self._twice = Twice()
        self._labs: dict[str, SavedLab] = {}  # that can be taken up, by how they are listed
        self._typed: str | None = None  # None: nothing yet
        self._seen: Browsed | None = None  # the answer to `_typed`, once it has come
        self._answered = asyncio.Event()  # whether it has
        self._reading: str | None = None  # the path that is being opened
        self._was_answered = False  # whether the hint says what enter has come to, for this path

    def compose(self) -> ComposeResult:
        """The fields, the list, and below them the hint or what was wrong."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Open a file"
            dialog.border_subtitle = "enter · esc"
            yield Field(self._last, select=True)
            yield OptionsField()
            yield Choices()
            yield Sentence(HINT, id="hint")

    def on_mount(self) -> None:
        """Fetch the files opened last."""
        self._offer([_BUILT_IN])
        self._look("")
        self._examine_chosen()

    @property
    def _path(self) -> Field:
        return self.query_one(Field)  # the first of them

    @property
    def _options(self) -> OptionsField:
        return self.query_one(OptionsField)

    # --- typing

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what the path may go on to; an old error is no longer true."""
        if event.input is self._options:
            if self._options.is_written:
                self._twice.forget()
                self._was_answered = False
                self._remark(self._found or WRITING)
            return
        now = event.input.value  # which may be further on than the event
        if now != (self._last if self._typed is None else self._typed):
            self._type(now)

    def _type(self, text: str) -> None:
        self._typed, self._seen = text, None
        self._answered.clear()
        self._twice.forget()
        self._was_answered = False
        self._remark(HINT)
        self._look(text)

    @work(group="look", exclusive=True)
    async def _look(self, path: str) -> None:
        try:
            seen = expected(Browsed, await self._call(Browse(path)))
        except EngineError as error:
            self._offer([])
            if self._typed is not None:
                self._remark(str(error))  # not in red: the path may still be being typed
            self._answered.set()
            return
        if not path:
            self._labs = {LAB + lab.name: lab for lab in seen.labs}
        if self._typed is None:
            self._remembered |= {file.path: file.options for file in seen.recent}
            recent = [Choice(file.path, file.options, file.path) for file in seen.recent]
            self._offer([*recent, _BUILT_IN, *self._labs_like("")])
            return
        self._seen = seen
        before = [_BUILT_IN] if path and BUILT_IN.startswith(path) else []
        before += self._labs_like(path) if path else []
        self._offer([*before, *(choice_of(seen.head, entry) for entry in seen.entries)])
        self._files = {seen.head + entry.name for entry in seen.entries if entry.kind == "file"}
        self._remark(HINT if before and not seen.entries else told(seen))
        self._answered.set()
        self._examine_chosen()

    def _labs_like(self, typed: str) -> list[Choice]:
        return [choice_of_lab(lab) for value, lab in self._labs.items() if value.startswith(typed)]

    def _offer(self, choices: list[Choice]) -> None:
        if not self.is_closed:
            self.query_one(Choices).offer(choices)

    @property
    def _chosen(self) -> str:
        """The path that enter would take."""
        chosen = self.query_one(Choices).chosen
        return self._path.value.strip() if chosen is None else chosen.value

    def _examine_chosen(self) -> None:
        """Show the options that are found for the file that enter would open."""
        if not self.is_closed and self._chosen != self._examined:
            self._examined, self._found = self._chosen, ""
            self._examine(self._chosen)

    @work(group="examine", exclusive=True)
    async def _examine(self, path: str) -> None:
        before = self._remembered.get(path)
        if before is None and path != BUILT_IN and path not in self._files:
            self._options.offer("")
            return
        try:
            found = expected(Examined, await self._call(Examine(_real(path), before or "")))
        except EngineError:  # opening it would say so
            self._options.offer(before or "")
            return
        if not self.is_closed:
            self._options.offer(found.options)
            if found.found:
                self._found = found.found
                self._remark(found.found)

    # --- keys

    def action_choose(self, by: int) -> None:
        """Choose another line of the list."""
        self.query_one(Choices).move(by)
        self._examine_chosen()

    def action_other_field(self) -> None:
        """Go from the path to the options, or back."""
        back = self._options.has_focus
        self.set_focus(self._path if back else self._options)
        self._remark(self._found or (HINT if back else WRITING))

    async def action_complete(self) -> None:
        """Complete the path as far as all names agree; then take the chosen one, or choose one.

        Keys that come meanwhile wait, so that one may type faster than the engine answers; but not
        for a slow disk.
        """
        if self._options.has_focus:
            self.action_other_field()
            return
        if (chosen := self.query_one(Choices).chosen) is not None:
            self._fill(chosen.value)
            return
        text = self._path.value
        if self._typed != text:
            self._type(text)  # the field's own word of it is on its way
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_TO_WAIT):
                await self._answered.wait()
        if self._seen is None:
            return
        if (path := completed(self._seen, text)) != text:
            self._fill(path)
        else:
            self.action_choose(1)

    def on_input_submitted(self) -> None:
        """Take the chosen line, or else what was typed."""
        self._take(self._chosen)

    def on_choices_picked(self, event: Choices.Picked) -> None:
        """A click takes a line, as enter does."""
        self._take(event.choice.value, picked=True)

    def _take(self, path: str, *, picked: bool = False) -> None:
        if self._reading is not None:
            self._say(self._delay())
        elif (picked or self.query_one(Choices).chosen) and path.endswith("/"):
            self._fill(path)  # into the folder
        elif not path:
            self.action_close()
        elif (doubt := self._doubt(path)) and not self._twice.is_sure(path):
            self._twice.ask(path)
            self._answer(doubt)
        else:
            self._reading = path
            self._answer("One moment…")
            # The app's, not the dialog's: the engine opens it, whether the dialog is there or not.
            self.app.run_worker(self._open(path, self._options_for(path)), group="open")

    def _options_for(self, path: str) -> str:
        field = self._options
        return field.value.strip() if field.is_written else self._remembered.get(path, "")

    def _doubt(self, path: str) -> str:
        """What is asked before a path is opened; empty: nothing."""
        if path in self._present:
            return "It is open. Enter again reads it anew, from step 0."
        if self._is_training():
            what = "takes up the lab" if path in self._labs else "opens the file"
            return f"The training is saved, and ends. Enter again {what}."
        return ""

    def action_close(self) -> None:
        """Close; where a file is being read, that goes on."""
        if self._reading is not None and self.is_current:
            self.app.notify(self._delay(), markup=False)
        super().action_close()

    async def _request(self, path: str, options: str) -> Open | Resume:
        """What takes up a lab, or opens a file; the engine reads the options."""
        if (lab := self._labs.get(path)) is not None:
            return Resume(lab.path)
        opening = replace(
            self._opening,
            path=_real(path),
            save_to=None,
            data_format=DataFormat(),
            hold_out_data=None,
        )
        if not options:
            return opening
        asked = expected(Examined, await self._call(Examine(_real(path), options)))
        if asked.hold_out_data is not None:
            opening = replace(opening, hold_out=0.0, hold_out_data=asked.hold_out_data)
        return replace(opening, data_format=asked.data_format)

    async def _open(self, path: str, options: str) -> None:
        trouble = ""
        try:
            answer = await self._call(await self._request(path, options))
            if isinstance(answer, Saved):
                again = self._go_on_command(answer.path, answer.lab)
                self.app.notify(f"The lab before is saved: {again} goes on with it.", markup=False)
        except EngineError as error:
            trouble = str(error)
        self._reading = None
        if self._was_answered and not self.is_closed:  # nothing else was typed meanwhile
            if trouble:
                self._answer(trouble, wrong=True)
            else:
                self.action_close()
            return
        if trouble:
            self.app.notify(trouble, severity="error", markup=False)
        self._remark(HINT if self._seen is None else told(self._seen))

    def _delay(self) -> str:
        return f"{printable(self._reading or '')} is still being read."

    # --- the field and the hint

    def _fill(self, path: str) -> None:
        field = self._path
        self.set_focus(field)
        field.value = path
        field.cursor_position = len(path)
        if self._typed != path:
            self._type(path)

    def _answer(self, text: str, *, wrong: bool = False) -> None:
        self._was_answered = True
        self._say(text, wrong=wrong)

    def _remark(self, text: str) -> None:
        """Say what comes of looking, which may be late: what enter has come to matters more."""
        if not self._was_answered:
            self._say(text if self._reading is None else self._delay())

    def _say(self, text: str, *, wrong: bool = False) -> None:
        if self.is_closed:
            return
        hint = self.query_one("#hint", Sentence)
        hint.set_class(wrong, "-wrong")
        hint.say(text)


def _real(path: str) -> str | None:
    """A path as requests have it."""
    return None if path == BUILT_IN else path
