"""Types of options whose values must make sense as settings: what does not is wrong usage."""

from __future__ import annotations

from typing import Any

import click

from engine.errors import BadSetting
from engine.settings import check


class Value(click.ParamType):
    """A number that a setting may have; which, is known to `engine.settings` alone."""

    def __init__(self, setting: str, kind: type[int] | type[float] = float) -> None:
        """A type.

        Args:
            setting: as `engine.protocol.Settings` names it.
            kind: whole, or any.
        """
        self._setting = setting
        self._number: click.ParamType = click.INT if kind is int else click.FLOAT
        self.name = self._number.name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, if it makes sense."""
        number = self._number.convert(value, param, ctx)
        try:
            check(self._setting, number)
        except BadSetting as error:
            self.fail(str(error), param, ctx)
        return number
