"""A setting as a field: its value, what it means, and what was wrong with what was typed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from engine.settings.setting import Setting
from engine.settings.values import Value
from tui.drawing.fitted_text import FittedText
from tui.screens.fields.field import Field
from tui.screens.fields.parsing import text_of, value_of


class SettingField(Vertical):
    """The name and the field side by side; below them the rest."""

    def __init__(self, setting: Setting, value: Value) -> None:
        super().__init__(id=setting.name)
        self.setting = setting
        self.typed: str | None = None  # what was typed there before, and is to be there again
        self._present = text_of(value)
        self._at_first = self._present  # less what cannot be typed

    def compose(self) -> ComposeResult:
        """Yield the name, the field, what is wrong and what it means."""
        with Horizontal():
            yield Static(self.setting.label, classes="label", markup=False)
            yield Field(self._present, select=True)
        values = self.setting.values
        about = FittedText(f"{self.setting.meaning} {values[:1].upper()}{values[1:]}.")
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

    @property
    def value(self) -> Value:
        """What was typed.

        Raises:
            EngineError: it is no such value; says what would be.
        """
        return value_of(self.field.value, self.setting)

    def on_mount(self) -> None:
        """Keep what stands there at first."""
        self._at_first = self.field.value
        if self.typed is not None:
            self.field.value = self.typed

    def on_input_changed(self) -> None:
        """Another attempt: the old error is no longer true."""
        self.say("")

    def say(self, wrong: str) -> None:
        """Say what is wrong; an empty sentence: nothing is."""
        self.set_class(bool(wrong), "-wrong")
        self.query_one("#wrong", FittedText).say(wrong)
