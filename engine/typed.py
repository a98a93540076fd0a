"""What a person types to open a lab, and to take it up again. Imports no torch."""

from __future__ import annotations

import shlex

from engine.places import PROGRAM
from engine.printable import printable


def attach(name: str, host: str = "", program: str = PROGRAM) -> str:
    """Take up a lab that runs.

    Args:
        name: of the lab.
        host: the machine that it is on, as ssh takes it; empty: this one.
        program: makemore-tui over there.
    """
    return _line("attach", *_there(host, program), name)


def resume(name: str, saved: str, host: str = "", program: str = PROGRAM) -> str:
    """Go on from a file that a lab was saved to, under the same name; see `attach`."""
    return _line(*_there(host, program), "--name", name, "--resume", saved)


def opening(file: str, *, is_checkpoint: bool) -> str:
    """Open a lab on a file, or go on from it."""
    return _line("--resume" if is_checkpoint else "--data", file)


def _there(host: str, program: str) -> tuple[str, ...]:
    other = ("--remote-program", program) if program != PROGRAM else ()
    return ("--host", host, *other) if host else ()


def _line(*words: str) -> str:
    return printable(shlex.join((PROGRAM, *words)))
