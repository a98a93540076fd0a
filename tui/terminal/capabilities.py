"""What the terminal can show: how many colours, and whether more than ASCII. Imports no Textual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

Colours = Literal["truecolour", "256", "16", "8", "none"]

# Names that say outright that there is no more. A COLORTERM beside them is left over from the
# session that started them.
_SIXTEEN: Final = ("vt1", "vt2", "vt3", "vt4", "vt5", "ansi", "cons25", "hurd", "mach")
# Over SSH only TERM arrives, and each version of these has 24 bits.
_TRUECOLOUR: Final = ("kitty", "ghostty", "alacritty", "wezterm", "foot", "contour", "rio")
# What Python itself puts into LC_CTYPE where the locale is C (PEP 538).
_COERCED: Final = ("C.UTF-8", "C.utf8", "UTF-8")


@dataclass(frozen=True)
class Terminal:
    """The abilities of a terminal."""

    colours: Colours = "truecolour"
    unicode: bool = True

    def for_slow_link(self) -> Terminal:
        """The same with 256 colours at most, which take half the bytes of truecolour."""
        return replace(self, colours="256") if self.colours == "truecolour" else self


def terminal_of(app: object) -> Terminal:
    """The terminal that an app was told of; a rich one where it was told of none."""
    terminal = getattr(app, "terminal", None)
    return terminal if isinstance(terminal, Terminal) else Terminal()


def detect(
    environ: Mapping[str, str],
    colour: Literal["auto"] | Colours = "auto",
    ascii: bool | None = None,  # noqa: A002  the option's name
) -> Terminal:
    """What the environment says of the terminal, and what a person says against it, which wins.

    >>> detect({"TERM": "xterm-256color", "LANG": "de_DE.UTF-8"})
    Terminal(colours='256', unicode=True)
    >>> detect({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}).colours
    'none'
    """
    return Terminal(
        colours=_colours(environ) if colour == "auto" else colour,
        unicode=_unicode(environ) if ascii is None else not ascii,
    )


def _colours(environ: Mapping[str, str]) -> Colours:
    term = environ.get("TERM", "").lower()
    if environ.get("NO_COLOR") or term == "dumb":  # no-color.org: set, and not empty
        return "none"
    if term.startswith("linux"):
        return "8"  # backgrounds; letters have 16
    if term.startswith(_SIXTEEN):
        return "16"
    # GNU screen hands the outer terminal's COLORTERM on, and takes 24-bit colours for noise; tmux,
    # whose TERM may be screen's, translates them where the outer terminal has fewer.
    in_screen = "STY" in environ and "TMUX" not in environ and term.startswith("screen")
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") and not in_screen:
        return "truecolour"
    first, *rest = term.split("-")
    if "direct" in rest or first in _TRUECOLOUR or (rest and rest[0] in _TRUECOLOUR):
        return "truecolour"
    return "256" if "256color" in term else "16"


def _unicode(environ: Mapping[str, str]) -> bool:
    if environ.get("TERM", "").lower() in ("dumb", "linux"):
        return False  # the console's font has no braille and no rounded corners
    named = [environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")]
    if not named[0] and named[1] in _COERCED and named[2] in ("C", "POSIX"):
        return False  # Python's own doing: the person has said C
    locale = next(filter(None, named), None)
    if locale is None:
        return True  # containers set nothing, and the terminals they show on speak UTF-8
    charset = locale.partition(".")[2] or locale  # macOS says plainly UTF-8
    return charset.partition("@")[0].lower().replace("-", "") == "utf8"
