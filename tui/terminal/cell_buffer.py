"""What the terminal shows, cell by cell, and how to turn that into what it should show.

Textual sends every line that a widget refreshes again, with all its colours. Over a slow connection
most of that is in place already: here each update is compared with what was sent before, and only
cells that differ go out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from typing import Any, Final

from rich.cells import split_graphemes
from rich.console import Console
from rich.segment import ControlType, Segment
from rich.style import Style

from engine.text.printable import is_obeyed
from tui.terminal.capabilities import Colours
from tui.terminal.letter_widths import as_sent, columns, is_certain, joins, restored
from tui.terminal.sgr import PLAIN, RESET, Pen, blank_of, changed_to, is_unseen_on, pens
from tui.terminal.textual_private import CompositorUpdate

_SHORT_GAP: Final = 4  # cells; a move of the cursor costs as much


Cell = tuple[str, Pen]  # a wide letter's second cell has no text

_NOBODY: Final[Cell] = ("\0", Pen("", "", frozenset()))  # unlike anything that is drawn


class Frame:
    """The cells of a terminal of some colour depth."""

    def __init__(self, colours: Colours) -> None:
        self._pens = lru_cache(maxsize=4096)(partial(pens, colours))
        self._lines: list[list[Cell]] = []

    def forget(self) -> None:
        """The terminal no longer shows what was sent: send everything again."""
        self._lines = []

    def difference(self, segments: Iterable[Segment], width: int, height: int) -> str:
        """The escape sequences and texts that bring an update to a terminal of that size."""
        if len(self._lines) != height or (height and len(self._lines[0]) != width):
            self._lines = [[_NOBODY] * width for _ in range(height)]
        changed: dict[int, set[int]] = {}
        for x, y, cell in self._cells(segments):
            if 0 <= y < height and 0 <= x < width and (before := self._lines[y][x]) != cell:
                self._lines[y][x] = cell
                of_line = changed.setdefault(y, set())
                of_line.add(x)
                if x and not (cell[0] and is_certain(cell[0]) and is_certain(before[0])):
                    of_line.add(x - 1)  # what it joins, or has joined, looks different now
        return _written(self._lines, changed)

    def _cells(self, segments: Iterable[Segment]) -> Iterator[tuple[int, int, Cell]]:
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
            if is_obeyed(text):
                text = "".join(letter for letter in text if not is_obeyed(letter))
            ink, blank = self._pens(style or Style.null())
            if text.isascii():
                for character in text:
                    yield x, y, (character, blank if character == " " else ink)
                    x += 1
                continue
            for letter, cells in _letters(text):
                for place in range(cells):
                    yield x + place, y, ("" if place else letter, blank if letter == " " else ink)
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


@lru_cache(2048)
def _letters(text: str) -> tuple[tuple[str, int], ...]:
    """What belongs together in a text that was laid out, and its cells."""
    return tuple((restored(text[begin:end]), n) for begin, end, n in split_graphemes(text)[0])


def _written(lines: list[list[Cell]], changed: dict[int, set[int]]) -> str:
    """The texts of the changed cells, with as few moves and changes of pen as they need."""
    parts: list[str] = []
    pen, at = PLAIN, (-1, -1)
    for y, of_line in changed.items():
        line = lines[y]
        for start, end in _runs(line, of_line):
            cells = line[start:end]
            letters = [text for text, _ in cells if text]
            if not letters:
                continue  # half of a wide letter whose other half is covered
            if at[1] == y and 0 < start - at[0] <= _SHORT_GAP and _alike(line[at[0] : start], pen):
                parts.append("".join(text for text, _ in line[at[0] : start]))
            elif at != (start, y):
                parts.append(f"\x1b[{y + 1};{start + 1}H")
            is_sure = len(letters) == 1 and is_certain(letters[0])
            if not (is_sure or (len(cells) == 1 and is_certain(letters[0][0]))):
                # Whatever the terminal leaves of the columns is to be blank.
                for _, wanted in cells:
                    pen = changed_to(pen, blank_of(wanted), parts)
                    parts.append(" ")
                parts.append(f"\x1b[{y + 1};{start + 1}H")
            inks = (wanted for text, wanted in cells if text)
            for text, wanted in zip(as_sent(letters), inks, strict=True):
                pen = changed_to(pen, wanted, parts)
                parts.append(text)
            # Terminals differ on the width of some letters, and half of a wide one may be covered:
            # after these the place is uncertain.
            is_narrow = len(cells) == 1 and sum(map(columns, letters[0])) == 1
            at = (end, y) if is_sure and is_narrow else (-1, -1)
    if pen != PLAIN:
        parts.append(RESET)
    return "".join(parts)


def _runs(line: list[Cell], changed: set[int]) -> Iterator[tuple[int, int]]:
    """Where cells begin and end that are written as one: a letter, and all that joins it."""
    end = 0
    for x in sorted(changed):
        if x < end:
            continue
        start, end = x, x + 1
        while _joins(line, start):
            start -= 1
        while end < len(line) and _joins(line, end):
            end += 1
        yield start, end


def _joins(line: list[Cell], x: int) -> bool:
    text = line[x][0]
    if x == 0 or (text and text.isascii()):
        return False
    if not text:
        return sum(map(columns, line[x - 1][0])) > 1
    return joins(text, line[x - 1][0] or line[x - 2][0])


def _alike(cells: list[Cell], pen: Pen) -> bool:
    """Whether cells that need no change may be written again, and look the same with this pen."""
    return all(text.isascii() and (own == pen or is_unseen_on(own, pen)) for text, own in cells)
