"""A lab that is asked for by its name, and neither runs nor waits to be taken up."""

from __future__ import annotations

from engine.errors import EngineError, LabGone
from engine.local import command_lines
from engine.local.paths import LabPaths
from engine.local.saved_labs import gone
from engine.text.printable import printable


def no_lab(name: str, advice: str, *, is_here: bool = True) -> EngineError:
    """The error that says so, and what goes on from its newest save.

    Args:
        name: of the lab.
        advice: a sentence for where there is none; may be empty.
        is_here: on this machine, whose saves can be looked at.

    Raises:
        BadName: no lab can be called so.
    """
    end = gone(LabPaths(name)) if is_here else None
    if isinstance(end, LabGone):
        if end.saved is not None:
            advice = f"{command_lines.attach(name)} takes it up where it was saved."
    elif end is not None:
        advice = str(end)  # its saves cannot be looked at
    return EngineError(f"No lab called {printable(name)} runs. {advice}".rstrip())
