"""Options whose values must make sense as settings: what does not is wrong usage."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from engine.errors import BadSetting
from engine.settings.checks import check

T = TypeVar("T")


def sensible(setting: str) -> Callable[[click.Context, click.Parameter, T], T]:
    """A callback that lets only those values pass that `engine.settings.checks` allows.

    Args:
        setting: as `engine.settings.checks` names it.
    """

    def passed(ctx: click.Context, parameter: click.Parameter, value: T) -> T:
        try:
            check(setting, value)
        except BadSetting as error:
            raise click.BadParameter(str(error), ctx, parameter) from error
        return value

    return passed
