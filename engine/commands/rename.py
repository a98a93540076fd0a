"""`makemore-tui rename OLD NEW`: give a saved lab another name."""

from __future__ import annotations

import click

from engine import typed
from engine.cli import complete_saved_lab
from engine.console import narrate
from engine.lab_folders import rename


@click.command("rename")
@click.argument("old", shell_complete=complete_saved_lab)
@click.argument("new")
def command(old: str, new: str) -> None:
    """Give a saved lab another name; see makemore-tui ls --all."""
    rename(old, new)
    narrate(f"{old} is called {new} now. {typed.attach(new)} takes it up.")
