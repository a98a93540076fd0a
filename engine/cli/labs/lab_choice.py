"""Before the screen begins: does the lab run already, or wait to be resumed? A person decides."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final, Literal

import click

from engine.cli.console import narrate
from engine.errors import EngineError
from engine.local import command_lines
from engine.local.lab_summary import LEFT, SAVED, UNKNOWN, Listed
from engine.local.paths import PROGRAM
from engine.local.saved_labs import no_lab
from engine.text.dates import when
from engine.text.printable import path_text, printable
from engine.wire.requests import Open, Resume

MOST_LISTED: Final = 10
OUT_OF_REACH: Final = (*LEFT, SAVED, UNKNOWN, "elsewhere")  # else an engine runs here


def runs(lab: Listed) -> bool:
    """Whether a screen can attach to it."""
    return lab.state not in OUT_OF_REACH


def arrive(
    lab: Listed | None,
    data: str | None = None,
    host: str | None = None,
    options: Sequence[str] = (),
) -> Open | Resume | Literal["attach"] | None:
    """Ask about a lab whose name is wanted for a new one.

    `data` is the file that the new one is to be on, and `options` are those that only a lab that
    begins has a use for. Returns what is to be taken up or attached to; None: a lab is to begin.
    Raises EngineError if the lab runs and nobody wants to attach to it.
    """
    if lab is None:
        return None
    without = f", without {' and '.join(options)}" if options else ""
    same = data is None or lab.data is None or _is_same(data, lab.data, host)
    if lab.state in LEFT:
        instead = "" if same else f" instead of opening {data}"
        question = f"{end_of(lab)} Resume it{instead}{without}?"
        if confirmed(question, default=same):
            return _again(lab)
        if lab.again is None:
            narrate(f"It stays: {command_lines.attach(lab.name)} takes it up.")
        return None
    if lab.state == SAVED:
        if confirmed(f"{end_of(lab)} Resume it{without}?", default=same):
            return _again(lab)
        raise EngineError(
            f"{lab.name} stays that lab's name. Give the new one another --name;"
            f" {command_lines.delete(lab.name)} deletes that lab."
        )
    if not runs(lab):
        raise EngineError(
            f"A lab called {lab.name} runs on {lab.host or ''}, which shares this home"
            " folder. Attach to it there, or give this one another --name."
        )
    step = "" if lab.step is None else f", step {lab.step:,}"
    on = "" if lab.data is None else f" on {lab.data}"
    other = "" if same else f", not on {data}"
    question = f"A lab called {lab.name} runs{on}{other} ({lab.state}{step})."
    if not confirmed(f"{question} Attach{without}?", default=same and not options):
        raise EngineError(f"The lab {lab.name} was left alone. Give the new one another --name.")
    return None if lab.data is None else "attach"


def taken_up(lab: Listed) -> Open | Resume | None:
    """What takes up a lab that has ended; None: it runs. Raises EngineError if nobody wants it."""
    check_is_known(lab)
    if lab.state in LEFT and not confirmed(f"{end_of(lab)} Resume it?", default=True):
        raise EngineError(f"The lab {lab.name} was left alone.")
    return _again(lab) if lab.state in (*LEFT, SAVED) else None


def _again(lab: Listed) -> Open | Resume:
    """What begins a lab again where it was, or as it began, if nothing of it is saved."""
    return lab.again or Resume(lab.saved)


def check_is_known(lab: Listed | None) -> None:
    """Raise EngineError for a name of which nobody knows what it stands for now."""
    if lab is not None and lab.trouble is not None:
        raise EngineError(f"{lab.trouble} Or give a new lab another --name.")


def end_of(lab: Listed) -> str:
    """How a lab ended, and what is saved of it."""
    on = "" if lab.data is None else f" on {lab.data}"
    how = "did not end well" if lab.state == "crashed" else "has ended"
    if lab.again is not None:
        return f"The lab {lab.name}{on} {how}; nothing of it was saved yet, so it begins again."
    what = "it" if lab.step is None else f"step {lab.step:,}"
    return f"The lab {lab.name}{on} {how}; {what} was saved at {when(lab.since)}."


def confirmed(question: str, *, default: bool) -> bool:
    """Ask a person; what other processes and files say of a lab does nothing to the terminal."""
    return click.confirm(printable(question), default=default)


def _is_same(asked: str, data: str, host: str | None) -> bool:
    """Whether a file, as a person typed it, is that of a lab, whose whole path `data` is.

    On another machine, what is relative is so to a folder unknown here.
    """
    if host is None:
        return path_text(os.path.realpath(asked)) == os.path.realpath(data)
    end = path_text(asked.removeprefix("~/").removeprefix("./"))
    return data == end or data.endswith("/" + end)


def chosen(labs: Sequence[Listed], name: str | None, host: str | None = None) -> Listed:
    """The lab of a name; without one, the only lab that runs, or else the only one that waits.

    Raises EngineError if there is none, or it is not clear which is meant.
    """
    here = [lab for lab in labs if lab.state != "elsewhere"]
    if name is not None:
        found = next((lab for lab in here if lab.name == name), None)
        if found is None:
            there_are = f"There are: {_listed(here)}." if here else ""
            raise no_lab(name, there_are, is_here=host is None)
        return found
    candidates = [lab for lab in here if runs(lab)]
    candidates = candidates or [lab for lab in here if lab.state != SAVED]
    if not candidates:
        past = f" Saved are: {_listed(here)}. Name the one to attach to." if here else ""
        raise EngineError(f"No lab runs. {PROGRAM} opens one.{past}")
    if len(candidates) > 1:
        kind = "run" if runs(candidates[0]) else "have ended"
        raise EngineError(
            f"{len(candidates)} labs {kind}: {_listed(candidates)}. Name the one to attach to."
        )
    return candidates[0]


def _listed(labs: Sequence[Listed]) -> str:
    more = f" and {len(labs) - MOST_LISTED:,} more" if len(labs) > MOST_LISTED else ""
    return ", ".join(lab.name for lab in labs[:MOST_LISTED]) + more
