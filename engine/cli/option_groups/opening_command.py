"""The command that opens in the lab what another command has found."""

from __future__ import annotations

import shlex
from pathlib import Path

from engine.cli.option_groups.model_options import given_parameters
from engine.cli.option_groups.value_texts import text_of
from engine.local import command_lines
from engine.settings.combinations import Combination
from engine.settings.data_format import DataFormat


def opening_command(
    data: Path,
    data_format: DataFormat,
    hold_out_data: Path | None,
    hold_out: float,
    kind: str,
    settings: Combination,
) -> str:
    """The command line that opens the data of the present command with a model."""
    file = ["--data", str(data)] if "data" in given_parameters() else []
    held_out = ["--hold-out", f"{hold_out:g}"] if hold_out else []
    other = [] if hold_out_data is None else ["--hold-out-data", str(hold_out_data)]
    words = [*file, *shlex.split(data_format.options), *held_out, *other]
    model = ["--model", kind]
    for name, value in settings.items():
        model += ["--set", f"{name}={text_of(value)}"]
    return command_lines.line(*words, *model)
