"""What the screen runs on: its part of `makemore-tui doctor`. Imports no Textual."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from tui.config.config import read, settled
from tui.config.errors import ConfigError


def screen_facts(environ: Mapping[str, str], config: Path) -> dict[str, str]:
    """Names and values; colours and characters are those that the lab would use here.

    What is wrong in the configuration is told, and counts for nothing.
    """
    place = str(config)
    try:
        given = read(config)
    except ConfigError as error:
        given, place = {}, str(error)
    terminal = settled(given, {}).terminal(environ)
    colours = terminal.colours
    return {
        "textual": version("textual"),
        "terminal": _kind(environ),
        "colour": f"{colours} colours" if colours.isdigit() else colours,
        "characters": "Unicode" if terminal.unicode else "ASCII",
        "encoding": sys.stdout.encoding,
        "configuration": place,
    }


def _kind(environ: Mapping[str, str]) -> str:
    kind = environ.get("TERM", "no TERM")
    if not sys.stdout.isatty():
        return f"{kind}, standard output is no terminal"
    columns, rows = shutil.get_terminal_size()
    return f"{kind}, {columns}×{rows}"
