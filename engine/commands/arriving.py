"""Before the screen begins: does the lab run already, or has it crashed? Then a person decides."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence

import click

from engine.errors import EngineError
from engine.labs import Listed
from engine.places import PROGRAM
from engine.printable import printable
from engine.protocol import Resume

RUNNING = ("crashed", "elsewhere")  # all other states are those of an engine that runs


def runs(lab: Listed) -> bool:
    """Whether a screen can attach to it."""
    return lab.state not in RUNNING


def arrive(lab: Listed | None, name: str) -> Resume | None:
    """Ask about a lab whose name is wanted for a new one.

    Returns:
        What is to be taken up, if it crashed and a person wants that.

    Raises:
        EngineError: it runs, and nobody wants to attach to it.
    """
    if lab is None:
        return None
    if lab.state == "crashed":
        then = time.strftime("%H:%M on %Y-%m-%d", time.localtime(lab.since))
        what = "it" if lab.step is None else f"step {lab.step:,}"
        question = f"The lab {name} did not end well; {what} was saved at {then}. Resume it?"
        return Resume(lab.saved) if click.confirm(question, default=True) else None
    if not runs(lab):
        raise EngineError(
            f"A lab called {name} runs on {printable(lab.host or '')}, which shares this home"
            " folder. Attach to it there, or give this one another --name."
        )
    step = "" if lab.step is None else f", step {lab.step:,}"
    state = printable(lab.state)
    if not click.confirm(f"A lab called {name} runs ({state}{step}). Attach?", default=True):
        raise EngineError(f"The lab {name} was left alone. Give the new one another --name.")
    return None


def taking_up(name: str, saved: str, host: str | None = None) -> str:
    """What a person types to go on from the newest save of a lab that crashed."""
    there = ("--host", host) if host is not None else ()
    return printable(shlex.join((PROGRAM, *there, "--name", name, "--resume", saved)))


def chosen(labs: Sequence[Listed], name: str | None, host: str | None = None) -> str:
    """The name of the lab to attach to.

    Args:
        labs: all there are.
        name: the one that is wanted; None: the only one.
        host: the machine that they are on, as ssh takes it; None: this one.

    Raises:
        EngineError: it does not run, or it is not clear which is meant.
    """
    names = [lab.name for lab in labs if runs(lab)]
    if name is None and len(names) == 1:
        return names[0]
    listed = printable(", ".join(names))
    if name is None and names:
        raise EngineError(f"{len(names)} labs run: {listed}. Name the one to attach to.")
    if name is None:
        raise EngineError("No lab runs. makemore-tui opens one.")
    if name in names:
        return name
    saved = next((lab.saved for lab in labs if lab.name == name and lab.saved), None)
    if saved is not None:
        raise EngineError(
            f"The lab {name} did not end well. {taking_up(name, saved, host)} takes it up from its"
            " newest save."
        )
    running = f" There are: {listed}." if names else ""
    raise EngineError(f"No lab called {printable(name)} runs.{running}")
