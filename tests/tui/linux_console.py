"""Linux' console: what its kernel makes of escape sequences for colours (drivers/tty/vt/vt.c)."""

from __future__ import annotations

from typing import Any

import pyte
from pyte.screens import Char

from tui.app import LabApp
from tui.terminal.cell_buffer import Difference, Frame

NAMES = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")
DARK = ("#000000", "#aa0000", "#00aa00", "#aa5500", "#0000aa", "#aa00aa", "#00aaaa", "#aaaaaa")
BRIGHT = ("#555555", "#ff5555", "#55ff55", "#ffff55", "#5555ff", "#ff55ff", "#55ffff", "#ffffff")
GREEN, CYAN = 2, 6


class LinuxConsole(pyte.Screen):
    """Letters of 16 colours on grounds of eight."""

    def select_graphic_rendition(self, *attrs: int, **_: Any) -> None:
        """csi_m: 90 to 97 are bold and 30 to 37, and bold stays; 100 to 107 are 40 to 47."""
        taken: list[int] = []
        for code in attrs:
            if 90 <= code <= 97:
                taken += [1, code - 60]
            elif 100 <= code <= 107:
                taken.append(code - 60)
            else:
                taken.append(code)
        super().select_graphic_rendition(*taken)

    def shown(self, x: int, y: int) -> tuple[str, str, str]:
        """A cell's character, its colour, and that of its ground (build_attr)."""
        cell: Char = self.buffer[y][x]
        ink = NAMES.index(cell.fg) if cell.fg != "default" else 7
        ground = NAMES.index(cell.bg) if cell.bg != "default" else 0
        if cell.italics:
            ink = GREEN
        elif cell.underscore:
            ink = CYAN
        if cell.reverse:
            ink, ground = ground, ink
        return cell.data, (BRIGHT if cell.bold else DARK)[ink], DARK[ground]


def on_console(app: LabApp) -> LinuxConsole:
    """What a console shows of the whole screen."""
    console = LinuxConsole(*app.size)
    update = app.screen._compositor.render_update(full=True)
    difference = Difference(Frame(app.terminal.colours), update, *app.size)
    pyte.Stream(console).feed(difference.render_segments(app.console))
    return console
