"""The engine as a process of its own: `python -m engine --name NAME`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys

import click

from engine.errors import EngineError, NameTaken
from engine.local.log import Formatter
from engine.local.paths import LabPaths
from engine.server.daemon import Daemon
from engine.settings.limits import SAVE_SECONDS
from engine.text.printable import safe_sentence

READY = "ready"
TAKEN = "taken"  # by another engine, in the same moment perhaps
FAILED = "failed"  # to begin


@click.command()
@click.option("--name", required=True, help="What the lab is called.")
@click.option(
    "--idle",
    "idle_seconds",
    default=0.0,
    show_default=True,
    help="Seconds without a screen and without a training after which the engine ends.",
)
@click.option(
    "--save-every",
    "save_seconds",
    default=SAVE_SECONDS,
    show_default=True,
    help="Seconds between two automatic saves.",
)
def main(name: str, idle_seconds: float, save_seconds: float) -> None:
    """Serve a lab to the screens that connect."""
    handler = logging.StreamHandler()
    handler.setFormatter(Formatter())
    logging.basicConfig(handlers=[handler])
    try:
        daemon = Daemon(LabPaths(name), idle_seconds, save_seconds)
        asyncio.run(daemon.run(ready=lambda: _tell(READY)))
        # As Python winds down, a worker that is still inside torch would abort: hence _exit.
        os._exit(0)
    except NameTaken as error:
        _tell(f"{TAKEN} {error}")
    except (EngineError, OSError) as error:
        with contextlib.suppress(BrokenPipeError):  # whoever started it has gone
            _tell(f"{FAILED} {safe_sentence(str(error))}")
        with contextlib.suppress(OSError):  # the log's disk is full
            click.echo(str(error), err=True)
        os._exit(1)


def _tell(line: str) -> None:
    """Say a line to whoever started this process; nobody reads a second one.

    Raises:
        BrokenPipeError: nobody reads any.
    """
    os.write(sys.stdout.fileno(), f"{line}\n".encode())
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)


if __name__ == "__main__":
    main()
