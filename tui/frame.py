"""What the terminal shows, cell by cell, and how to turn that into what it should show.

Textual sends every line that a widget refreshes again, with all its colours. Over a slow connection
most of that is in place already: here each update is compared with what was sent before, and only
cells that differ go out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

from rich.cells import get_character_cell_size, split_graphemes
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import ControlType, Segment
from rich.style import Style
from textual._compositor import CompositorUpdate

from engine.printable import is_obeyed
from tui.terminal import Colours

_SYSTEMS: Final[dict[Colours, ColorSystem | None]] = {
    "truecolour": ColorSystem.TRUECOLOR,
    "256": ColorSystem.EIGHT_BIT,
    "16": ColorSystem.STANDARD,
    "8": ColorSystem.STANDARD,
    "none": None,
}
_ATTRIBUTES: Final = (
    ("1", "bold"), ("2", "dim"), ("3", "italic"), ("4", "underline"), ("5", "blink"),
    ("7", "reverse"), ("9", "strike"),
)  # fmt: skip
_SEEN_ON_BLANKS: Final = {"4", "7", "9"}
_DARKER: Final = {str(code + 60): str(code) for code in (*range(30, 38), *range(40, 48))}
_RESET: Final = "\x1b[0m"
_SHORT_GAP: Final = 4  # cells; a move of the cursor costs as much


class Pen(NamedTuple):
    """How a cell is drawn, as the parameters of escape sequences."""

    foreground: str | None  # None: whatever it is, one cannot see it
    background: str
    attributes: frozenset[str]


Cell = tuple[str, Pen]  # a wide character's second cell has no text

_PLAIN: Final = Pen("39", "49", frozenset())
_NOBODY: Final[Cell] = ("", Pen("", "", frozenset()))  # unlike anything that is drawn


class Frame:
    """The cells of a terminal of some colour depth."""

    def __init__(self, colours: Colours) -> None:
        self._pens = lru_cache(maxsize=4096)(partial(_pens, colours))
        self._lines: list[list[Cell]] = []

    def forget(self) -> None:
        """The terminal no longer shows what was sent: send everything again."""
        self._lines = []

    def difference(self, segments: Iterable[Segment], width: int, height: int) -> str:
        """The escape sequences and texts that bring an update to a terminal of that size.

        Args:
            segments: texts, and control segments that say where each line of them begins.
            width: columns of the terminal.
            height: its lines.
        """
        if len(self._lines) != height or (height and len(self._lines[0]) != width):
            self._lines = [[_NOBODY] * width for _ in range(height)]
        changed: dict[int, set[int]] = {}
        for x, y, cell in self._cells(segments):
            if 0 <= y < height and 0 <= x < width and self._lines[y][x] != cell:
                self._lines[y][x] = cell
                changed.setdefault(y, set()).add(x if cell[0] else x - 1)
        return _written(self._lines, changed)

    def _cells(self, segments: Iterable[Segment]) -> Iterator[tuple[int, int, Cell]]:
        """Every cell of an update with its place."""
        x = y = 0
        for text, style, control in segments:
            if control:
                for code in control:
                    match code:
                        case (ControlType.CURSOR_MOVE_TO, int(x), int(y)):
                            pass
                continue
            if text == "\n":
                continue
            if not text.isprintable():
                text = "".join(letter for letter in text if not is_obeyed(letter))
            ink, blank = self._pens(style or Style.null())
            if text.isascii() or _is_narrow(text):
                for character in text:
                    yield x, y, (character, blank if character == " " else ink)
                    x += 1
                continue
            for cluster, cells in _clusters(text):
                for place in range(cells):
                    yield x + place, y, ("" if place else cluster, blank if cluster == " " else ink)
                x += cells


class Difference(CompositorUpdate):
    """An update of Textual's, as what it changes in a frame."""

    def __init__(self, frame: Frame, update: Any, width: int, height: int) -> None:
        self._frame = frame
        self._update = update
        self._size = width, height

    def __rich_console__(self, *_: object) -> Iterator[Segment]:
        """Nothing: an update is written, not printed."""
        return iter(())

    def render_segments(self, console: Console) -> str:
        """What is to be written to the terminal."""
        segments = self._update.__rich_console__(console, console.options)
        return self._frame.difference(segments, *self._size)


