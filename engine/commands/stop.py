"""`makemore-tui stop NAME`: end a lab that runs in the background."""

from __future__ import annotations

import asyncio

import click

from engine.claim import standing
from engine.cli import complete_lab, narrate
from engine.errors import EngineError
from engine.labs import forget
from engine.places import Place
from engine.process import EngineProcess


@click.command("stop")
@click.argument("name", shell_complete=complete_lab)
@click.option("--no-save", is_flag=True, help="End it even where it cannot be saved.")
def command(name: str, no_save: bool) -> None:
    """Save a lab, and end its engine; see makemore-tui ls."""
    place = Place(name)
    state, holder = standing(place)
    if state == "crashed" and holder is not None:
        forget(place, holder, wholly=True)
        narrate(f"{name} had ended already, and not well. Its saves are in {place.saves}.")
        return
    if state != "running":
        raise EngineError(f"No lab called {name} runs. makemore-tui ls lists those that do.")
    asyncio.run(_stop(name, save=not no_save))
    narrate(f"Stopped {name}.")


async def _stop(name: str, *, save: bool) -> None:
    engine = EngineProcess(name)
    await engine.start()
    await engine.stop(save=save)
