"""`makemore-tui engine --stdio`: the far end of a screen on another machine. Nobody types this."""

from __future__ import annotations

import asyncio

import click

from engine.remote.stdio_bridge import bridge
from engine.settings.limits import IDLE_SECONDS


@click.command("engine")
@click.option(
    "--stdio", is_flag=True, required=True, expose_value=False,  # there is no other way yet
    help="Speak over standard input and output.",
)  # fmt: skip
@click.option("--name", required=True, help="Of the lab.")
@click.option("--idle", "idle_seconds", default=IDLE_SECONDS, show_default=True, help="Seconds.")
@click.option("--attach", is_flag=True, help="Start no engine.")
def command(name: str, idle_seconds: float, attach: bool) -> None:
    """Connect a screen on another machine to a lab on this one, through ssh."""
    asyncio.run(bridge(name, idle_seconds, attach=attach))
