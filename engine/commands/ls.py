"""`makemore-tui ls`: the labs of this machine, a line each."""

from __future__ import annotations

import asyncio
import time

import click
import msgspec

from engine import typed
from engine.cli import json_option
from engine.console import narrate, write, write_json
from engine.labs import SILENT, Listed, labs, silence
from engine.mark import MARK
from engine.printable import columns, printable

HEADER = ("NAME", "DATA", "MODEL", "DEVICE", "STATE", "STEP", "LOSS", "SCREENS", "SINCE")


@click.command("ls")
@json_option
@click.option("--marked", is_flag=True, hidden=True)  # for a makemore-tui on another machine
def command(as_json: bool, marked: bool) -> None:
    """The labs that run on this machine, and those that wait to be taken up again."""
    found = asyncio.run(labs())
    if marked:
        write(MARK.decode(), end="")
    if as_json:
        for lab in found:
            write_json(msgspec.to_builtins(lab))
        return
    if not found:
        narrate("No lab runs. makemore-tui opens one.")
        return
    rows = [HEADER, *map(_row, found)]
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = zip(row, widths, strict=True)
        cells = [cell + " " * (width - columns(cell)) for cell, width in padded]
        write("  ".join(cells).rstrip(), is_escaped=True)
    for lab in found:
        if lab.saved is not None:
            how = "did not end well" if lab.state == "crashed" else "has ended, and is saved"
            narrate(f"{lab.name} {how}. {typed.attach(lab.name)} resumes it.")
        elif lab.trouble is not None:
            narrate(lab.trouble)
        elif lab.host is not None:
            narrate(f"{lab.name} runs on {printable(lab.host)}, which shares this home folder.")
        elif lab.state == SILENT:
            narrate(silence(lab.name, lab.pid))


def _row(lab: Listed) -> tuple[str, ...]:
    step = "–" if lab.step is None else f"{lab.step:,}/{lab.goal:,}"
    return (
        lab.name,
        printable((lab.data or "–").rpartition("/")[2]),
        lab.model or "–",
        lab.device or "–",
        lab.state,
        step,
        "–" if lab.loss is None else f"{lab.loss:.4f}",
        "–" if lab.clients is None else str(lab.clients),
        "–" if lab.since is None else _when(lab.since),
    )


def _when(since: float) -> str:
    """The time of day; of another day, its date too."""
    then = time.localtime(since)
    today = time.localtime()[:3] == then[:3]
    return time.strftime("%H:%M" if today else "%Y-%m-%d %H:%M", then)
