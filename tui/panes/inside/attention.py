"""The attention of one head on a word: a row for each symbol, dark where it looks."""

from __future__ import annotations

from typing import Final

from textual.content import Content

from engine.wire.inside import FINEST, Attention
from tui.drawing.shades import Ramp
from tui.panes.matrix.labels import axis_labels
from tui.panes.matrix.scales import padded

_CELL: Final = 2  # columns
_QUIET: Final = "$foreground-muted"


def attention_lines(
    picture: Attention, labels: tuple[str, ...], width: int, ramp: Ramp
) -> list[Content]:
    """Draw the symbols above and on the left, and a shade for how much each looks at each."""
    written = axis_labels(labels)
    shown = picture.symbols[: max(0, width // _CELL - 1)]
    cells, length = memoryview(picture.cells).cast("b"), len(picture.symbols)
    head = " " * _CELL + "".join(padded(written[symbol], _CELL) for symbol in shown)
    lines = [Content.styled(head, _QUIET)]
    for row, symbol in enumerate(shown):
        levels = [ramp.level(cells[row * length + column], 0, FINEST) for column in range(row + 1)]
        lines.append(
            Content.assemble(
                (padded(written[symbol], _CELL), _QUIET),
                *((ramp.glyphs[n] * _CELL, f"{ramp.inks[n]} on {ramp.shades[n]}") for n in levels),
            )
        )
    return lines
