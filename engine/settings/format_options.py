"""The options that say how data is read, and what is held out of it: those of every command."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

import click
from click.core import ParameterSource

from engine.errors import BadSetting
from engine.settings.data_format import DataFormat, Format, Split
from engine.settings.format_checks import check_format
from engine.settings.limits import LARGEST_VOCABULARY
from engine.text.arguments import decoded_argument

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS: Final = (
    click.option(
        "--format",
        type=click.Choice(get_args(Format)),
        default="auto",
        show_default=True,
        help="lines: a word a line; text: one running text; csv, tsv, json: a table.",
    ),
    click.option("--column", default="", metavar="NAME|N", help="Of a table: that of the words."),
    click.option(
        "--weight", default="", metavar="NAME|N", help="Of a table: how often each word counts."
    ),
    click.option(
        "--header/--no-header", default=None, help="Whether a table's first row names its columns."
    ),
    click.option("--comments", default="", metavar="PREFIX", help="Leave out lines that begin so."),
    click.option(
        "--encoding",
        default="utf-8",
        show_default=True,
        help="latin-1, cp1252, utf-16 and others.",
    ),
    click.option("--lower", is_flag=True, help="Lower-case everything."),
    click.option(
        "--alphabet",
        default=0,
        type=click.IntRange(0, LARGEST_VOCABULARY),
        help="Keep the N commonest characters, and leave out the words with others.",
        metavar="N",
    ),
    click.option(
        "--split",
        type=click.Choice(get_args(Split)),
        default="hash",
        show_default=True,
        help="What is trained on, held out and tested: by each word's hash, as --hold-out says; as"
        " in the lectures, 80, 10 and 10 of a hundred; as makemore.py or ngram.",
    ),
    click.option(
        "--hold-out-data",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Keep these words from training, instead of a fraction; with --resume: where they are"
        " now.",
    ),
)


def format_options(command: Command) -> Callable[..., Any]:
    """The options, handed over as `data_format` and `hold_out_data`."""

    @functools.wraps(command)
    def with_format(*, hold_out_data: Path | None, **given: Any) -> Any:
        asked = {name: given.pop(name) for name in DataFormat.__struct_fields__}
        for name in ("column", "weight", "comments"):
            asked[name] = decoded_argument(asked[name])
        data_format = DataFormat(**asked)
        try:
            check_format(data_format)
        except BadSetting as error:
            raise click.UsageError(str(error)) from error
        if hold_out_data is not None and given.get("hold_out"):
            raise click.UsageError(
                "--hold-out is a fraction of the data, --hold-out-data a file instead of it: leave"
                " one of them out."
            )
        return command(data_format=data_format, hold_out_data=hold_out_data, **given)

    decorated: Callable[..., Any] = with_format
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def given_format_options() -> list[str]:
    """Those options of how data is read that a person has typed, as they are written.

    What is resumed is read as it was.
    """
    source = click.get_current_context().get_parameter_source
    return [
        f"--{name.replace('_', '-')}"
        for name in DataFormat.__struct_fields__
        if source(name) is ParameterSource.COMMANDLINE
    ]
