"""The error that a person gets who asks for a lab by a name under which none runs."""

from __future__ import annotations

from engine.errors import EngineError, LabGone
from engine.local import command_lines
from engine.local.paths import LabPaths
from engine.local.saved_labs import lab_gone
from engine.text.printable import printable


def no_lab(name: str, advice: str, *, is_here: bool = True) -> EngineError:
    """Make the error which says that no such lab runs, and what takes up its newest save.

    `advice` is a sentence for where there is none; it may be empty. Only the saves of this machine
    can be looked at. Raises BadName.
    """
    end = lab_gone(LabPaths(name)) if is_here else None
    if isinstance(end, LabGone):
        if end.saved is not None:
            advice = f"{command_lines.attach(name)} takes it up where it was saved."
    elif end is not None:
        advice = str(end)  # its saves cannot be looked at
    return EngineError(f"No lab called {printable(name)} runs. {advice}".rstrip())
