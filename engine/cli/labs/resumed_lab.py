"""`--resume FILE` of a command that trains: the lab of a checkpoint, that goes on there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.option_groups.model_options import given_parameters, option_of
from engine.cli.option_groups.training_options import Training
from engine.settings.format_options import given_format_options

if TYPE_CHECKING:
    from engine.lab.lab import Lab


def resumed_lab(path: Path, training: Training, beginning: Iterable[str], what: str) -> Lab:
    """The lab of a checkpoint, on the data and the device that the command line names.

    Args:
        path: of the checkpoint.
        training: what the command line says.
        beginning: parameters that are of the beginning alone.
        what: it is that goes on: "a training".

    Raises:
        UsageError: one of those is given, or how the data is read.
        EngineError: the checkpoint, or its data, is not good.
    """
    given = given_parameters()
    typed = [option_of(name) for name in beginning if name in given]
    for option in (*typed, *given_format_options()):
        raise click.UsageError(
            f"{option} belongs to the beginning of {what}: leave it out with --resume."
        )
    from engine.checkpoints.checkpoint import load  # and with it torch

    return load(
        path,
        data=training.data if "data" in given else None,
        hold_out_data=training.hold_out_data,
        device=training.device if "device" in given else None,
    )
