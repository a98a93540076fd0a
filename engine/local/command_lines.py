"""What a person types to open a lab, and to take it up again. Imports no torch."""

from __future__ import annotations

import shlex

from engine.local.paths import PROGRAM
from engine.text.printable import printable


def attach(name: str, host: str = "", program: str = PROGRAM) -> str:
    """Take up a lab that runs.

    Args:
        name: of the lab.
        host: the machine that it is on, as ssh takes it; empty: this one.
        program: makemore-tui over there.
    """
    return _line("attach", *_there(host, program), name)


def lab(host: str = "", program: str = PROGRAM) -> str:
    """Open a lab; see `attach`."""
    return _line(*_there(host, program))


def delete(name: str) -> str:
    """Delete a lab that is saved."""
    return _line("delete", name)


def go_on(saved: str, lab: str = "", host: str = "", program: str = PROGRAM) -> str:
    """Go on with a lab that was saved; see `attach`.

    Args:
        saved: the file that it is in.
        lab: its name, where that is enough to find the file.
        host: see `attach`.
        program: see `attach`.
    """
    if lab:
        return attach(lab, host, program)
    return _line(*_there(host, program), "--resume", saved)


def opening(file: str, *, is_checkpoint: bool) -> str:
    """Open a lab on a file, or go on from it."""
    return _line("--resume" if is_checkpoint else "--data", file)


def _there(host: str, program: str) -> tuple[str, ...]:
    other = ("--remote-program", program) if program != PROGRAM else ()
    return ("--host", host, *other) if host else ()


def _line(*words: str) -> str:
    return printable(shlex.join((PROGRAM, *words)))
