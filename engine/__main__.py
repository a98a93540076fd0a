"""The engine as a process of its own: `python -m engine --socket PATH`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from pathlib import Path

import click

from engine.errors import EngineError
from engine.server import run


@click.command()
@click.option("--socket", type=click.Path(path_type=Path), required=True, help="Where to listen.")
@click.option(
    "--idle",
    "idle_seconds",
    default=0.0,
    show_default=True,
    help="Seconds without a client after which the engine ends.",
)
def main(socket: Path, idle_seconds: float) -> None:
    """Serve a lab to the screens that connect."""
    logging.basicConfig(format="%(asctime)s %(process)d %(levelname)s %(message)s")
    try:
        # Whoever started this process waits for the line.
        asyncio.run(run(socket, idle_seconds, ready=lambda: click.echo("ready")))
        # The folder was made for the socket; a screen that was killed cannot remove it.
        with contextlib.suppress(OSError):
            socket.parent.rmdir()
        # A worker that is still inside torch would abort the process as Python winds down.
        os._exit(0)
    except (EngineError, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
