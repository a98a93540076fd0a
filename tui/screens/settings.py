"""Every setting as a field, with what it means and its range: for exact values."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar, Final

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input, Static

from engine.settings.descriptions import SettingDescription
from engine.settings.values import Settings
from engine.wire.answers import Answers
from engine.wire.client import EngineError
from engine.wire.requests import Configure, Requests
from tui.drawing.fitted_text import FittedText
from tui.screens.dialog import Dialog
from tui.screens.fields.field import Field
from tui.screens.fields.parsing import text_of, value_of

NARROW: Final = 60  # columns below which a number beside its name would be cut
HINT: Final = "Enter sets all that you have changed, or nothing of it."


class SettingField(Vertical):
    """A setting: its value, what it means, and what was wrong with what was typed."""

    def __init__(self, setting: SettingDescription, value: Any) -> None:
        super().__init__(id=setting.name)
        self.setting = setting
        self._present = text_of(value)
        self._at_first = self._present  # less what cannot be typed

    def compose(self) -> ComposeResult:
        """The name and the field side by side; below them the rest."""
        with Horizontal():
            yield Static(self.setting.label, classes="label", markup=False)
            yield Field(self._present, select=True)
        allows = self.setting.allows
        about = FittedText(f"{self.setting.meaning} {allows[:1].upper()}{allows[1:]}.")
        about.add_class("about")
        yield FittedText(id="wrong")
        yield about

    @property
    def field(self) -> Field:
        """Where it is typed."""
        return self.query_one(Field)

    @property
    def is_changed(self) -> bool:
        """Whether something else is there than at first."""
        return self.field.value != self._at_first

    def on_mount(self) -> None:
        """Keep what stands there at first."""
        self._at_first = self.field.value

    def on_input_changed(self) -> None:
        """Another attempt: the old error is no longer true."""
        self.say("")

    def say(self, wrong: str) -> None:
        """Say what is wrong; an empty sentence: nothing is."""
        self.set_class(bool(wrong), "-wrong")
        self.query_one("#wrong", FittedText).say(wrong)


class SettingsScreen(Dialog):
    """Enter sets all that was changed at once; escape leaves everything as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [  # before those of what scrolls
        Binding("tab,down", "go(1)", show=False, priority=True),
        Binding("shift+tab,up", "go(-1)", show=False, priority=True),
        Binding("pagedown", "go(4)", show=False, priority=True),
        Binding("pageup", "go(-4)", show=False, priority=True),
    ]

    def __init__(
        self,
        table: Sequence[SettingDescription],
        settings: Settings,
        call: Callable[[Requests], Awaitable[Answers]],
    ) -> None:
        """A dialog.

        Args:
            table: the settings, in their order.
            settings: their present values.
            call: carries out a request.
        """
        super().__init__()
        self._fields = [SettingField(one, getattr(settings, one.name)) for one in table]
        self._call = call
        self._is_trying = False

    def compose(self) -> ComposeResult:
        """The settings, which scroll, and below them what enter does."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Settings"
            dialog.border_subtitle = "enter · ↓↑ · esc"
            with VerticalScroll(can_focus=False):
                yield from self._fields
            yield FittedText(HINT, id="hint")

    def on_resize(self) -> None:
        """A narrow screen has a name and its field one below the other."""
        self.set_class(self.size.width < NARROW, "-narrow")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Bring the whole of a setting into sight, what it means as well."""
        if isinstance(event.widget, Input):
            row = event.widget.query_ancestor(SettingField)
            self.call_after_refresh(
                row.scroll_visible, animate=False, top=self.has_class("-narrow")
            )

    def action_go(self, by: int) -> None:
        """Go to another field; at the ends, to the one at the other end."""
        focused = [each.field is self.focused for each in self._fields]
        at = focused.index(True) if True in focused else 0
        last = len(self._fields) - 1
        # A step goes round; a page stops at the ends.
        to = (at + by) % (last + 1) if abs(by) == 1 else max(0, min(at + by, last))
        self.set_focus(self._fields[to].field)  # at once: the next key may already be for it

    def on_input_submitted(self) -> None:
        """Set what was changed, once: the key may be held."""
        if not self._is_trying:
            self._is_trying = True
            self._set()

    @work(exclusive=True)
    async def _set(self) -> None:
        try:
            if (changes := self._changes()) is None:
                return
            if changes:
                await self._call(Configure(**changes))
            self.action_close()
        except EngineError as error:
            if not self.is_closed:
                self._refuse(error)
        finally:
            self._is_trying = False

    def _changes(self) -> dict[str, Any] | None:
        """The new values; None where one of them is none, which is said beside it."""
        changes, wrong = {}, []
        for each in self._fields:
            if each.is_changed:
                try:
                    changes[each.setting.name] = value_of(each.field.value, each.setting)
                except EngineError as error:
                    each.say(str(error))
                    wrong.append(each)
        if wrong:
            self.set_focus(wrong[0].field)
        return None if wrong else changes

    def _refuse(self, error: EngineError) -> None:
        """Say what the engine says beside the setting that it is about."""
        about = [each for each in self._fields if each.setting.name == error.setting]
        hint = self.query_one("#hint", FittedText)
        hint.set_class(not about, "-wrong")
        hint.say(HINT if about else str(error))
        for each in about:
            each.say(str(error))
            self.set_focus(each.field)
