"""Score a word under two runs, a character at a time, while it is typed; or a pasted list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from engine.settings.limits import MOST_WORDS
from engine.wire.answers import Scored
from engine.wire.client import EngineError
from tui.drawing.ascii import named_in
from tui.screens.dialog import Dialog
from tui.screens.fields.field import Field
from tui.screens.score.passage_field import PassageField
from tui.screens.score.table import AS_THEY_ARE, ScoredWord, ScoreTable, list_table, score_table
from tui.terminal.capabilities import terminal_of
from tui.terminal.letter_widths import laid_out

_AT_A_TIME: Final = 50  # words of a list, before they are shown
_HINT: Final = (
    "Type a word, or paste a list. Each line is one guess: how likely was this character after"
    " that one?"
)
_PASSAGE_HINT: Final = (
    "Type or paste a passage. The first is given. Each line is one guess: how likely was this"
    " character after that one?"
)
_OTHERS: Final = 8  # lines of the dialog that are no guess: frame, field, names of columns, totals


class WordField(Field):
    """A field for a word, that takes a list of words too."""

    @dataclass
    class Listed(Message):
        """Several lines were pasted."""

        words: list[str]

    def on_paste(self, event: events.Paste) -> None:
        """Take all lines of what is pasted; Textual takes the first."""
        event.prevent_default()
        event.stop()
        words = [line.strip() for line in event.text.splitlines() if line.strip()]
        if len(words) > 1:
            self.post_message(self.Listed(words))
        elif words:
            self.replace(words[0], *self.selection)


class ScoreScreen(Dialog):
    """A word, and below it how surprised two runs are. The rows scroll; the totals stay."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]

    def __init__(
        self,
        score: Callable[[str], Awaitable[Scored]],
        written: Mapping[str, str] = AS_THEY_ARE,
        word: str = "",
        *,
        is_passage: bool = False,
    ) -> None:
        """A dialog for a word to begin with, or for a passage of a running text.

        Args:
            score: asks the engine.
            written: the label of each character of the data.
            word: to begin with.
            is_passage: whether it is a passage.
        """
        super().__init__()
        self._score = score
        self._written = written
        self._word = word
        self._is_passage = is_passage
        self._advice = _PASSAGE_HINT if is_passage else _HINT
        self._table: Callable[[int], ScoreTable] | None = None  # what is shown, in so many columns

    def compose(self) -> ComposeResult:
        """The word, and the table."""
        with self.box("Score a passage" if self._is_passage else "Score a word", "esc"):
            if self._is_passage:
                yield PassageField(self._written, self._word)
            else:
                yield WordField(self._word, placeholder="emma", select=True)
            yield Static(id="head", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(self._advice, id="hint", markup=False)
            yield Static(id="totals", markup=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Score what is there so far; an answer to an earlier word is of no use any more."""
        field = event.input
        self._show(field.passage if isinstance(field, PassageField) else event.value.strip())

    def on_word_field_listed(self, event: WordField.Listed) -> None:
        """Score a list; the field is for another word."""
        with self.prevent(Input.Changed):
            self.query_one(WordField).clear()
        self._show_list(event.words)

    def on_resize(self) -> None:
        """Another size: the field has its place, the rows have the room below it."""
        above = max(0, (self.size.height - 16) // 4)
        self.query_one(".dialog").styles.margin = (above, 0, 0, 0)
        room = max(1, self.size.height - above - _OTHERS)
        self.query_one(VerticalScroll).styles.max_height = room
        self.call_after_refresh(self._tabulate)

    def action_scroll(self, by: int) -> None:
        """Scroll by some lines."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """Scroll by as many rows as are shown."""
        self.action_scroll(by * self.query_one(VerticalScroll).size.height)

    @work(exclusive=True)
    async def _show(self, word: str) -> None:
        if not word or (self._is_passage and len(word) == 1):  # the first of a passage has none
            self._say(Content.styled(self._advice, "$foreground-muted"))
            return
        try:
            scored = await self._score(word)
        except EngineError as error:
            self._say(Content(self._in_this_terminal(error)), wrong=True)
        else:
            self._set_table(partial(score_table, scored, written=self._written))

    @work(exclusive=True)
    async def _show_list(self, words: list[str]) -> None:
        taken, scored = words[:MOST_WORDS], []
        note = ""
        if len(words) > len(taken):
            note = f"These are the first {len(taken):,} of {len(words):,} lines."
            note += " makemore-tui score - reads a whole file."
        for word in taken:
            scored.append(await self._scored(word))
            if len(scored) % _AT_A_TIME == 0 or len(scored) == len(taken):
                self._set_table(partial(list_table, tuple(scored), note=note))

    async def _scored(self, word: str) -> ScoredWord:
        try:
            return ScoredWord(word, await self._score(word))
        except EngineError as error:
            first, _, _ = self._in_this_terminal(error).partition(". ")
            return ScoredWord(word, None, first.removesuffix(".") + ".")

    def _in_this_terminal(self, error: EngineError) -> str:
        return laid_out(str(error)) if terminal_of(self.app).unicode else named_in(str(error))

    def _say(self, told: Content, *, wrong: bool = False) -> None:
        """Show a sentence, and no table."""
        if self.is_closed:
            return
        self._table = None
        self.query_one(".dialog").remove_class("-scored")
        hint = self.query_one("#hint", Static)
        hint.set_class(wrong, "-wrong")
        hint.update(told)

    def _set_table(self, table: Callable[[int], ScoreTable]) -> None:
        self._table = table
        if self.is_closed:
            return
        self.query_one(".dialog").add_class("-scored")
        self.query_one("#hint").remove_class("-wrong")
        self._tabulate()

    def _tabulate(self) -> None:
        if self._table is not None and not self.is_closed:
            # Its scroll bar may come, and the columns are to stay.
            table = self._table(self.query_one(VerticalScroll).outer_size.width - 1)
            self.query_one("#head", Static).update(table.head)
            self.query_one("#hint", Static).update(table.rows)
            self.query_one("#totals", Static).update(table.totals)
