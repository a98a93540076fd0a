"""A lab that is asked for by its name, and neither runs nor waits to be taken up."""

from __future__ import annotations

from engine import typed
from engine.errors import EngineError
from engine.labs import gone
from engine.places import Place
from engine.printable import printable


def no_lab(name: str, advice: str, *, is_here: bool = True) -> EngineError:
    """The error that says so, and what goes on from its newest save.

    Args:
        name: of the lab.
        advice: a sentence for where there is none; may be empty.
        is_here: on this machine, whose saves can be looked at.

    Raises:
        BadName: no lab can be called so.
    """
    saved = gone(Place(name)).saved if is_here else None
    if saved is not None:
        advice = f"{typed.resume(name, saved)} goes on from where it was saved last."
    return EngineError(f"No lab called {printable(name)} runs. {advice}".rstrip())
