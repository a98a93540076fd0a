"""Begin a run: first the kind of its model, then its settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from engine.settings.limits import LONGEST_RUN_NAME
from engine.settings.model_kinds import FIRST_RUNS, ModelKind
from engine.settings.setting import Setting
from engine.settings.values import Value
from engine.wire.events import DatasetOpened
from engine.wire.requests import BeginRun
from tui.drawing.fitted_text import FittedText
from tui.keys.overrides import keys_of
from tui.screens.dialog import Call, Dialog
from tui.screens.fields.choices import Choice, Choices
from tui.screens.settings_form import SettingsForm

NAME: Final = Setting(
    "name", "name", "What the run is called; empty: as its kind.", "text", "",
    f"at most {LONGEST_RUN_NAME} characters", high=LONGEST_RUN_NAME,
)  # fmt: skip


class KindScreen(Dialog):
    """The kinds of models, with what each is. Enter goes on to the settings of one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j,tab", "choose(1)", show=False),
        Binding("up,k,shift+tab", "choose(-1)", show=False),
        Binding("enter", "take", show=False),
    ]

    def __init__(self, dataset: DatasetOpened, at_first: str, call: Call) -> None:
        """A dialog.

        Args:
            dataset: tells the kinds that there are, and whether it is too large for some.
            at_first: the one that is chosen at first.
            call: carries out a request.
        """
        super().__init__()
        self._kinds = {kind.kind: kind for kind in dataset.kinds}
        self._too_large = dataset.too_large
        self._at_first = at_first
        self._call = call
        self._list = Choices(always=True)
        self._about = FittedText(id="hint")
        self._typed: dict[str, dict[str, str]] = {kind: {} for kind in self._kinds}

    def compose(self) -> ComposeResult:
        """The list, and below it what the chosen one is."""
        with self.box("Begin a run", "enter · ↓↑ · esc"):
            yield self._list
            yield self._about

    def on_mount(self) -> None:
        """List them."""
        self._list.offer([Choice(each.label, "", kind) for kind, each in self._kinds.items()])
        self._list.choose(self._at_first)
        self.action_choose(0)

    @property
    def _chosen(self) -> ModelKind:
        assert self._list.chosen is not None
        return self._kinds[self._list.chosen.value]

    def action_choose(self, by: int) -> None:
        """Choose another kind, and say what it is."""
        self._list.move(by)
        self._about.say(self._chosen.meaning)

    def action_take(self) -> None:
        """Go on to the settings; escape comes back from there."""
        if self._too_large and self._chosen.kind not in dict(FIRST_RUNS).values():
            self._about.say(self._too_large, wrong=True)
            return
        typed = self._typed[self._chosen.kind]
        self.app.push_screen(BeginScreen(self._chosen, typed, self._call, self._begun))

    def on_choices_picked(self, event: Choices.Picked) -> None:
        """A click goes on, as enter does."""
        self._list.choose(event.choice.value)
        self.action_take()

    def _begun(self) -> None:
        if not self.is_closed:
            self.action_close()


class BeginScreen(SettingsForm):
    """The settings of a kind, at first their defaults. Enter begins the run."""

    def __init__(
        self, kind: ModelKind, typed: dict[str, str], call: Call, begun: Callable[[], object]
    ) -> None:
        """A dialog.

        Args:
            kind: of the model.
            typed: by the settings' names what was typed before; it is changed when this closes.
            call: carries out a request.
            begun: called when the run has begun.
        """
        settings = ((setting, setting.default) for setting in (NAME, *kind.settings))
        groups = [("", list(settings))]
        super().__init__(f"Begin a run: {kind.label}", "", groups, self._beginning, call)
        self._kind = kind
        self._typed = typed
        self._begun = begun
        for each in self._fields:
            each.typed = typed.get(each.setting.name)

    def on_mount(self) -> None:
        """Say what enter does, and what comes then."""
        trains = f"; {keys_of(self.app).name('train.toggle')} then trains it"
        self._does = f"Enter begins it and selects it{trains if self._kind.goal else ''}."
        self.query_one("#hint", FittedText).say(self._does)

    def _beginning(self, changes: dict[str, Value]) -> BeginRun:
        name = str(changes.pop(NAME.name, ""))
        return BeginRun(self._kind.kind, changes, name)

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
