"""Pictures of the screen: SVG that looks the same in every viewer, and PNG where that can be made.

Viewers disagree on blanks at the ends of a text, on `textLength`, and on fonts. So a text is taken
apart into words, each at the place of its first cell; bars and dots, which not every font has, are
shapes. Backgrounds overlap, as not every viewer draws crisp edges. No font is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree

from rich.cells import cell_len

from engine.wire.client import EngineError
from tui.terminal.letter_widths import columns, joins, laid_out

FONTS: Final = "'Fira Code', 'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace"
INSTALL: Final = "pip install 'makemore-tui[pictures]'"
_SVG: Final = "http://www.w3.org/2000/svg"
_FONT_FACE: Final = re.compile(r"@font-face \{[^}]*\}\s*")
_FONT_FAMILY: Final = re.compile(r"font-family: Fira Code, monospace;")
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CELL: Final = 12.2  # units between two columns, as Rich has it
_LINE: Final = 24.4  # between two lines
_ABOVE: Final = 18.5  # between the top of a line and what its letters stand on
_OVERLAP: Final = 0.6  # of a background with the next, which is drawn over it: no seams between
_BLANKS: Final = " \N{NO-BREAK SPACE}"


Box = tuple[float, float, float, float]  # left, top, width, height, in parts of a cell
_DOTS: Final = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))  # column and row


def portable(svg: str) -> str:
    """A picture as Textual makes it, with each word at a place of its own."""
    ElementTree.register_namespace("", _SVG)
    svg = _NO_XML.sub("\N{REPLACEMENT CHARACTER}", _FONT_FACE.sub("", svg))
    root = ElementTree.fromstring(_FONT_FAMILY.sub(f"font-family: {FONTS};", svg))  # noqa: S314  ours
    for background in root.iterfind(f".//{{{_SVG}}}rect[@shape-rendering]"):
        for side in ("width", "height"):
            background.set(side, f"{float(background.attrib[side]) + _OVERLAP:.6g}")
    for group in root.iter(f"{{{_SVG}}}g"):
        parts = [part for child in group for part in _positioned(child)]
        group[:] = parts
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def png(svg: str) -> bytes:
    """A portable picture as PNG.

    Raises:
        EngineError: cairosvg is not installed; says how to get it.
    """
    try:
        import cairosvg
    except (ImportError, OSError) as error:  # OSError: it is there, and its library is not
        raise EngineError(
            f"PNG needs cairosvg: {INSTALL} brings it. Or give a name that ends in .svg."
        ) from error
    # It takes the first family only, and what the system has instead may not be monospaced.
    drawn: bytes = cairosvg.svg2png(bytestring=svg.replace(FONTS, "monospace").encode())
    return drawn


def _positioned(text: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The words of a text element; any other element as it is."""
    if text.tag != f"{{{_SVG}}}text" or "textLength" not in text.attrib or not text.text:
        yield text
        return
    for place, word in words(text.text):
        x = float(text.attrib["x"]) + place * _CELL
        if boxes := boxes_of(word):
            part = ElementTree.Element(f"{{{_SVG}}}path", {"class": text.attrib["class"]})
            top = float(text.attrib["y"]) - _ABOVE
            part.set("d", "".join(_outline(box, x, top) for box in boxes))
            part.set("shape-rendering", "crispEdges")  # no seams between cells
        else:
            part = ElementTree.Element(text.tag, text.attrib)
            part.set("x", f"{x:.6g}")
            part.set("textLength", f"{cell_len(laid_out(word)) * _CELL:.6g}")
            if len(word) == 1:
                del part.attrib["textLength"]
            part.text = word
        part.tail = "\n"
        yield part


def boxes_of(sign: str) -> list[Box]:
    """The boxes that a bar, a block or a Braille sign is made of; none where it is another sign.

    >>> boxes_of("▄"), boxes_of("▌"), boxes_of("⠁"), boxes_of("a")
    ([(0, 0.5, 1, 0.5)], [(0, 0, 0.5, 1)], [(0.15, 0.065, 0.2, 0.12)], [])
    """
    code = ord(sign[0])
    if 0x2581 <= code <= 0x2588:  # ▁ to █
        height = (code - 0x2580) / 8
        return [(0, 1 - height, 1, height)]
    if 0x2589 <= code <= 0x258F:  # ▉ to ▏
        return [(0, 0, (0x2590 - code) / 8, 1)]
    if 0x2800 <= code <= 0x28FF:
        return [
            (0.15 + 0.5 * column, round(0.065 + 0.25 * row, 3), 0.2, 0.12)
            for bit, (column, row) in enumerate(_DOTS)
            if code >> bit & 1
        ]
    return {"▀": [(0.0, 0.0, 1.0, 0.5)], "▐": [(0.5, 0.0, 0.5, 1.0)]}.get(sign, [])


def _outline(box: Box, x: float, y: float) -> str:
    left, top, width, height = box
    begin = f"M{x + left * _CELL:.6g} {y + top * _LINE:.6g}"
    return f"{begin}h{width * _CELL:.6g}v{height * _LINE:.6g}h{-width * _CELL:.6g}z"


def words(text: str) -> Iterator[tuple[int, str]]:
    """What stands together in a text, each with the column of its first cell.

    >>> list(words("  ab ─│ 日x मीना"))
    [(2, 'ab'), (5, '─'), (6, '│'), (8, '日'), (10, 'x'), (12, 'मीना')]
    """
    word, begin, at = "", 0, 0
    for cluster, cells in _clusters(text):
        is_blank = cluster in _BLANKS
        is_narrow = all(columns(letter) <= 1 for letter in cluster)
        joins_word = is_narrow and not is_blank and (cluster.isascii() or cluster[0].isalnum())
        if word and not joins_word:
            yield begin, word
            word = ""
        if joins_word:
            begin = begin if word else at
            word += cluster
        elif not is_blank:
            yield at, cluster
        at += cells
    if word:
        yield begin, word


def _clusters(text: str) -> Iterator[tuple[str, int]]:
    """The letters of a text, each with all that joins it, and the columns that they take."""
    drawn, begin = laid_out(text), 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not joins(text[end], text[end - 1]):
            yield text[begin:end], cell_len(drawn[begin:end])
            begin = end