@lru_cache(4096)
def _is_narrow(text: str) -> bool:
    """Whether each code point has a cell of its own, in whatever terminal."""
    return not any(get_character_cell_size(c) != 1 or _is_half(c) for c in text)


def _is_half(cluster: str) -> bool:
    """Whether it is one of the two letters of a flag."""
    return len(cluster) == 1 and "\U0001f1e6" <= cluster <= "\U0001f1ff"


def _clusters(text: str) -> list[tuple[str, int]]:
    """What belongs together in a text, and its cells: a letter and its marks, a flag."""
    clusters: list[tuple[str, int]] = []
    for start, end, cells in split_graphemes(text)[0]:
        cluster = text[start:end]
        if clusters and _is_half(cluster) and _is_half(clusters[-1][0]):
            clusters[-1] = (clusters[-1][0] + cluster, 2)
        else:
            clusters.append((cluster, cells))
    return clusters


def _pens(colours: Colours, style: Style) -> tuple[Pen, Pen]:
    """The pen of a style's letters, and that of its blanks, of which less can be seen."""
    system = _SYSTEMS[colours]
    attributes = frozenset(code for code, name in _ATTRIBUTES if getattr(style, name))
    foreground, background = _PLAIN.foreground, _PLAIN.background
    if system is not None and style.color is not None:
        foreground = ";".join(style.color.downgrade(system).get_ansi_codes(foreground=True))
    if system is not None and style.bgcolor is not None:
        background = ";".join(style.bgcolor.downgrade(system).get_ansi_codes(foreground=False))
    pen = Pen(foreground, background, attributes)
    if colours == "8":
        pen = _of_eight(pen)
    blank = pen if pen.attributes & _SEEN_ON_BLANKS else Pen(None, pen.background, frozenset())
    return pen, blank


def _of_eight(pen: Pen) -> Pen:
    """The same with eight colours, of which bold makes the letters' bright.

    The Linux console takes 97 for bold and 37, and stays bold; it takes 107 for 47; and it shows
    lines and slanted or dim letters by colours of its own, on whatever ground.
    """
    letters = pen.background if "7" in pen.attributes else pen.foreground
    bright = letters is not None and letters in _DARKER
    return Pen(
        _DARKER.get(pen.foreground or "", pen.foreground),
        _DARKER.get(pen.background, pen.background),
        (pen.attributes & {"7"}) | ({"1"} if bright else set()),
    )


def _written(lines: list[list[Cell]], changed: dict[int, set[int]]) -> str:
    """The texts of the changed cells, with as few moves and changes of pen as they need."""
    parts: list[str] = []
    pen, at = _PLAIN, (-1, -1)
    for y, columns in changed.items():
        line = lines[y]
        for x in sorted(columns):
            text, wanted = line[x]
            if at[1] == y and 0 < x - at[0] <= _SHORT_GAP and _alike(line[at[0] : x], pen):
                parts.append("".join(text for text, _ in line[at[0] : x]))
            elif at != (x, y):
                parts.append(f"\x1b[{y + 1};{x + 1}H")
            if wanted.foreground is None:  # a blank: keep what cannot be seen
                wanted = Pen(pen.foreground, wanted.background, pen.attributes - _SEEN_ON_BLANKS)
            if wanted != pen:
                parts.append(_change(pen, wanted))
                pen = wanted
            parts.append(text)
            # Terminals differ on the width of some characters: after these the place is uncertain.
            is_certain = text.isascii() or (len(text) == 1 and _is_narrow(text))
            at = (x + 1, y) if is_certain else (-1, -1)
    if pen != _PLAIN:
        parts.append(_RESET)
    return "".join(parts)


def _alike(cells: list[Cell], pen: Pen) -> bool:
    """Whether cells that need no change may be written again, and look the same with this pen."""
    seen = pen.attributes & _SEEN_ON_BLANKS
    return all(
        text.isascii()
        and (
            own == pen or (own.foreground is None and own.background == pen.background and not seen)
        )
        for text, own in cells
    )


def _change(old: Pen, new: Pen) -> str:
    """From one pen to another."""
    codes: list[str] = []
    if old.attributes - new.attributes:
        codes.append("0")
        old = _PLAIN
    codes += sorted(new.attributes - old.attributes)
    if new.foreground != old.foreground and new.foreground is not None:
        codes.append(new.foreground)
    if new.background != old.background:
        codes.append(new.background)
    return f"\x1b[{';'.join(codes)}m"
