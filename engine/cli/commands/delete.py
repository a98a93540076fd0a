"""`makemore-tui delete NAME`: delete a saved lab, after a question."""

from __future__ import annotations

import click

from engine.cli.console import narrate
from engine.cli.labs.lab_choice import confirmed, end_of
from engine.cli.option_groups.common import complete_saved_lab
from engine.errors import EngineError
from engine.local.lab_folders import delete
from engine.local.saved_labs import saved_labs


@click.command("delete")
@click.argument("name", shell_complete=complete_saved_lab)
@click.option("--yes", is_flag=True, help="Without a question.")
def command(name: str, yes: bool) -> None:
    """Delete a saved lab with all that was trained; see makemore-tui ls --all."""
    lab = next((lab for lab in saved_labs() if lab.name == name), None)
    if lab is not None and not yes and not confirmed(f"{end_of(lab)} Delete it?", default=False):
        raise EngineError(f"The lab {name} was left alone.")
    delete(name)
    narrate(f"Deleted {name}.")
