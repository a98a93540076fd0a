"""How drawn texts look: a heading, and below it the text in lines of the pane's width."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from engine.settings.values import Source
from engine.wire.values import Drawn, Name
from tui.panes.names.drawing import draw_lines
from tui.terminal.letter_widths import pieces

_QUIET: Final = "$foreground-muted"
_PICKED: Final = "bold reverse $accent"  # reversed, so that it is seen without colour too


@lru_cache(64)  # texts stay the same from one snapshot to the next
def lines_of(
    drawn: Drawn, both: bool, width: int, picked: Source | None = None
) -> tuple[Content, ...]:
    """Draw all lines of one draw: a text of one run, or two side by side; see `name_lines`."""
    return draw_lines(partial(_lines, index=drawn.index), drawn, both, width, picked)


def wrapped(text: str, width: int) -> list[str]:
    r"""Break a text into lines of so many columns; its own line breaks and blanks stay.

    >>> wrapped("to be,\n\nor not", 4)
    ['to b', 'e,', '', 'or n', 'ot']
    """
    lines = []
    for line in text.split("\n"):
        lines.append("")
        for piece in pieces(line):
            if lines[-1] and cell_len(lines[-1]) + cell_len(piece) > width:
                lines.append("")
            lines[-1] += piece
    return lines


def _lines(name: Name | None, width: int, picked: bool, *, index: int) -> list[Content]:
    if name is None:
        return []
    heading = f"{index + 1:,}: {name.nll:.2f} a character"
    step = "" if name.step is None else f", step {name.step:,}"
    headings = (heading + step, f"{name.nll:.2f}{step}", heading, f"{name.nll:.2f}")
    heading = next((text for text in headings if len(text) <= width), "")
    ink = "" if name.current else _QUIET  # the model has changed since
    lines = [Content.styled(line, ink) for line in wrapped(name.text, max(1, width))]
    return [Content.styled(heading, _PICKED if picked else _QUIET), *lines]
