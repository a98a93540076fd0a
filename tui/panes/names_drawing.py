"""How drawn names look: a line for each draw, with what is known of it."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from engine.protocol import Drawn, Name, Settings, Source
from tui.figures import compact
from tui.letters import drawable, shortened

_QUIET: Final = "$foreground-muted"
_FAINT: Final = "$foreground 20%"  # as the panes' borders
CUT: Final = {True: "…", False: ">"}  # behind a name that goes on; in ASCII a dot might be its own
EMPTY: Final = "(empty)"  # a name of no character: the first one drawn was its end
_PICKED: Final = "bold reverse $accent"  # reversed, so that it is seen without colour too
_NARROW: Final = 14  # columns of a name and its NLL below which the NLL has one decimal
_WIDE: Final = 28  # columns from which words tell whether a name is in the data


def header_lines(settings: Settings, width: int) -> list[Content]:
    """The sampler's settings, on as many lines as they need."""
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
        told.append(
            Content.assemble(("counts".ljust(half), _QUIET), (gap, _FAINT), ("net", _QUIET))
        )
    return told


def line_of(
    drawn: Drawn, both: bool, width: int, picked: Source | None = None, cut: str = "…"
) -> Content:
    """One draw: a name with its NLL and whether it is in the data, or two beside each other.

    Args:
        drawn: the draw.
        both: whether names of both models are shown.
        width: columns.
        picked: whose name is under the cursor; None: it is elsewhere.
        cut: what stands behind a name that goes on.
    """
    if not both:
        name = drawn.counts or drawn.net
        return _named(name, width, picked is not None, cut)
    half, gap = halves(width)
    return Content.assemble(
        _named(drawn.counts, half, picked == "counts", cut),
        (gap, _FAINT),
        _named(drawn.net, half, picked == "net", cut),
    )


def halves(width: int) -> tuple[int, str]:
    """Columns of each of two names, and what stands between them."""
    gap = " │ " if width >= 2 * _NARROW + 3 else "│"
    return (width - len(gap)) // 2, gap


def _named(name: Name | None, width: int, picked: bool, cut: str) -> Content:
    """A name, its NLL per character and whether it is in the data, in exactly `width` columns.

    In a narrow column a dot stands between name and NLL where the name is in the data.
    """
    if name is None:
        return Content(" " * width)
    figure = f"{name.nll:.1f}" if width < _NARROW else f"{name.nll:.2f}"
    if width >= _WIDE:
        before, after = " ", {None: "", True: " in data", False: " new    "}[name.in_data]
    else:
        before, after = ("•" if name.in_data else " "), ""
    room = max(1, width - len(before) - len(figure) - len(after))
    text = shortened(name.text, room, cut)
    if not name.ended and not text.endswith(cut):
        text = shortened(name.text, room - len(cut), "") + cut
    known = "$primary" if name.in_data else _QUIET
    empty = "" if text else _QUIET
    return Content.assemble(
        (set_cell_size(text or EMPTY, room), _PICKED if picked else empty),
        (before, known),
        (figure, _QUIET),
        (after, known),
    )
