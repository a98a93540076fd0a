"""The command lines that people are told, to open a lab or to take one up again."""

from __future__ import annotations

import shlex

from engine.local.paths import PROGRAM
from engine.text.printable import printable


def attach(name: str, host: str = "", program: str = PROGRAM) -> str:
    """The command that takes up a lab, on a host where makemore-tui is called `program`."""
    return line("attach", *_there(host, program), name)


def lab(host: str = "", program: str = PROGRAM) -> str:
    """The command that opens a lab; see `attach`."""
    return line(*_there(host, program))


def delete(name: str) -> str:
    """The command that deletes a lab that is saved."""
    return line("delete", name)


def go_on(saved: str, lab: str = "", host: str = "", program: str = PROGRAM) -> str:
    """The command that goes on with a saved lab: by its name, if that is given, or its file."""
    if lab:
        return attach(lab, host, program)
    return line(*_there(host, program), "--resume", saved)


def opening(file: str, *, is_checkpoint: bool) -> str:
    """The command that opens a lab on a data file, or goes on from a checkpoint."""
    return line("--resume" if is_checkpoint else "--data", file)


def _there(host: str, program: str) -> tuple[str, ...]:
    other = ("--remote-program", program) if program != PROGRAM else ()
    return ("--host", host, *other) if host else ()


def line(*words: str) -> str:
    """The command makemore-tui with these words behind it."""
    return printable(shlex.join((PROGRAM, *words)))
