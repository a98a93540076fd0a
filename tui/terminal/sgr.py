"""How cells are drawn: Rich's styles as parameters of escape sequences, and ways between them."""

from __future__ import annotations

from typing import Final, NamedTuple

from rich.color import ColorSystem
from rich.style import Style

from tui.terminal.capabilities import Colours

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
RESET: Final = "\x1b[0m"


class Pen(NamedTuple):
    """How a cell is drawn, as the parameters of escape sequences."""

    foreground: str | None  # None: whatever it is, one cannot see it
    background: str
    attributes: frozenset[str]


PLAIN: Final = Pen("39", "49", frozenset())


def pens(colours: Colours, style: Style) -> tuple[Pen, Pen]:
    """The pen of a style's letters, and that of its blanks, of which less can be seen."""
    system = _SYSTEMS[colours]
    attributes = frozenset(code for code, name in _ATTRIBUTES if getattr(style, name))
    foreground, background = PLAIN.foreground, PLAIN.background
    if system is not None and style.color is not None:
        foreground = ";".join(style.color.downgrade(system).get_ansi_codes(foreground=True))
    if system is not None and style.bgcolor is not None:
        background = ";".join(style.bgcolor.downgrade(system).get_ansi_codes(foreground=False))
    pen = Pen(foreground, background, attributes)
    if colours == "8":
        pen = _of_eight(pen)
    return pen, blank_of(pen)


def blank_of(pen: Pen) -> Pen:
    """As much of a pen as is seen on a blank."""
    return pen if pen.attributes & _SEEN_ON_BLANKS else Pen(None, pen.background, frozenset())


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


def changed_to(old: Pen, new: Pen, parts: list[str]) -> Pen:
    """Go from one pen to another, as far as can be seen."""
    if new.foreground is None:  # a blank: keep what cannot be seen
        new = Pen(old.foreground, new.background, old.attributes - _SEEN_ON_BLANKS)
    if new != old:
        parts.append(_change(old, new))
    return new


def _change(old: Pen, new: Pen) -> str:
    codes: list[str] = []
    if old.attributes - new.attributes:
        codes.append("0")
        old = PLAIN
    codes += sorted(new.attributes - old.attributes)
    if new.foreground != old.foreground and new.foreground is not None:
        codes.append(new.foreground)
    if new.background != old.background:
        codes.append(new.background)
    return f"\x1b[{';'.join(codes)}m"


def is_unseen_on(own: Pen, pen: Pen) -> bool:
    """Whether a blank that is drawn with one pen looks the same with another."""
    is_bare = not pen.attributes & _SEEN_ON_BLANKS
    return own.foreground is None and own.background == pen.background and is_bare
