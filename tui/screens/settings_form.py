"""A form of settings: enter does something with all that was changed, or with nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from engine.settings.setting import Setting
from engine.settings.values import Value
from engine.wire.client import EngineError
from engine.wire.requests import Requests
from tui.drawing.fitted_text import FittedText
from tui.screens.dialog import Call, Dialog
from tui.screens.fields.setting_field import SettingField

NARROW: Final = 60  # columns below which a number beside its name would be cut

Group = tuple[str, Sequence[tuple[Setting, Value]]]  # a heading, and settings with their values


class SettingsForm(Dialog):
    """Settings as fields, which scroll; what is wrong with one is said beside it."""

    # On a narrow screen a name and its field are one below the other.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-wide")]  # noqa: RUF012  Textual's type
    BINDINGS: ClassVar[list[BindingType]] = [  # before those of what scrolls
        Binding("tab,down", "go(1)", show=False, priority=True),
        Binding("shift+tab,up", "go(-1)", show=False, priority=True),
        Binding("pagedown", "go(4)", show=False, priority=True),
        Binding("pageup", "go(-4)", show=False, priority=True),
    ]

    def __init__(
        self,
        title: str,
        hint: str,
        groups: Sequence[Group],
        request: Callable[[dict[str, Value]], Requests | None],
        call: Call,
    ) -> None:
        """A form.

        Args:
            title: of the dialog.
            hint: what enter does.
            groups: the settings, in their order. An empty heading takes no line.
            request: what enter asks the engine for, if anything, by the values that have changed.
            call: carries out a request.
        """
        super().__init__()
        self._title, self._does = title, hint
        self._groups = [
            (heading, [SettingField(*setting) for setting in settings])
            for heading, settings in groups
        ]
        self._fields = [field for _, fields in self._groups for field in fields]
        self._request = request
        self._call = call

    def done(self) -> None:
        """Close: it has been carried out."""
        self.action_close()

    def compose(self) -> ComposeResult:
        """The settings, and below them what enter does."""
        with self.box(self._title, "enter · ↓↑ · esc"):
            with VerticalScroll(can_focus=False):
                for heading, fields in self._groups:
                    if heading:
                        yield Static(heading, classes="heading", markup=False)
                    yield from fields
            yield FittedText(self._does, id="hint")

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
        """Do it once: the key may be held."""
        if not self.awaits_answer:
            self.awaits_answer = True
            self._try()

    @work(exclusive=True)
    async def _try(self) -> None:
        try:
            if (changes := self._changes()) is None:
                return
            if (request := self._request(changes)) is not None:
                await self._call(request)
            self.done()
        except EngineError as error:
            if not self.is_closed:
                self._refuse(error)
        finally:
            self.answered()

    def _changes(self) -> dict[str, Value] | None:
        """The new values; None where one of them is none, which is said beside it."""
        changes, wrong = {}, []
        for each in self._fields:
            if each.is_changed:
                try:
                    changes[each.setting.name] = each.value
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
        hint.say(self._does if about else str(error), wrong=not about)
        for each in about:
            each.say(str(error))
            self.set_focus(each.field)
