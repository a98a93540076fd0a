"""How scores look: of one word a line for each character, of a list a line for each word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import inf
from types import MappingProxyType
from typing import Final

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from engine.wire.answers import Scored
from tui.drawing.bars import bar
from tui.drawing.numbers import figure
from tui.drawing.run_names import short_name
from tui.panes.matrix.read_out import nll
from tui.panes.names.drawing import chopped
from tui.terminal.letter_widths import laid_out

AS_THEY_ARE: Final[Mapping[str, str]] = MappingProxyType({})
_QUIET: Final = "$foreground-muted"
_PAIR: Final = 7  # columns of two characters, unless their names are longer
_BAR: Final = 8  # columns
_ENDLESS: Final = "━" * (_BAR - 1) + "►"  # longer than any other
_WITH_BARS: Final = 61  # columns from which there is a bar beside each logarithm
_WITH_PROBABILITIES: Final = 46  # below, there are no probabilities: their logarithms tell as much
_MEANS: Final = 18  # columns of a word's two means in a list


@dataclass(frozen=True)
class ScoreTable:
    """Scores: the names of the columns, a row each, and what they come to."""

    head: Content
    rows: Content
    totals: Content


@dataclass(frozen=True)
class ScoredWord:
    """One of several words."""

    word: str
    scored: Scored | None
    trouble: str = ""  # why it has no score


def score_table(
    scored: Scored, width: int = _WITH_BARS, written: Mapping[str, str] = AS_THEY_ARE
) -> ScoreTable:
    """A line for each character, by the label it has in `written`, and the sum and mean of all."""
    pairs = [
        laid_out(" → ".join(written.get(letter, letter) for letter in (step.previous, step.symbol)))
        for step in scored.characters
    ]
    first = max([_PAIR, *(cell_len(pair) + 1 for pair in pairs)])
    room = width - first + _PAIR
    bars, probabilities = room >= _WITH_BARS, room >= _WITH_PROBABILITIES
    both_names = (scored.compared, scored.selected)
    names = "".join(_right("P {}", name, 9) for name in both_names) if probabilities else ""
    if bars:
        names += "".join(
            f"{'−ln P':>9} {set_cell_size(short_name(name, _BAR), _BAR)}" for name in both_names
        )
    else:
        names += "".join(
            _right("−ln {}", name, room) for name, room in zip(both_names, (11, 9), strict=True)
        )
    surprises = [(nll(step.p_compared), nll(step.p_selected)) for step in scored.characters]
    worst = max((one for both in surprises for one in both if one < inf), default=1.0)
    longest = _BAR - (inf in chain(*surprises))  # of the finite ones
    rows = []
    for pair, step, both in zip(pairs, scored.characters, surprises, strict=True):
        parts: list[str | tuple[str, str]] = [set_cell_size(pair, first)]
        if probabilities:
            parts.append(f"{figure(step.p_compared):>9}{figure(step.p_selected):>9}")
        for surprise, columns in zip(both, (9, 9) if bars else (11, 9), strict=True):
            parts.append(f"{figure(surprise, 3):>{columns}}")
            if bars and surprise == inf:
                parts += [" ", (_ENDLESS, "$error")]
            elif bars:
                parts += [" ", (bar(surprise, worst, longest), "$primary")]
        rows.append(Content.assemble(*parts).rstrip())
    before = first + 18 * probabilities + (9 if bars else 11)
    behind = 9 + (_BAR + 1) * bars
    totals = []
    for name, share in (("sum", 1), ("mean", max(1, len(surprises)))):
        compared, selected = (sum(both[run] for both in surprises) / share for run in (0, 1))
        told = _total(compared, before - len(name)) + _total(selected, behind)
        totals.append(Content.assemble((name, _QUIET), (told, "bold")))
    if scored.in_data is not None:
        told = "It is in the data." if scored.in_data else "It is not in the data."
        totals.append(Content.styled(told, _QUIET))
    head = Content.styled(f"{'':{first}}{names}".rstrip(), _QUIET)
    return ScoreTable(head, Content("\n").join(rows), Content("\n").join(totals))


def list_table(words: Sequence[ScoredWord], width: int, note: str = "") -> ScoreTable:
    """A line for each word with its mean under both runs, and the mean over all characters."""
    room = max(1, width - _MEANS - 2)
    rows = []
    for one in words:
        if one.scored is None:
            rows.append(Content.styled(one.trouble, "$error"))
            continue
        first, *rest = chopped(one.word, room, max(1, room - 2)) or [""]
        mark = "•" if one.scored.in_data else " "
        means = _means([one.scored])
        blank = " " * (room - cell_len(first) + 1)
        rows.append(Content.assemble(first, blank, (mark, "$primary"), means))
        rows += [Content(f"  {part}") for part in rest]
    scored = [one.scored for one in words if one.scored is not None]
    totals = []
    if scored:
        means = _means(scored)
        told = f"all {len(scored):,}"
        blank = " " * max(1, room + 2 - len(told))
        totals.append(Content.assemble((told, _QUIET), blank, (means, "bold")))
    failed = len(words) - len(scored)
    sentences = [f"{failed:,} of {len(words):,} have no score."] if failed else []
    sentences += ["Means of −ln P per character.", note]
    totals.append(Content.styled(" ".join(filter(None, sentences)), _QUIET))
    last = scored[-1:]
    names = "".join(_right("{}", name, 9) for one in last for name in (one.compared, one.selected))
    head = Content.styled(f"{'word':{room + 2}}{names}", _QUIET)
    return ScoreTable(head, Content("\n").join(rows), Content("\n").join(totals))


def _means(words: Sequence[Scored]) -> str:
    """Write the mean of all characters under either run, each in its column."""
    steps = [step for word in words for step in word.characters]
    both = ([nll(step.p_compared) for step in steps], [nll(step.p_selected) for step in steps])
    return "".join(f"{figure(sum(nlls) / max(1, len(steps)), 3):>9}" for nlls in both)


def _right(text: str, name: str, room: int) -> str:
    """Write a run's name with a text, at the right of a column, with a blank before it."""
    text = text.format(short_name(name, room - 1 - len(text.format(""))))
    return " " * (room - cell_len(text)) + text


def _total(value: float, room: int) -> str:
    """A figure in its column, with fewer digits where it would touch the one before."""
    text = f"{value:,.3f}"
    return f"{text if len(text) < room else f'{value:,.1f}':>{room}}"
