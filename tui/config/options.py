"""The lab's options on the command line. Imports neither Textual nor torch."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from tui.config.config import SETTINGS, checked
from tui.config.errors import ConfigError

if TYPE_CHECKING:
    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType  # generic in the newest click only

Command = TypeVar("Command", bound=Callable[..., Any])


class SettingType(ParamType):
    """A setting's value, written as on a command line."""

    def __init__(self, setting: str, metavar: str) -> None:
        self.name = metavar
        self._setting = setting

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        """The value as `Config` has it."""
        number = value
        if self._setting in ("pace", "frames", "idle_minutes"):
            with contextlib.suppress(ValueError):
                number = float(value)
        try:
            return checked({self._setting: number})[self._setting]
        except ConfigError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The values that have names."""
        # Shells take a completion with a space in it for two words.
        choices = [choice for choice in SETTINGS[self._setting].choices if " " not in choice]
        return [CompletionItem(choice) for choice in choices if choice.startswith(incomplete)]


def setting_options(command: Command) -> Command:
    """An option for each setting but the keys; those that are not given are None."""
    options = (
        click.option("--theme", type=SettingType("theme", "NAME"), help=_does("theme")),
        click.option("--pace", type=SettingType("pace", "NUMBER"), help=_does("pace")),
        click.option("--frames", type=SettingType("frames", "NUMBER"), help=_does("frames")),
        click.option(
            "--colour", "--color", "colour", type=SettingType("colour", "DEPTH"),
            help=f"{', '.join(SETTINGS['colour'].choices)}: how many colours to use.",
        ),
        click.option("--ascii/--no-ascii", default=None, help="Draw with ASCII characters only."),
        click.option("--slow-link/--no-slow-link", default=None, help=_does("slow_link")),
        click.option("--png/--no-png", default=None, help=_does("png")),
        click.option(
            "--idle-minutes", type=SettingType("idle_minutes", "NUMBER"),
            help=_does("idle_minutes"),
        ),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def _does(setting: str) -> str:
    return SETTINGS[setting].does
