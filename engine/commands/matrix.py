"""`makemore-tui matrix`: a matrix as CSV."""

from __future__ import annotations

import csv
import sys
from typing import get_args

import click

from engine.commands.training import Training, smoothing_option, training_options
from engine.protocol import View

OF_THE_NET = ("net", "weights", "difference")


@click.command("matrix")
@click.option("--view", type=click.Choice(get_args(View)), default="counts", show_default=True)
@smoothing_option
@training_options()
def command(
    training: Training,
    view: View,
    smoothing: float,
) -> None:
    """A matrix as CSV, its characters as header. The net's views are those after training."""
    from engine.tables import matrix_rows  # with torch: --help and a shell can do without

    lab = training.lab(smoothing=smoothing)
    if view in OF_THE_NET:
        training.finish(lab)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerows(matrix_rows(lab.matrix(view), lab.corpus.vocabulary))
