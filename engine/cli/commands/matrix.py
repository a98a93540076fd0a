"""`makemore-tui matrix`: a matrix as CSV."""

from __future__ import annotations

from typing import get_args

import click

from engine.cli.console import write
from engine.cli.existing_lab import ExistingLab, source_options
from engine.cli.training_options import smoothing_option
from engine.wire.values import View

OF_THE_NET = ("net", "weights", "difference")


@click.command("matrix")
@click.option("--view", type=click.Choice(get_args(View)), default="counts", show_default=True)
@smoothing_option
@source_options()
def command(source: ExistingLab, view: View, smoothing: float) -> None:
    """A matrix as CSV, its characters as header. The net's views are those after training."""
    from engine.lab.exports import (  # with torch: --help and a shell can do without
        csv_text,
        matrix_rows,
    )

    lab = source.lab(smoothing=smoothing)
    if view in OF_THE_NET:
        source.finish(lab)
    for row in matrix_rows(lab.matrix(view), lab.corpus.vocabulary):
        write(csv_text([row]), end="")
