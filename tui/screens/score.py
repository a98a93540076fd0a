"""Score a word under both models, a character at a time, while it is typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from math import inf
from types import MappingProxyType
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from engine.client import EngineError
from engine.protocol import Scored
from tui.bars import bar
from tui.field import Field
from tui.letters import laid_out
from tui.panes.reading import nll
from tui.plain import named_in
from tui.screens.dialog import Dialog
from tui.terminal import terminal_of

_HINT = "Type a word. Each line is one guess: how likely was this character after that one?"
_AS_THEY_ARE: Final[Mapping[str, str]] = MappingProxyType({})
_OTHERS: Final = 8  # lines of the dialog that are no guess: frame, field, names of columns, totals


@dataclass(frozen=True)
class Table:
    """The score of a word: the names of the columns, the guesses, and what they come to."""

    head: Content
    guesses: Content
    totals: Content


class ScoreScreen(Dialog):
    """A word, and below it how surprised the models are. The guesses scroll; the totals stay."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]

    def __init__(
        self, score: Callable[[str], Awaitable[Scored]], written: Mapping[str, str] = _AS_THEY_ARE
    ) -> None:
        """A dialog.

        Args:
            score: asks the engine.
            written: the label of each character of the data.
        """
        super().__init__()
        self._score = score
        self._written = written
        self._scored: Scored | None = None  # what the table shows, if it shows one

    def compose(self) -> ComposeResult:
        """The word, and the table."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Score a word"
            dialog.border_subtitle = "esc"
            yield Field(placeholder="emma")
            yield Static(id="head", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(_HINT, id="hint", markup=False)
            yield Static(id="totals", markup=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Score what is there so far; an answer to an earlier word is of no use any more."""
        self._show(event.value)

    def on_resize(self) -> None:
        """Another size: perhaps other columns, and other lines."""
        self.query_one(VerticalScroll).styles.max_height = max(1, self.size.height - _OTHERS)
        self.call_after_refresh(self._tabulate)

    def action_scroll(self, by: int) -> None:
        """Scroll by some lines."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """Scroll by as many guesses as are shown."""
        self.action_scroll(by * self.query_one(VerticalScroll).size.height)

    @work(exclusive=True)
    async def _show(self, word: str) -> None:
        self._scored, told, wrong = None, Content.styled(_HINT, "$foreground-muted"), False
        if word.strip():
            try:
                self._scored = await self._score(word.strip())
            except EngineError as error:
                unicode = terminal_of(self.app).unicode
                sentence = laid_out(str(error)) if unicode else named_in(str(error))
                told, wrong = Content(sentence), True
        if self.is_closed:
            return
        self.query_one(".dialog").set_class(self._scored is not None, "-scored")
        hint = self.query_one("#hint", Static)
        hint.set_class(wrong, "-wrong")
        hint.update(told)
        self._tabulate()

    def _tabulate(self) -> None:
        if self._scored is not None and not self.is_closed:
            # Its scroll bar may come, and the columns are to stay.
            width = self.query_one(VerticalScroll).outer_size.width - 1
            table = score_table(self._scored, width, self._written)
            self.query_one("#head", Static).update(table.head)
            self.query_one("#hint", Static).update(table.guesses)
            self.query_one("#totals", Static).update(table.totals)


def score_table(
    scored: Scored, width: int = 54, written: Mapping[str, str] = _AS_THEY_ARE
) -> Table:
    """A line for each character, and the sum and the mean of all.

    Args:
        scored: a word's probabilities.
        width: columns. Below 54 there are no bars, and below 46 no probabilities, of which the
            logarithms tell as much.
        written: the label of each character; those that are not in it are their own.
    """
    quiet, bars, probabilities = "$foreground-muted", width >= 54, width >= 46
    names = f"{'P counts':>9}{'P net':>8}" if probabilities else ""
    pairs = [
        laid_out(" → ".join(written.get(letter, letter) for letter in (step.previous, step.symbol)))
        for step in scored.characters
    ]
    room = max(7, *(cell_len(pair) + 1 for pair in pairs))  # of a pair
    head = Content.styled(f"{'':{room}}{names}{'−ln counts':>12}{'−ln net':>9}", quiet)
    guesses, totals = [], []
    surprises = [nll(step.p_counts) for step in scored.characters]
    worst = max((one for one in surprises if one < inf), default=1.0)
    sums = [0.0, 0.0]
    for pair, step in zip(pairs, scored.characters, strict=True):
        of_counts, of_net = nll(step.p_counts), nll(step.p_net)
        sums = [sums[0] + of_counts, sums[1] + of_net]
        both = f"{step.p_counts:>9.4f}{step.p_net:>8.4f}" if probabilities else ""
        length = bar(min(of_counts, worst), worst, 8) if bars else ""
        guesses.append(
            Content.assemble(
                pair + " " * (room - cell_len(pair)),
                f"{both}{of_counts:>12.3f}{of_net:>9.3f} ",
                (length, "$error" if of_counts == inf else "$primary"),
            ).rstrip()
        )
    count = max(1, len(scored.characters))
    for name, share in (("sum", 1), ("mean", count)):
        width = 29 if probabilities else 12
        total = _figure(sums[0] / share, width) + _figure(sums[1] / share, 9)
        totals.append(Content.assemble((f"{name:{room}}", quiet), (total, "bold")))
    if scored.in_data is not None:
        told = "It is in the data." if scored.in_data else "It is not in the data."
        totals.append(Content.styled(told, quiet))
    return Table(head, Content("\n").join(guesses), Content("\n").join(totals))


def _figure(value: float, room: int) -> str:
    """A figure in its column, with fewer digits where it would touch the one before."""
    text = f"{value:.3f}"
    return f"{text if len(text) < room else f'{value:.1f}':>{room}}"
