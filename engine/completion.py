"""How shells complete a line: click's way, but for what it makes of `--name=value` and of commas.

Of `--name=value` the value is completed. zsh and fish hand over the whole word: their scripts keep
`--name=` in front of what is offered. bash makes three words of it, and replaces the last alone.
"""

from __future__ import annotations

from typing import Final

from click.shell_completion import (
    BashComplete,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

_NAME: Final = "(string match --regex '^--[^=]+=' -- (commandline -t))"  # in fish
_IN_FRONT: Final = "string replace --regex '^' -- \"$name\""


def _altered(script: str, *changes: tuple[str, str]) -> str:
    """Click's script with other words; where another click has other words, its script as it is."""
    for theirs, ours in changes:
        script = script.replace(theirs, ours)
    return script


class _Splitting(ShellComplete):
    """Takes `--name=value` for two words."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor, and the one at it."""
        args, incomplete = super().get_completion_args()
        args = [word for word in args if word != "="]
        name, equals, value = incomplete.partition("=")
        if not name and equals:
            return args, value
        return ([*args, name], value) if equals and name.startswith("--") else (args, incomplete)


@add_completion_class
class Bash(_Splitting, BashComplete):
    """As click has it."""


@add_completion_class
class Zsh(_Splitting, ZshComplete):
    """With a script that leaves `--name=` out of what it compares, and in place."""

    source_template = _altered(
        ZshComplete.source_template,
        ("    for type key descr", "    compset -P '--[^=]##='\n    for type key descr"),
        (" -U", ""),  # it would offer what the word does not begin with
    )


@add_completion_class
class Fish(_Splitting, FishComplete):
    """With a script that puts `--name=` in front, and splits at the first comma alone."""

    source_template = _altered(
        FishComplete.source_template,
        ('string split ","', 'string split --max 1 ","'),
        ("    for completion", f"    set -l name {_NAME}\n    for completion"),
        ("directories $metadata[2];", f"directories $metadata[2] | {_IN_FRONT};"),
        ("complete_path $metadata[2];", f"complete_path $metadata[2] | {_IN_FRONT};"),
        ("echo $metadata[2];", f"echo $metadata[2] | {_IN_FRONT};"),
    )
