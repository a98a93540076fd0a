"""Before the screen begins: does the lab run already, or has it crashed? Then a person decides."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Final

import click

from engine import typed
from engine.errors import EngineError
from engine.labs import Listed
from engine.printable import printable
from engine.protocol import Resume

OUT_OF_REACH: Final = ("crashed", "elsewhere")  # in all other states an engine runs here


def runs(lab: Listed) -> bool:
    """Whether a screen can attach to it."""
    return lab.state not in OUT_OF_REACH


def arrive(
    lab: Listed | None,
    name: str,
    data: str | None = None,
    host: str | None = None,
    options: Sequence[str] = (),
) -> Resume | None:
    """Ask about a lab whose name is wanted for a new one.

    Args:
        lab: the one that has the name.
        name: the one that is wanted.
        data: the file that the new one is to be on, where a person named one.
        host: the machine that they are on, as ssh takes it; None: this one.
        options: those given that only a lab that begins has a use for.

    Returns:
        What is to be taken up, if it crashed and a person wants that.

    Raises:
        EngineError: it runs, and nobody wants to attach to it.
    """
    if lab is None:
        return None
    without = f", without {' and '.join(options)}" if options else ""
    same = data is None or lab.data is None or _is_same(data, lab.data, host)
    if lab.state == "crashed":
        then = time.strftime("%H:%M on %Y-%m-%d", time.localtime(lab.since))
        what = "it" if lab.step is None else f"step {lab.step:,}"
        on = "" if lab.data is None else f" on {printable(lab.data)}"
        instead = "" if same else f" instead of opening {printable(str(data))}"
        question = (
            f"The lab {name}{on} did not end well; {what} was saved at {then}."
            f" Resume it{instead}{without}?"
        )
        return Resume(lab.saved) if click.confirm(question, default=same) else None
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
    return None


def _is_same(asked: str, data: str, host: str | None) -> bool:
    """Whether a file that a person names is that of a lab.

    Args:
        asked: as it was typed; on this machine the whole path.
        data: the whole path, printable.
        host: where both are; what is relative there is relative to a folder unknown here.
    """
    if host is None:
        return printable(os.path.realpath(asked)) == os.path.realpath(data)
    end = printable(asked.removeprefix("~/").removeprefix("./"))
    return data == end or data.endswith("/" + end)


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
            f"The lab {name} did not end well. {typed.resume(name, saved, host or '')} takes it up"
            " from its newest save."
        )
    running = f" There are: {listed}." if names else ""
    raise EngineError(f"No lab called {printable(name)} runs.{running}")
