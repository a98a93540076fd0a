"""The legend of the matrix: its shades, the values at their ends, and what two colours mean."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from textual.content import Content

from engine.wire.values import View
from tui.drawing.numbers import figure, short_count
from tui.drawing.run_names import short_name
from tui.drawing.shades import Ramp

SHORTEST: Final = 4  # columns of a band that still tells shades apart
LONGEST: Final = 24
_QUIET: Final = "$foreground-muted"


def legend(
    ramp: Ramp, low: float, high: float, view: View, width: int, name: str, *, root: str = "√"
) -> Content:
    """Draw the shades from the smallest to the largest value, in at most `width` columns.

    Without room, less is said about them; the meaning of two colours goes last: of a difference,
    that it is above or below the P of the run of that name.
    """
    for before, after in _words(ramp, low, high, view, short_name(name, width // 3), root):
        room = min(LONGEST, width - cell_len(before) - cell_len(after))
        if room >= SHORTEST:
            return Content.assemble((before, _QUIET), *_band(ramp, room), (after, _QUIET))
    return Content("")


def _words(
    ramp: Ramp, low: float, high: float, view: View, name: str, root: str
) -> list[tuple[str, str]]:
    """Tell what stands before and behind the shades, the longest texts first."""
    if ramp.kind == "sequential":
        count = int(high)
        most = f"{count:,}" if count < 100_000 else short_count(count)
        ends = ("0 ", f" {most if view == 'counts' else figure(high, 3)}")
        notes = [f" {root} scale", f" {root}", ""] if ramp.rooted else [""]
        return [(ends[0], ends[1] + note) for note in notes]
    widest = max(-low, high)
    below, above = figure(-widest, 3, sign=True), figure(widest, 3, sign=True)
    if view != "difference":
        return [(f"{below} ", f" {above}")]
    return [
        (f"{name} below {below} ", f" {above} {name} above {root}"),
        (f"{name} below {below} ", f" {above} {name} above"),
        (f"{name} below ", f" above ±{figure(widest, 3)}"),
        (f"{name} below ", " above"),
    ]


def _band(ramp: Ramp, room: int) -> list[tuple[str, str]]:
    top = len(ramp.shades) - 1
    if not ramp.halves:
        levels = [round(i * top / (room - 1)) for i in range(room)]
        return [(ramp.glyphs[n], f"{ramp.inks[n]} on {ramp.shades[n]}") for n in levels]
    # Two shades a column, the left half as foreground: the band is as smooth as it can be.
    shades = [ramp.shades[round(i * top / (2 * room - 1))] for i in range(2 * room)]
    return [("▌", f"{a} on {b}") for a, b in zip(shades[::2], shades[1::2], strict=True)]
