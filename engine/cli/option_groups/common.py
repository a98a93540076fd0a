"""Options that several commands have, and what a shell is offered for them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from engine.data.built_in import built_in_path
from engine.errors import EngineError
from engine.local.paths import all_labs, claimed_labs
from engine.settings.option_types import sensible
from engine.settings.setting import Setting

Command = TypeVar("Command", bound=Callable[..., Any])
Completion = Callable[[click.Context, click.Parameter, str], list[str]]

DEVICES: Final = ("auto", "cpu", "cuda", "mps")


def completion(names: Callable[[], Iterable[str]]) -> Completion:
    """Offer a shell those names that begin with what is typed; they are listed when it asks."""

    def offered(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
        with contextlib.suppress(EngineError):  # whoever runs the command is told
            return [name for name in names() if name.startswith(incomplete)]
        return []

    return offered


def nearest(name: str, names: Iterable[str], otherwise: str) -> str:
    """Say which name is the nearest to one that there is not, or something else if none is near."""
    near = get_close_matches(name.lower(), [*names], n=1)
    return f"The nearest is {near[0]}." if near else otherwise


def setting_option(setting: Setting, *names: str, **more: Any) -> Callable[[Command], Command]:
    """An option that has a setting's default, and refuses values that make no sense for it."""
    own = {"default": setting.default, "callback": sensible(setting), "show_default": True}
    return click.option(*names, **(own | more))


complete_lab = completion(lambda: (place.name for place in claimed_labs()))
complete_saved_lab = completion(lambda: (place.name for place in all_labs()))

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    callback=lambda _, __, path: built_in_path() if path is None else path,
    help="The file to learn from: words, a table or a text; the built-in names by default.",
)
device_option = click.option(
    "--device", default="auto", show_default=True, shell_complete=completion(lambda: DEVICES),
    help="auto, cpu, cuda, cuda:N or mps.",
)  # fmt: skip
json_option = click.option("--json", "as_json", is_flag=True, help="Results as JSON.")


def host_option(command: Command) -> Command:
    """`--host USER@BOX`, and what makemore-tui is called there."""
    program = click.option(
        "--remote-program", "program", default="makemore-tui", show_default=True, metavar="PATH",
        help="makemore-tui over there.",
    )  # fmt: skip
    host = click.option(
        "--host", metavar="USER@BOX", help="The other machine that the lab is on, through ssh."
    )
    return host(program(command))
