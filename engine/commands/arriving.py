"""Before the screen begins: does the lab run already, or wait to be resumed? A person decides."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Final, Literal

import click

from engine.commands.lost import no_lab
from engine.errors import EngineError
from engine.labs import LEFT, UNKNOWN, Listed
from engine.printable import path_text, printable
from engine.protocol import Resume

OUT_OF_REACH: Final = (*LEFT, UNKNOWN, "elsewhere")  # in all other states an engine runs here


def runs(lab: Listed) -> bool:
    """Whether a screen can attach to it."""
    return lab.state not in OUT_OF_REACH


def arrive(
    lab: Listed | None,
    name: str,
    data: str | None = None,
    host: str | None = None,
    options: Sequence[str] = (),
) -> Resume | Literal["attach"] | None:
    """Ask about a lab whose name is wanted for a new one.

    Args:
        lab: the one that has the name.
        name: the one that is wanted.
        data: the file that the new one is to be on, where a person named one.
        host: the machine that they are on, as ssh takes it; None: this one.
        options: those given that only a lab that begins has a use for.

    Returns:
        What is to be taken up, or that it is to be attached to; None: a lab is to begin.

    Raises:
        EngineError: it runs, and nobody wants to attach to it.
    """
    if lab is None:
        return None
    without = f", without {' and '.join(options)}" if options else ""
    same = data is None or lab.data is None or _is_same(data, lab.data, host)
    if lab.state in LEFT:
        instead = "" if same else f" instead of opening {printable(str(data))}"
        question = f"{_end_of(lab)} Resume it{instead}{without}?"
        if click.confirm(question, default=same):
            return Resume(lab.saved)
        click.echo(f"It stays in {printable(str(lab.saved))}.", err=True)
        return None
    if not runs(lab):
        raise EngineError(
            f"A lab called {name} runs on {printable(lab.host or '')}, which shares this home"
            " folder. Attach to it there, or give this one another --name."
        )
    step = "" if lab.step is None else f", step {lab.step:,}"
    on = "" if lab.data is None else f" on {printable(lab.data)}"
    other = "" if same else f", not on {printable(str(data))}"
    question = f"A lab called {name} runs{on}{other} ({printable(lab.state)}{step})."
    if not click.confirm(f"{question} Attach{without}?", default=same and not options):
        raise EngineError(f"The lab {name} was left alone. Give the new one another --name.")
    return None if lab.data is None else "attach"


def taken_up(lab: Listed) -> Resume | None:
    """What is to be taken up, where a lab to attach to does not run any more; None: it runs.

    Raises:
        EngineError: nobody wants that, or not enough is known of it.
    """
    check_seen(lab)
    if lab.state not in LEFT:
        return None
    if not click.confirm(f"{_end_of(lab)} Resume it?", default=True):
        raise EngineError(f"The lab {lab.name} was left alone. It is saved in {lab.saved}.")
    return Resume(lab.saved)


def check_seen(lab: Listed | None) -> None:
    """Refuse a name of which nobody knows what it stands for now.

    Raises:
        EngineError: says why.
    """
    if lab is not None and lab.trouble is not None:
        raise EngineError(f"{printable(lab.trouble)} Or give a new lab another --name.")


def _end_of(lab: Listed) -> str:
    """How a lab ended, and what is saved of it."""
    then = time.strftime("%H:%M on %Y-%m-%d", time.localtime(lab.since))
    what = "it" if lab.step is None else f"step {lab.step:,}"
    on = "" if lab.data is None else f" on {printable(lab.data)}"
    how = "did not end well" if lab.state == "crashed" else "has ended"
    return f"The lab {lab.name}{on} {how}; {what} was saved at {then}."


def _is_same(asked: str, data: str, host: str | None) -> bool:
    """Whether a file that a person names is that of a lab.

    Args:
        asked: as it was typed; on this machine the whole path.
        data: the whole path, as messages hold it.
        host: where both are; what is relative there is relative to a folder unknown here.
    """
    if host is None:
        return path_text(os.path.realpath(asked)) == os.path.realpath(data)
    end = path_text(asked.removeprefix("~/").removeprefix("./"))
    return data == end or data.endswith("/" + end)


def chosen(labs: Sequence[Listed], name: str | None, host: str | None = None) -> Listed:
    """The lab to attach to: one that runs, or that waits to be taken up.

    Args:
        labs: all there are.
        name: the one that is wanted; None: the only one that runs, or else the only one.
        host: the machine that they are on, as ssh takes it; None: this one.

    Raises:
        EngineError: there is none, or it is not clear which is meant.
    """
    here = [lab for lab in labs if lab.state != "elsewhere"]
    if name is not None:
        found = next((lab for lab in here if lab.name == name), None)
        if found is None:
            there_are = f"There are: {_listed(here)}." if here else ""
            raise no_lab(name, there_are, is_here=host is None)
        return found
    candidates = [lab for lab in here if runs(lab)] or here
    if not candidates:
        raise EngineError("No lab runs. makemore-tui opens one.")
    if len(candidates) > 1:
        kind = "run" if runs(candidates[0]) else "have ended"
        raise EngineError(
            f"{len(candidates)} labs {kind}: {_listed(candidates)}. Name the one to attach to."
        )
    return candidates[0]


def _listed(labs: Sequence[Listed]) -> str:
    return printable(", ".join(lab.name for lab in labs))
