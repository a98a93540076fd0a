"""`makemore-tui rename OLD NEW`: give a saved lab another name."""

from __future__ import annotations

import click

from engine.cli.console import narrate
from engine.cli.option_groups.common import complete_saved_lab
from engine.local import command_lines
from engine.local.lab_folders import rename


@click.command("rename")
@click.argument("old", shell_complete=complete_saved_lab)
@click.argument("new")
def command(old: str, new: str) -> None:
    """Give a saved lab another name; see makemore-tui ls --all."""
    rename(old, new)
    narrate(f"{old} is called {new} now. {command_lines.attach(new)} takes it up.")
