"""`makemore-tui ls`: the labs of this machine, a line each."""

from __future__ import annotations

import asyncio
import shutil
import sys

import click
import msgspec

from engine.cli.console import narrate, write, write_json
from engine.cli.option_groups.common import host_option, json_option
from engine.local import command_lines
from engine.local.lab_list import labs, silence
from engine.local.lab_summary import LEFT, SAVED, SILENT, Listed
from engine.local.saved_labs import saved_labs
from engine.remote.ssh import labs_of
from engine.remote.stdio_bridge import WIRE_BEGINS
from engine.text.dates import when
from engine.text.printable import columns, printable

HEADER = ("NAME", "DATA", "MODEL", "DEVICE", "STATE", "STEP", "LOSS", "SCREENS", "SINCE")
LESS_NEEDED = ("SCREENS", "DEVICE", "MODEL")  # left out first, where there is no room


@click.command("ls")
@click.option("--all", "all_", is_flag=True, help="Those that were ended and are saved, too.")
@host_option
@json_option
@click.option("--marked", is_flag=True, hidden=True)  # for a makemore-tui on another machine
def command(all_: bool, host: str | None, program: str, as_json: bool, marked: bool) -> None:
    """The labs that run on a machine, and those that wait to be taken up again."""
    every = [*asyncio.run(labs()), *saved_labs()] if host is None else labs_of(host, program)
    every.sort(key=lambda lab: lab.name)
    found = [lab for lab in every if all_ or lab.state != SAVED]
    if marked:
        write(WIRE_BEGINS.decode(), end="")
    if as_json:
        for lab in found:
            write_json(msgspec.to_builtins(lab))
        return
    if not found:
        past = f" ls --all lists {len(every):,} that are saved." if every else ""
        narrate(f"No lab runs. {command_lines.lab(host or '', program)} opens one.{past}")
        return
    rows, widths = _fitted([HEADER, *map(_row, found)])
    for row in rows:
        padded = zip(row, widths, strict=True)
        cells = [cell + " " * (width - _width(cell)) for cell, width in padded]
        write("  ".join(cells).rstrip(), is_escaped=True)
    for lab in found:
        if lab.state in LEFT and lab.trouble is None:
            how = "did not end well" if lab.state == "crashed" else "has ended"
            command = command_lines.attach(lab.name, host or "", program)
            narrate(f"{lab.name} {how}. {command} takes it up.")
        elif lab.trouble is not None:
            narrate(lab.trouble)
        elif lab.host is not None:
            narrate(f"{lab.name} runs on {lab.host}, which shares this home folder.")
        elif lab.state == SILENT:
            narrate(silence(lab.name, lab.pid))


def _fitted(rows: list[tuple[str, ...]]) -> tuple[list[tuple[str, ...]], list[int]]:
    """The rows and the widths of their columns; without some, where a terminal is too narrow."""
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    table = list(zip(*rows, strict=True))
    for name in (*LESS_NEEDED, None):
        widths = [max(map(_width, column)) for column in table]
        if room is None or name is None or sum(widths) + 2 * (len(widths) - 1) <= room:
            break
        table = [column for column in table if column[0] != name]
    return list(zip(*table, strict=True)), widths


def _row(lab: Listed) -> tuple[str, ...]:
    """The cells of a line, which stays one whatever another machine or a file says in them.

    A model that is fitted at once has no steps, and the goal 0.
    """
    goal = "" if lab.goal is None else f"/{lab.goal:,}"
    cells = (
        lab.name,
        (lab.data or "–").rpartition("/")[2],
        lab.model or "–",
        lab.device or "–",
        lab.state,
        "–" if lab.step is None or lab.goal == 0 else f"{lab.step:,}{goal}",
        "–" if lab.loss is None else f"{lab.loss:.4f}",
        "–" if lab.clients is None else str(lab.clients),
        when(lab.since),
    )
    return tuple(cell.translate({ord("\n"): "␊", ord("\t"): "␉"}) for cell in cells)


def _width(cell: str) -> int:
    """How many columns a cell takes on a terminal, which obeys nothing of it."""
    return columns(printable(cell))
