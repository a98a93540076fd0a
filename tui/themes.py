"""Our dark and our light theme: quiet greys, the lecture's blue for data, one amber accent."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="makemore-dark",
    primary="#6babe3",  # data: curves and bars, from the ramp
    secondary="#a48fe0",
    accent="#f2b134",  # the focus, the cursor and the keys; nothing else
    warning="#f2b134",
    error="#e5636f",
    success="#6fbf8b",
    foreground="#d6dce4",
    background="#14181d",
    surface="#14181d",
    panel="#1b2027",
    dark=True,
    variables={
        "foreground-muted": "#8b95a1",
        "footer-background": "#14181d",
        "border": "#f2b134",
        "border-blurred": "#343c46",
        "input-cursor-background": "#f2b134",
        "input-selection-background": "#6babe3 35%",
        "block-cursor-background": "#2a3441",
        "block-cursor-foreground": "#d6dce4",
        "scrollbar": "#343c46",
        "scrollbar-background": "#14181d",
    },
)

LIGHT: Final = Theme(
    name="makemore-light",
    primary="#2171b5",
    secondary="#7a5cc0",
    accent="#b45f06",
    warning="#b45f06",
    error="#b3263a",
    success="#2b7a4b",
    foreground="#1f2730",
    background="#f7f9fb",
    surface="#f7f9fb",
    panel="#eceff3",
    dark=False,
    variables={
        "foreground-muted": "#5f6b78",
        "footer-background": "#f7f9fb",
        "border": "#b45f06",
        "border-blurred": "#c9d0d8",
        "input-cursor-background": "#b45f06",
        "input-selection-background": "#2171b5 30%",
        "block-cursor-background": "#dbe4ee",
        "block-cursor-foreground": "#1f2730",
        "scrollbar": "#c9d0d8",
        "scrollbar-background": "#f7f9fb",
    },
)
