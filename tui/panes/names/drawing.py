"""How drawn names look: each with what is known of it, a long one on several lines."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from itertools import zip_longest
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from engine.settings.limits import KEPT_NAMES
from engine.settings.values import Settings, Source
from engine.wire.values import Drawn, Name, RunSummary
from tui.drawing.numbers import compact
from tui.drawing.run_names import short_name
from tui.panes.names.step_headings import Heading, Headings
from tui.terminal.letter_widths import drawable, pieces

Runs = tuple[RunSummary, RunSummary]
_QUIET: Final = "$foreground-muted"
_FAINT: Final = "$foreground 20%"  # as the panes' borders
CUT: Final = {True: "…", False: ">"}  # behind a name that goes on; in ASCII a dot might be its own
EMPTY: Final = "(empty)"  # a name of no character: the first one drawn was its end
_PICKED: Final = "bold reverse $accent"  # reversed, so that it is seen without colour too
_NARROW: Final = 14  # columns of a name and its NLL below which the NLL has one decimal
_LEAST_NAME: Final = 4  # columns of a run's name that still tell something
_WIDE: Final = 28  # columns from which words tell whether a name is in the data


def header_lines(
    settings: Settings, runs: Runs, width: int, steps: Headings = (None, None)
) -> list[Content]:
    """Write the sampler's settings, on as many lines as they need, and the columns' names.

    The `steps` are those of each run's first name below, where no heading there says them.
    """
    facts = [f"{settings.stream} {settings.sample_seed}", f"T {compact(settings.temperature)}"]
    facts += [f"top-{settings.top_k:,}"] if settings.top_k else []
    facts += [f"prefix {drawable(settings.prefix)}"] if settings.prefix else []
    lines: list[str] = []
    for fact in facts:
        if lines and cell_len(lines[-1]) + 3 + cell_len(fact) <= width:
            lines[-1] += f" · {fact}"
        else:
            lines.append(fact)
    told = [Content.styled(line, _QUIET) for line in lines]
    if settings.source == "both":
        half, _ = halves(width)
        left, right = (_of_run(run, step, half) for run, step in zip(runs, steps, strict=True))
        told.append(_quiet_pair(left, right, width))
    else:
        side = int(settings.source == "selected")
        if runs[side].is_trained:
            told.append(Content.styled(_of_run(runs[side], steps[side], width), _QUIET))
    return told


def hint_lines(key: str, what: str, width: int, rows: int) -> list[Content]:
    """Tell how to draw, in the middle of an empty pane."""
    hint = Content.styled(f"Press {key} for {what}", _QUIET)
    blank = [Content("")] * max(0, (rows - 1) // 2)
    return [*blank, Content.assemble(" " * ((width - hint.cell_length) // 2), hint)]


@lru_cache(2 * KEPT_NAMES)  # names stay the same from one snapshot to the next
def name_lines(
    drawn: Drawn, both: bool, width: int, picked: Source | None = None, cut: str = "…"
) -> tuple[Content, ...]:
    """Draw all lines of one draw: a name with what is known of it, or two side by side.

    Of the run `picked` the name is under the cursor. Behind a name that was cut off as it was drawn
    stands `cut`.
    """
    return draw_lines(partial(_lines, cut=cut), drawn, both, width, picked)


def draw_lines(
    lines: Callable[[Name | None, int, bool], list[Content]],
    drawn: Drawn,
    both: bool,
    width: int,
    picked: Source | None,
) -> tuple[Content, ...]:
    """Draw all lines of one draw, or of two side by side; `lines` draws those of one."""
    if not both:
        return tuple(lines(drawn.compared or drawn.selected, width, picked is not None))
    half, gap = halves(width)
    left = lines(drawn.compared, half, picked == "compared")
    right = lines(drawn.selected, half, picked == "selected")
    return tuple(
        Content.assemble(a, " " * (half - a.cell_length), (gap, _FAINT), b)
        for a, b in zip_longest(left, right, fillvalue=Content(""))
    )


def heading_line(steps: Headings, both: bool, width: int) -> Content:
    """Draw the heading of names that were drawn at a step; with both runs, above those of each."""
    if not both:
        (step,) = filter(None, steps)
        return Content.styled(_fitting(step.texts, width), _QUIET)
    half, _ = halves(width)
    left, right = ("" if step is None else _fitting(step.texts, half) for step in steps)
    return _quiet_pair(left, right, width)


def halves(width: int) -> tuple[int, str]:
    """Tell the columns of each of two names, and what stands between them."""
    gap = " │ " if width >= 2 * _NARROW + 3 else "│"
    return (width - len(gap)) // 2, gap


def _quiet_pair(left: str, right: str, width: int) -> Content:
    half, gap = halves(width)
    left += " " * (half - cell_len(left))
    return Content.assemble((left, _QUIET), (gap, _FAINT), (right, _QUIET))


def _of_run(run: RunSummary, step: Heading | None, width: int) -> str:
    """Write a run's name and its step, as far as there is room; otherwise the step alone."""
    if step is None:
        return short_name(run.name, width)
    name, (longest, *brief) = drawable(run.name), step.texts
    cut = [(text, width - cell_len(text) - 1) for text in brief]
    texts = [f"{short_name(run.name, room)} {text}" for text, room in cut if room >= _LEAST_NAME]
    return _fitting((f"{name} · {longest}", f"{name} {longest}", *texts, *step.texts), width)


def _fitting(texts: tuple[str, ...], width: int) -> str:
    return next((text for text in texts if cell_len(text) <= width), texts[-1])


def _lines(name: Name | None, width: int, picked: bool, cut: str) -> list[Content]:
    """Draw a name, its NLL per character and whether it is in the data.

    In a narrow column a dot stands between name and NLL where the name is in the data. A name of a
    model that has changed since is dim.
    """
    if name is None:
        return []
    figure = f"{name.nll:.1f}" if width < _NARROW else f"{name.nll:.2f}"
    if width >= _WIDE:
        before, after = " ", {None: "", True: " in data", False: " new    "}[name.in_data]
    else:
        before, after = ("•" if name.in_data else " "), ""
    room = max(1, width - len(before) - len(figure) - len(after))
    indent = " " if width < _NARROW else "  "
    text = name.text + ("" if name.ended else cut)
    first, *rest = chopped(text or EMPTY, room, max(1, width - len(indent)))
    known = "$primary" if name.in_data and name.current else _QUIET
    ink = _PICKED if picked else "" if text and name.current else _QUIET
    first += " " * (room - cell_len(first))
    lines = [Content.assemble((first, ink), (before, known), (figure, _QUIET), (after, known))]
    for part in rest:
        blank = " " * (width - len(indent) - cell_len(part))
        lines.append(Content.assemble(indent, (part, ink), blank))
    return lines


def chopped(text: str, first: int, others: int) -> list[str]:
    """Cut a text into parts of so many columns, but never within a letter and its accents.

    >>> chopped("maximiliana", 4, 3)
    ['maxi', 'mil', 'ian', 'a']
    """
    parts, room = [""], first
    for piece in pieces(text):
        if cell_len(piece) > room and parts[-1]:
            parts.append("")
            room = others
        parts[-1] += piece
        room -= cell_len(piece)
    return parts
