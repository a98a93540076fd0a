"""Our dark and our light theme: quiet greys, the lecture's blue for data, one amber accent.

Both are there for each depth of colour, under the same names: with 256 colours and with fewer they
take what the terminal's own palette has. Without colours there is one for both, in black and white:
what is highlighted has a light background, which `terminal_filters` sends as reverse video.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual.theme import Theme

from tui.config.config import DARK, LIGHT
from tui.terminal.capabilities import Colours


@dataclass(frozen=True)
class _Colours:
    """What a theme is made of."""

    text: str
    muted: str
    background: str
    panel: str  # fields, toasts and lists, which lie above the background
    data: str  # curves and bars, from the ramp
    second: str  # the count model's line
    accent: str  # the focus, the cursor and the keys; nothing else
    good: str
    bad: str
    border: str
    chosen: str  # background of the chosen line of a list
    on_chosen: str
    selected: str  # background of selected text


_DARK: Final[dict[Colours, _Colours]] = {
    "truecolour": _Colours(
        text="#d6dce4", muted="#8b95a1", background="#14181d", panel="#1b2027", data="#6babe3",
        second="#a48fe0", accent="#f2b134", good="#6fbf8b", bad="#e5636f", border="#343c46",
        chosen="#2a3441", on_chosen="#d6dce4", selected="#6babe3 35%",
    ),
    "256": _Colours(
        text="#d7d7ff", muted="#949494", background="#121212", panel="#262626", data="#5fafd7",
        second="#af87d7", accent="#ffaf00", good="#5faf87", bad="#ff5f5f", border="#444444",
        chosen="#303030", on_chosen="#ffffff", selected="#005f87",
    ),
    "16": _Colours(
        text="#ffffff", muted="#aaaaaa", background="#000000", panel="#0000aa", data="#55ffff",
        second="#ff55ff", accent="#ffff55", good="#55ff55", bad="#ff5555", border="#555555",
        chosen="#0000aa", on_chosen="#ffffff", selected="#00aaaa",
    ),
    "8": _Colours(  # the accent is green: the console's amber is a brown as a background
        text="#ffffff", muted="#aaaaaa", background="#000000", panel="#0000aa", data="#55ffff",
        second="#ff55ff", accent="#55ff55", good="#00aa00", bad="#ff5555", border="#555555",
        chosen="#0000aa", on_chosen="#ffffff", selected="#aa00aa",
    ),
    "none": _Colours(
        text="#ffffff", muted="#808080", background="#000000", panel="#000000", data="#ffffff",
        second="#ffffff", accent="#ffffff", good="#ffffff", bad="#ffffff", border="#808080",
        chosen="#ffffff", on_chosen="#000000", selected="#ffffff",
    ),
}  # fmt: skip
_LIGHT: Final[dict[Colours, _Colours]] = {
    "truecolour": _Colours(
        text="#1f2730", muted="#5f6b78", background="#f7f9fb", panel="#eceff3", data="#2171b5",
        second="#7a5cc0", accent="#a95500", good="#2b7a4b", bad="#b3263a", border="#c9d0d8",
        chosen="#dbe4ee", on_chosen="#1f2730", selected="#2171b5 30%",
    ),
    "256": _Colours(
        text="#121212", muted="#585858", background="#ffffff", panel="#d7ffff", data="#005faf",
        second="#875faf", accent="#af5f00", good="#005f00", bad="#af0000", border="#949494",
        chosen="#afd7ff", on_chosen="#000000", selected="#afd7ff",
    ),
    "16": _Colours(
        text="#000000", muted="#555555", background="#ffffff", panel="#55ffff", data="#0000aa",
        second="#aa00aa", accent="#aa00aa", good="#0000aa", bad="#aa0000", border="#aaaaaa",
        chosen="#55ffff", on_chosen="#000000", selected="#aaaaaa",
    ),
    "8": _Colours(
        text="#000000", muted="#0000aa", background="#aaaaaa", panel="#00aaaa", data="#0000aa",
        second="#000000", accent="#000000", good="#0000aa", bad="#000000", border="#555555",
        chosen="#00aaaa", on_chosen="#000000", selected="#aaaaaa",
    ),
    "none": _DARK["none"],
}  # fmt: skip


def themes(colours: Colours) -> tuple[Theme, Theme]:
    """The dark and the light theme for a depth of colour."""
    return (
        _theme(DARK, _DARK[colours], dark=True),
        # Without colours the terminal shows its own two, whichever of them is the lighter.
        _theme(LIGHT, _LIGHT[colours], dark=colours == "none"),
    )


def _theme(name: str, colours: _Colours, *, dark: bool) -> Theme:
    return Theme(
        name=name,
        primary=colours.data,
        secondary=colours.second,
        accent=colours.accent,
        warning=colours.accent,
        error=colours.bad,
        success=colours.good,
        foreground=colours.text,
        background=colours.background,
        surface=colours.background,
        panel=colours.panel,
        dark=dark,
        variables={
            "foreground-muted": colours.muted,
            "text-disabled": colours.muted,  # of an empty field; a blend may be nobody's colour
            "footer-background": colours.background,
            "border": colours.accent,
            "border-blurred": colours.border,
            "input-cursor-background": colours.accent,
            "input-cursor-foreground": colours.background,
            "input-selection-background": colours.selected,
            "block-cursor-background": colours.chosen,
            "block-cursor-foreground": colours.on_chosen,
            "block-cursor-blurred-background": colours.chosen,
            "block-cursor-blurred-foreground": colours.on_chosen,
            "scrollbar": colours.border,
            "scrollbar-background": colours.background,
        },
    )
