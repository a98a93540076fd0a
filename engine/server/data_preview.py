"""How a data file would be read, before it is: what options say, and what is found.

A person writes the options into a dialog as on the command line; they are those of the commands.
"""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from engine.checkpoints.opening import absolute_path
from engine.data.built_in import built_in_path
from engine.data.reading.detection import resolved
from engine.errors import BadSetting
from engine.settings.data_format import DataFormat
from engine.settings.format_options import format_options
from engine.wire.answers import Examined
from engine.wire.requests import Open


@click.command("options", add_help_option=False)
@format_options
def _options(data_format: DataFormat, hold_out_data: Path | None) -> Open:
    held_out = None if hold_out_data is None else str(hold_out_data)
    return Open(data_format=data_format, hold_out_data=held_out)


def examined(path: str | None, options: str) -> Examined:
    """How a file, or the built-in names, would be read with options; raises EngineError."""
    asked = parsed(options)
    data = built_in_path() if path is None else absolute_path(path)
    how, found = resolved(data, asked.data_format)
    shown = Open(data_format=how, hold_out_data=asked.hold_out_data).options
    return Examined(asked.data_format, asked.hold_out_data, shown, found)


def parsed(options: str) -> Open:
    """What options say of how data is read, as an `Open`; raises BadSetting if they make no sense.

    >>> parsed("--format csv --column 'first name' --lower").options
    "--format csv --column 'first name' --lower"
    """
    try:
        opening: Open = _options.main(shlex.split(options), standalone_mode=False)
    except ValueError as error:  # of shlex
        raise BadSetting(f"{options}: {str(error).lower()}. Close it.") from error
    except click.ClickException as error:
        raise BadSetting(error.format_message()) from error
    return opening
