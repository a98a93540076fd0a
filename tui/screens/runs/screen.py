"""The runs of a lab: select one, compare with one, rename, pin, delete, begin another."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.signal import Signal
from textual.widgets import Static

from engine.settings.limits import LONGEST_RUN_NAME, MOST_RUNS
from engine.text.printable import printable
from engine.wire.client import EngineError
from engine.wire.events import DatasetOpened, Snapshot
from engine.wire.requests import ChangeRun, CompareRun, DeleteRun, Requests, SelectRun
from engine.wire.values import RunSummary
from tui.drawing.fitted_text import FittedText
from tui.screens.confirmation import Confirmation
from tui.screens.dialog import Call, Dialog
from tui.screens.fields.choices import Choices
from tui.screens.prompt import Prompt, Question
from tui.screens.runs.begin import KindScreen
from tui.screens.runs.table import about, run_table

HINT: Final = (
    "Enter selects, c compares the selected one with it; ^r renames, p pins, ^d deletes; b begins"
    " another."
)

LOW: Final = 16  # lines below which none stay empty
WIDTH: Final = 80  # columns of the box, as in its styles; four of them are its edges


class RunsScreen(Dialog):
    """All runs, the oldest first, as they are at this moment."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j,tab", "choose(1)", show=False),
        Binding("up,k,shift+tab", "choose(-1)", show=False),
        Binding("pagedown", "choose(8)", show=False),
        Binding("pageup", "choose(-8)", show=False),
        Binding("end", f"choose({MOST_RUNS})", show=False),
        Binding("home", f"choose(-{MOST_RUNS})", show=False),
        Binding("enter", "select", show=False),
        Binding("c", "compare", show=False),
        Binding("p", "pin", show=False),
        Binding("ctrl+r,f2", "rename", show=False),
        Binding("ctrl+d,delete", "delete", show=False),
        Binding("b", "begin", show=False),
    ]
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        *Dialog.CSS_PATH,
        Path(__file__).with_name("screen.tcss"),
    ]

    def __init__(
        self, dataset: DatasetOpened, snapshot: Snapshot, snapshots: Signal[Snapshot], call: Call
    ) -> None:
        """A dialog that shows a snapshot, and then those to come."""
        super().__init__()
        self._dataset, self._snapshot, self._snapshots = dataset, snapshot, snapshots
        self._call = call
        self._confirmation = Confirmation()
        self._list = Choices(always=True)
        self._says = FittedText(HINT, id="hint")

    def compose(self) -> ComposeResult:
        """The table, what is set of the chosen run, and what the keys do."""
        with self.box("Runs", "enter · ↓↑ · esc"):
            yield Static(id="head", markup=False)
            yield self._list
            yield FittedText(id="about")
            yield self._says

    def on_mount(self) -> None:
        """List the runs at once, not after an empty box, and follow them from now on."""
        self.show_runs(self._snapshot)
        self._snapshots.subscribe(self, self.show_runs)

    def on_resize(self) -> None:
        """List as many columns as there is room for."""
        self.set_class(self.size.height < LOW, "-low")
        self.call_after_refresh(self.show_runs, self._snapshot)

    def show_runs(self, snapshot: Snapshot) -> None:
        """Show the runs as they are now; the one that was just selected is chosen."""
        before, self._snapshot = self._snapshot, snapshot
        if self.is_closed:
            return
        width = self._list.size.width or min(WIDTH, self.app.size.width) - 4  # before it is drawn
        head, lines = run_table(self._dataset, snapshot, width)
        self.query_one("#head", Static).update(head)
        is_first = self._list.chosen is None
        self._list.offer(lines, stay=True)
        if is_first or before.selected != snapshot.selected:
            self._list.choose(str(snapshot.selected))
        self._tell_about()

    @property
    def _run(self) -> RunSummary:
        """The chosen run."""
        assert self._list.chosen is not None
        return self._snapshot.run(int(self._list.chosen.value))

    def _tell_about(self) -> None:
        run = self._run
        self.query_one("#about", FittedText).say(about(run, self._dataset.kind_of(run)))

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self._says.say(text, wrong=wrong)

    # --- keys

    def action_choose(self, by: int) -> None:
        """Choose another run."""
        self._confirmation.forget()
        self._say(HINT)
        self._list.move(by)
        self._tell_about()

    def on_choices_picked(self, event: Choices.Picked) -> None:
        """A click selects a run, as enter does."""
        self._list.choose(event.choice.value)
        self.action_select()

    def action_select(self) -> None:
        """Select the chosen run, and close."""
        self._ask_for(SelectRun(self._run.number), closes=True)

    def action_compare(self) -> None:
        """Compare the selected run with the chosen one."""
        self._ask_for(CompareRun(self._run.number))

    def action_pin(self) -> None:
        """Pin the chosen run, or let it make room for others again."""
        self._ask_for(ChangeRun(self._run.number, is_pinned=not self._run.is_pinned))

    def action_rename(self) -> None:
        """Ask for another name."""
        run = self._run
        self._confirmation.forget()
        self._say(HINT)

        async def rename(name: str) -> None:
            await self._call(ChangeRun(run.number, name.strip()))

        hint = f"A name that no other run has; at most {LONGEST_RUN_NAME} characters."
        question = Question(f"Rename the run {printable(run.name)}", hint, run.name, rename)
        self.app.push_screen(Prompt(question))

    def action_delete(self) -> None:
        """Delete the chosen run, if the key is pressed again."""
        run = self._run
        if self._confirmation.is_sure(run.number):
            self._ask_for(DeleteRun(run.number))
        else:
            too_soon = self._confirmation.ask(run.number)
            learned = f" with its {run.step:,} steps" if run.step else ""
            self._say(f"{too_soon}^d again deletes {printable(run.name)}{learned}.")

    def action_begin(self) -> None:
        """Begin another run."""
        self.app.push_screen(KindScreen(self._dataset, self._run.kind, self._call))

    @work(group="runs")
    async def _ask_for(self, request: Requests, *, closes: bool = False) -> None:
        self._confirmation.forget()
        self.awaits_answer = closes
        try:
            await self._call(request)
            if closes:
                self.action_close()
            elif not self.is_closed:
                self._say(HINT)
        except EngineError as error:
            if not self.is_closed:
                self._say(str(error), wrong=True)
        finally:
            self.answered()
