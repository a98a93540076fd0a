"""Ask for a data file: a path that is completed, a file or a lab that was open before; options."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from engine.text.printable import printable
from engine.wire.answers import Browsed, Examined, OtherLab, Saved
from engine.wire.client import EngineError, expected
from engine.wire.requests import Browse, Examine, Open
from tui.screens.confirmation import Confirmation
from tui.screens.dialog import Call, Dialog
from tui.screens.fields.choices import Choice, Choices
from tui.screens.fields.field import Field
from tui.screens.open.hint import OpenHint
from tui.screens.open.lab_list import LabList
from tui.screens.open.options_field import WRITING, OptionsField
from tui.screens.open.outcome import BUILT_IN, Opening, real
from tui.screens.open.path_entries import HINT, choice_of, completed, told
from tui.screens.prompt import Prompt

_BUILT_IN: Final = Choice(BUILT_IN, "", BUILT_IN)
KEYS: Final = "enter · esc"
KEYS_OF_LAB: Final = "enter · esc · ^r renames · ^d deletes"
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
        # Only where a lab is chosen: before the field, which deletes a letter with these.
        Binding("ctrl+d,delete", "delete_lab", show=False, priority=True),
        Binding("ctrl+r,f2", "rename_lab", show=False, priority=True),
    ]

    def __init__(
        self,
        opening: Open,
        call: Call,
        go_on_command: Callable[[str, str], str],
        present: str | None = None,
        is_training: Callable[[], bool] = lambda: False,
    ) -> None:
        """A dialog; see `Opening` and `LabList`."""
        super().__init__()
        self._call = call
        self._go_on_command = go_on_command
        self._labs = LabList(call, go_on_command)
        self._opening = Opening(opening, self._labs, call, present, is_training)
        self._last = self._opening.last
        self._remembered = {self._last: opening.options}  # how files were read: path → options
        self._files: set[str] = set()  # paths of those that are listed
        self._examined: str | None = None  # the path that the options were found for
        self._found = ""  # what was found of it, with its columns
        self._confirmation = Confirmation()
        self._asked: str | None = None  # None: nothing yet
        self._listing: Browsed | None = None  # the answer to `_asked`, once it has come
        self._answered = asyncio.Event()  # whether it has
        self._path = Field(self._last, select=True)
        self._options = OptionsField()
        self._list = Choices()
        self._says = OpenHint()

    def compose(self) -> ComposeResult:
        """The fields, the list, and below them the hint or what was wrong."""
        with self.box("Open a file", KEYS):
            yield self._path
            yield self._options
            yield self._list
            yield self._says

    def on_mount(self) -> None:
        """Fetch the files opened last."""
        self._offer([_BUILT_IN])
        self._look("")
        self._examine_chosen()

    # --- typing

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what the path may go on to; an old error is no longer true."""
        if event.input is self._options:
            if self._options.is_written:
                self._forget_answer()
                self._says.remark(self._found or WRITING)
            return
        now = event.input.value  # which may be further on than the event
        if now != (self._last if self._asked is None else self._asked):
            self._type(now)

    def _type(self, text: str) -> None:
        self._asked, self._listing = text, None
        self._answered.clear()
        self._forget_answer()
        self._says.remark(HINT)
        self._look(text)

    def _forget_answer(self) -> None:
        self._confirmation.forget()
        self._says.is_answer = False

    @work(group="look", exclusive=True)
    async def _look(self, path: str, *, stay: bool = False) -> None:
        try:
            seen = expected(Browsed, await self._call(Browse(path)))
        except EngineError as error:
            self._offer([])
            if self._asked is not None:
                self._says.remark(str(error))  # not in red: the path may still be being typed
            self._answered.set()
            return
        if not path:
            self._labs.hold(seen.labs)
        if self._asked is None:
            self._remembered |= {file.path: file.options for file in seen.recent}
            recent = [Choice(file.path, file.options, file.path) for file in seen.recent]
            self._offer([*recent, _BUILT_IN, *self._labs.choices()], stay=stay)
            self._examine_chosen()
            return
        self._listing = seen
        before = [_BUILT_IN] if path and BUILT_IN.startswith(path) else []
        before += self._labs.choices(path) if path else []
        entries = [choice_of(seen.head, entry) for entry in seen.entries]
        self._offer([*before, *entries], stay=stay)
        self._files = {seen.head + entry.name for entry in seen.entries if entry.kind == "file"}
        self._says.remark(HINT if before and not seen.entries else told(seen))
        self._answered.set()
        self._examine_chosen()

    def _offer(self, choices: list[Choice], *, stay: bool = False) -> None:
        if not self.is_closed:
            self._list.offer(choices, stay=stay)

    @property
    def _chosen(self) -> str:
        chosen = self._list.chosen
        return self._path.value.strip() if chosen is None else chosen.value

    def _examine_chosen(self) -> None:
        """Show the options that are found for the file that enter would open."""
        if self.is_closed:
            return
        self.query_one(".dialog").border_subtitle = KEYS_OF_LAB if self._lab else KEYS
        if self._chosen != self._examined:
            self._examined, self._found = self._chosen, ""
            self._examine(self._chosen)

    @work(group="examine", exclusive=True)
    async def _examine(self, path: str) -> None:
        before = self._remembered.get(path)
        if (lab := self._labs.get(path)) is not None:
            self._options.offer("")
            self._found = self._labs.about(lab)
            self._says.remark(self._found)
            return
        if before is None and path != BUILT_IN and path not in self._files:
            self._options.offer("")
            return
        try:
            found = expected(Examined, await self._call(Examine(real(path), before or "")))
        except EngineError:  # opening it would say so
            self._options.offer(before or "")
            return
        if not self.is_closed:
            self._options.offer(found.options)
            if found.found:
                self._found = found.found
                self._says.remark(found.found)

    # --- labs

    @property
    def _lab(self) -> OtherLab | None:
        chosen = self._list.chosen
        return None if chosen is None else self._labs.get(chosen.value)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave keys to the field where no lab is chosen."""
        is_of_lab = action in ("delete_lab", "rename_lab")
        return not is_of_lab or (self._lab is not None and not self._options.has_focus)

    def action_rename_lab(self) -> None:
        """Ask for another name of the chosen lab."""
        if (lab := self._lab) is not None:
            self._confirmation.forget()
            self.app.push_screen(Prompt(self._labs.renaming(lab, self._renamed)))

    def action_delete_lab(self) -> None:
        """Delete the chosen lab, if the key is pressed again."""
        if (lab := self._lab) is None:
            return
        if lab.state == "running":
            self._says.answer(self._labs.about(lab), wrong=True)
        elif self._confirmation.is_sure(lab):
            self._confirmation.forget()
            self._delete(lab)
        else:
            too_soon = self._confirmation.ask(lab)
            self._says.answer(f"{self._labs.about(lab)} {too_soon}^d again deletes it.")

    @work(group="labs")
    async def _delete(self, lab: OtherLab) -> None:
        try:
            await self._labs.delete(lab)
        except EngineError as error:
            self._says.answer(str(error), wrong=True)
        else:
            self._list_anew()
            self._says.answer(f"Deleted {printable(lab.name)}.")

    def _renamed(self, listed: str) -> None:
        self._list_anew()
        if self._asked:  # which is perhaps no longer how it is listed
            self._fill(listed)

    def _list_anew(self) -> None:
        """The labs are others now: list them, as far as they are what was typed."""
        self._examined = None
        self._says.is_answer = False
        self._look(self._asked or "", stay=True)

    # --- keys

    def action_choose(self, by: int) -> None:
        """Choose another line of the list."""
        self._confirmation.forget()
        if self._says.reading is None:
            self._says.is_answer = False
        self._says.remark(told(self._listing))
        self._list.move(by)
        self._examine_chosen()

    def action_other_field(self) -> None:
        """Go from the path to the options, or back."""
        back = self._options.has_focus
        self.set_focus(self._path if back else self._options)
        self._says.remark(self._found or (HINT if back else WRITING))

    async def action_complete(self) -> None:
        """Complete the path as far as all names agree; then take the chosen one, or choose one.

        Keys that come meanwhile wait, so that one may type faster than the engine answers; but not
        for a slow disk.
        """
        if self._options.has_focus:
            self.action_other_field()
            return
        if (chosen := self._list.chosen) is not None:
            self._fill(chosen.value)
            return
        text = self._path.value
        if self._asked != text:
            self._type(text)  # the field's own word of it is on its way
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_TO_WAIT):
                await self._answered.wait()
        if self._listing is None:
            return
        if (path := completed(self._listing, text)) != text:
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
        if self._says.reading is not None:
            self._says.say(self._says.delay)
        elif (picked or self._list.chosen) and path.endswith("/"):
            self._fill(path)  # into the folder
        elif not path:
            self.action_close()
        elif (doubt := self._opening.doubt(path)) and not self._confirmation.is_sure(path):
            self._confirmation.ask(path)
            self._says.answer(doubt)
        else:
            self._says.reading = path
            self._says.answer("One moment…")
            field = self._options
            options = field.value.strip() if field.is_written else self._remembered.get(path, "")
            # The app's, not the dialog's: the engine opens it, whether the dialog is there or not.
            self.app.run_worker(self._open(path, options), group="open")

    def action_close(self) -> None:
        """Close; where a file is being read, that goes on."""
        if self._says.reading is not None and self.is_current:
            self.app.notify(self._says.delay)
        super().action_close()

    async def _open(self, path: str, options: str) -> None:
        trouble = ""
        try:
            answer = await self._call(await self._opening.request(path, options))
            if isinstance(answer, Saved):
                again = self._go_on_command(answer.path, answer.lab)
                self.app.notify(f"The lab before is saved: {again} goes on with it.")
        except EngineError as error:
            trouble = str(error)
        self._says.reading = None
        if self._says.is_answer and not self.is_closed:  # nothing else was typed meanwhile
            if trouble:
                self._says.answer(trouble, wrong=True)
            else:
                self.action_close()
            return
        if trouble:
            self.app.notify(trouble, severity="error")
        self._says.remark(told(self._listing))

    def _fill(self, path: str) -> None:
        self.set_focus(self._path)
        self._path.value = path
        self._path.cursor_position = len(path)
        if self._asked != path:
            self._type(path)
