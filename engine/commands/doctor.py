"""`makemore-tui doctor`: what the program runs on, to be read or to be sent with a question."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from importlib.metadata import version

import click

from engine.cli import echo_json, json_option
from engine.places import Place, labs_folder, runtime_folder
from engine.printable import printable


@click.command("doctor")
@json_option
def command(as_json: bool) -> None:
    """What it runs on: Python, torch, devices, terminal, paths."""
    import torch  # takes a while: --help and a shell's completion can do without

    from engine.devices import available_devices
    from engine.reading import built_in_path

    facts = {
        "makemore-tui": version("makemore-tui"),
        "python": f"{platform.python_version()} ({sys.executable})",
        "platform": platform.platform(),
        "torch": str(torch.__version__),
        **{f"device {name}": what for name, what in available_devices().items()},
        "textual": version("textual"),
        "terminal": _terminal(),
        "colour": _colour(),
        "encoding": sys.stdout.encoding,
        "built-in data": str(built_in_path()),
        "labs": str(labs_folder()),
        "sockets": str(runtime_folder()),
        "logs": str(Place("names").log.parent),
    }
    if as_json:
        echo_json(facts)
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        click.echo(f"{name:<{width}}  {printable(value)}")


def _terminal() -> str:
    kind = os.environ.get("TERM", "no TERM")
    if not sys.stdout.isatty():
        return f"{kind}, standard output is no terminal"
    columns, rows = shutil.get_terminal_size()
    return f"{kind}, {columns}×{rows}"


def _colour() -> str:
    """What the environment promises, by the rules that terminal programs go by."""
    if "NO_COLOR" in os.environ:
        return "none (NO_COLOR)"
    if os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "truecolour (COLORTERM)"
    kind = os.environ.get("TERM", "")
    if kind in ("", "dumb"):
        return "none (TERM)"
    return "256 colours (TERM)" if "256" in kind else "16 colours (TERM)"
