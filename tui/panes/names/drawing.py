"""How drawn names look: each with what is known of it, a long one on several lines."""

from __future__ import annotations

from functools import lru_cache
from itertools import zip_longest
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from engine.settings.limits import KEPT_NAMES
from engine.settings.values import Settings, Source
from engine.wire.values import Drawn, Name
from tui.drawing.numbers import compact
from tui.panes.names.step_headings import Heading
from tui.terminal.letter_widths import drawable, pieces

_QUIET: Final = "$foreground-muted"
_FAINT: Final = "$foreground 20%"  # as the panes' borders
CUT: Final = {True: "…", False: ">"}  # behind a name that goes on; in ASCII a dot might be its own
EMPTY: Final = "(empty)"  # a name of no character: the first one drawn was its end
_PICKED: Final = "bold reverse $accent"  # reversed, so that it is seen without colour too
_NARROW: Final = 14  # columns of a name and its NLL below which the NLL has one decimal
_WIDE: Final = 28  # columns from which words tell whether a name is in the data


def header_lines(settings: Settings, width: int, step: Heading | None = None) -> list[Content]:
    """Write the sampler's settings, on as many lines as they need, and the columns' names.

    Args:
        settings: of the lab.
        width: columns.
        step: of the net's first name below; None where a heading there says it, or there is none.
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
        half, gap = halves(width)
        net = (_of_net(step, half), _QUIET)
        told.append(Content.assemble(("counts".ljust(half), _QUIET), (gap, _FAINT), net))
    elif settings.source == "net":
        told.append(Content.styled(_of_net(step, width), _QUIET))
    return told


@lru_cache(2 * KEPT_NAMES)  # names stay the same from one snapshot to the next
def name_lines(
    drawn: Drawn, both: bool, width: int, picked: Source | None = None, cut: str = "…"
) -> tuple[Content, ...]:
    """Draw all lines of one draw: a name with what is known of it, or two side by side.

    Args:
        drawn: the draw.
        both: whether names of both models are shown.
        width: columns.
        picked: whose name is under the cursor; None: it is elsewhere.
        cut: what stands behind a name that was cut off as it was drawn.
    """
    if not both:
        return tuple(_lines(drawn.counts or drawn.net, width, picked is not None, cut))
    half, gap = halves(width)
    left = _lines(drawn.counts, half, picked == "counts", cut)
    right = _lines(drawn.net, half, picked == "net", cut)
    blank = Content(" " * half)
    return tuple(
        Content.assemble(a, (gap, _FAINT), b) for a, b in zip_longest(left, right, fillvalue=blank)
    )


def heading_line(step: Heading, both: bool, width: int) -> Content:
    """Draw the heading of names that were drawn at a step; with both models, above the net's."""
    if not both:
        return Content.styled(_fitting(step.texts, width), _QUIET)
    half, gap = halves(width)
    return Content.assemble(" " * half, (gap, _FAINT), (_fitting(step.texts, half), _QUIET))


def halves(width: int) -> tuple[int, str]:
    """Tell the columns of each of two names, and what stands between them."""
    gap = " │ " if width >= 2 * _NARROW + 3 else "│"
    return (width - len(gap)) // 2, gap


def _of_net(step: Heading | None, width: int) -> str:
    if step is None:
        return "net"
    longest, *_ = step.texts
    return _fitting((f"net · {longest}", f"net {longest}", *step.texts), width)


def _fitting(texts: tuple[str, ...], width: int) -> str:
    """Choose the first text that fits, or the last if none does."""
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
    lines = [
        Content.assemble(
            (_padded(first, room), ink), (before, known), (figure, _QUIET), (after, known)
        )
    ]
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


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))
