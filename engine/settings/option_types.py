"""Options whose values must make sense as settings: what does not is wrong usage."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from engine.errors import BadSetting
from engine.settings.setting import Setting
from engine.settings.values import Value

T = TypeVar("T", bound=Value)


def sensible(setting: Setting) -> Callable[[click.Context, click.Parameter, T], T]:
    """A callback that lets only those values pass that make sense for a setting."""

    def passed(ctx: click.Context, parameter: click.Parameter, value: T) -> T:
        try:
            setting.check(value)
        except BadSetting as error:
            raise click.BadParameter(str(error), ctx, parameter) from error
        return value

    return passed
