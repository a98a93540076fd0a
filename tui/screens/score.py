"""Score a word under both models, a character at a time, while it is typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from math import inf

from rich.cells import cell_len
from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from engine.client import EngineError
from engine.protocol import Scored
from tui.bars import bar
from tui.panes.reading import nll
from tui.screens.dialog import Dialog
from tui.screens.prompt import PRINTABLE

_HINT = "Type a word. Each line is one guess: how likely was this character after that one?"


class ScoreScreen(Dialog):
    """A word, and below it how surprised the models are."""

    def __init__(self, score: Callable[[str], Awaitable[Scored]]) -> None:
        super().__init__()
        self._score = score

    def compose(self) -> ComposeResult:
        """The word, and the table."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Score a word"
            dialog.border_subtitle = "esc"
            yield Input(placeholder="emma", restrict=PRINTABLE)
            with VerticalScroll(can_focus=False):
                yield Static(_HINT, id="hint", markup=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Score what is there so far; an answer to an earlier word is of no use any more."""
        self._show(event.value)

    @work(exclusive=True)
    async def _show(self, word: str) -> None:
        table, wrong = Content.styled(_HINT, "$foreground-muted"), False
        if word.strip():
            try:
                table = score_table(await self._score(word.strip()))
            except EngineError as error:
                table, wrong = Content(str(error)), True
        if self.is_closed:
            return
        hint = self.query_one("#hint", Static)
        hint.set_class(wrong, "-wrong")
        hint.update(table)


def score_table(scored: Scored) -> Content:
    """A line for each character, at most 54 columns, and the sum and the mean of all."""
    quiet = "$foreground-muted"
    lines = [
        Content.styled(f"{'':7}{'P counts':>9}{'P net':>8}{'−ln counts':>12}{'−ln net':>9}", quiet)
    ]
    surprises = [nll(step.p_counts) for step in scored.characters]
    worst = max((one for one in surprises if one < inf), default=1.0)
    sums = [0.0, 0.0]
    for step in scored.characters:
        pair = f"{step.previous} → {step.symbol}"
        of_counts, of_net = nll(step.p_counts), nll(step.p_net)
        sums = [sums[0] + of_counts, sums[1] + of_net]
        lines.append(
            Content.assemble(
                pair + " " * max(1, 7 - cell_len(pair)),
                f"{step.p_counts:>9.4f}{step.p_net:>8.4f}{of_counts:>12.3f}{of_net:>9.3f} ",
                (
                    bar(min(of_counts, worst), worst, 8),
                    "$error" if of_counts == inf else "$primary",
                ),
            )
        )
    count = max(1, len(scored.characters))
    for name, share in (("sum", 1), ("mean", count)):
        totals = f"{sums[0] / share:>29.3f}{sums[1] / share:>9.3f}"
        lines.append(Content.assemble((f"{name:7}", quiet), (totals, "bold")))
    if scored.in_data is not None:
        told = "It is in the data." if scored.in_data else "It is not in the data."
        lines.append(Content.styled(told, quiet))
    return Content("\n").join(lines)
