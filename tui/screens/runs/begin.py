"""Begin a run: first the kind of its model, or a published run, then its settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from engine.settings.limits import LONGEST_RUN_NAME
from engine.settings.model_kinds import FIRST_RUNS, ModelKind
from engine.settings.recipes import Recipe
from engine.settings.setting import Setting
from engine.settings.values import Value
from engine.wire.events import DatasetOpened
from engine.wire.requests import BeginRun
from tui.drawing.fitted_text import FittedText
from tui.keys.overrides import keys_of
from tui.screens.dialog import Call, Dialog
from tui.screens.fields.choices import Choice, Choices
from tui.screens.settings_form import SettingsForm

LOW: Final = 16  # lines below which none stay empty
NAME: Final = Setting(
    "name", "name", "What the run is called; empty: as its kind.", "text", "",
    f"at most {LONGEST_RUN_NAME} characters", high=LONGEST_RUN_NAME,
)  # fmt: skip


@dataclass(frozen=True)
class Beginning:
    """What a run can begin as: a model of a kind, or as a recipe has it."""

    name: str
    note: str  # "recipe", behind the name of one
    meaning: str
    kind: ModelKind
    settings: dict[str, Value]  # that are not as in all models of the kind
    steps: int  # its goal; 0: that of the kind


def beginnings(dataset: DatasetOpened) -> dict[str, Beginning]:
    """List all kinds, and after them all recipes, by what the list of choices calls them."""
    kinds = {each.kind: each for each in dataset.kinds}
    found = {
        name: Beginning(kind.label, "", kind.meaning, kind, {}, 0) for name, kind in kinds.items()
    }
    for each in dataset.recipes:
        kind = kinds[each.kind]
        meaning = " ".join(filter(None, (each.meaning, _missing(each, dataset))))
        found[f"recipe {each.name}"] = Beginning(
            each.name, "recipe", meaning, kind, each.settings, each.steps
        )
    return found


def _missing(recipe: Recipe, dataset: DatasetOpened) -> str:
    """Say how the data has to be split for the figures of a recipe, where it is not."""
    if dataset.data_format.split != recipe.split:
        return f"Its figures need --split {recipe.split}."
    opening = dataset.opening
    holds_out = opening is not None and bool(opening.hold_out or opening.hold_out_data)
    return "Its figures need all words: no --hold-out." if holds_out else ""


class KindScreen(Dialog):
    """The kinds of models and the recipes. Enter goes on to the settings of one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j,tab", "choose(1)", show=False),
        Binding("up,k,shift+tab", "choose(-1)", show=False),
        Binding("pagedown", "choose(8)", show=False),
        Binding("pageup", "choose(-8)", show=False),
        Binding("end", "choose(99)", show=False),
        Binding("home", "choose(-99)", show=False),
        Binding("enter", "take", show=False),
    ]

    VERTICAL_BREAKPOINTS = [(0, "-low"), (LOW, "-high")]  # noqa: RUF012  Textual's type

    def __init__(self, dataset: DatasetOpened, at_first: str, call: Call) -> None:
        """A dialog.

        Args:
            dataset: tells the kinds and recipes that there are, and if it is too large for some.
            at_first: the kind that is chosen at first.
            call: carries out a request.
        """
        super().__init__()
        self._beginnings = beginnings(dataset)
        self._too_large = dataset.too_large
        self._at_first = at_first
        self._call = call
        self._list = Choices(always=True)
        self._about = FittedText(id="hint")
        self._typed: dict[str, dict[str, str]] = {each: {} for each in self._beginnings}

    def compose(self) -> ComposeResult:
        """The list, and below it what the chosen one is."""
        with self.box("Begin a run", "enter · ↓↑ · esc"):
            yield self._list
            yield self._about

    def on_mount(self) -> None:
        """List them."""
        self._list.offer([
            Choice(each.name, each.note, value) for value, each in self._beginnings.items()
        ])  # fmt: skip
        self._list.choose(self._at_first)
        self.action_choose(0)

    @property
    def _chosen(self) -> Beginning:
        return self._beginnings[self._value]

    @property
    def _value(self) -> str:
        assert self._list.chosen is not None
        return self._list.chosen.value

    def action_choose(self, by: int) -> None:
        """Choose another, and say what it is."""
        self._list.move(by)
        self._about.say(self._chosen.meaning)

    def action_take(self) -> None:
        """Go on to the settings; escape comes back from there."""
        if self._too_large and self._chosen.kind.kind not in dict(FIRST_RUNS).values():
            self._about.say(self._too_large, wrong=True)
            return
        typed = self._typed[self._value]
        self.app.push_screen(BeginScreen(self._chosen, typed, self._call, self._begun))

    def on_choices_picked(self, event: Choices.Picked) -> None:
        """A click goes on, as enter does."""
        self._list.choose(event.choice.value)
        self.action_take()

    def _begun(self) -> None:
        if not self.is_closed:
            self.action_close()


class BeginScreen(SettingsForm):
    """The settings of a kind, at first as they begin. Enter begins the run."""

    def __init__(
        self, beginning: Beginning, typed: dict[str, str], call: Call, begun: Callable[[], object]
    ) -> None:
        """A dialog.

        Args:
            beginning: the kind or the recipe.
            typed: by the settings' names what was typed before; it is changed when this closes.
            call: carries out a request.
            begun: called when the run has begun.
        """
        given, kind = beginning.settings, beginning.kind
        settings = [(each, given.get(each.name, each.default)) for each in (NAME, *kind.settings)]
        title = " ".join(filter(None, ("Begin a run:", beginning.note, beginning.name)))
        super().__init__(title, "", [("", settings)], self._request_of, call)
        self._beginning = beginning
        self._typed = typed
        self._begun = begun
        for each in self._fields:
            each.typed = typed.get(each.setting.name)

    def on_mount(self) -> None:
        """Say what enter does, and what comes then."""
        steps = f" to step {self._beginning.steps:,}" if self._beginning.steps else ""
        trains = f"; {keys_of(self.app).name('train.toggle')} then trains it{steps}"
        is_trained = self._beginning.kind.goal > 0
        self._does = f"Enter begins it and selects it{trains if is_trained else ''}."
        self.query_one("#hint", FittedText).say(self._does)

    def _request_of(self, changes: dict[str, Value]) -> BeginRun:
        name, begins = str(changes.pop(NAME.name, "")), self._beginning
        return BeginRun(begins.kind.kind, begins.settings | changes, name, begins.steps)

    def action_close(self) -> None:
        """Close; what was typed is there again where the same kind is taken."""
        self._typed.clear()
        self._typed |= {
            each.setting.name: each.field.value for each in self._fields if each.is_changed
        }
        super().action_close()

    def done(self) -> None:
        """Close both dialogs: the run is there."""
        super().done()
        self._begun()
