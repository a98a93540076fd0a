"""`makemore-tui matrix`: a matrix as CSV."""

from __future__ import annotations

import click

from engine.cli.console import write
from engine.cli.labs.existing_lab import ExistingLab, source_options
from engine.cli.option_groups.model_options import NET
from engine.cli.option_groups.training_options import smoothing_option
from engine.settings.model_kinds import KINDS

OTHER_NAMES = {"probabilities": "compared", NET: "selected"}  # with the lecture's two models
OF_MODELS = tuple(dict.fromkeys(view for kind in KINDS.values() for view in kind.views))
VIEWS = ("counts", *OTHER_NAMES, *OF_MODELS, "difference", *OTHER_NAMES.values())


@click.command("matrix")
@click.option(
    "--view", type=click.Choice(VIEWS), show_default="counts; with --model or --run, selected",
    help="selected (net, if it is one): P of that model; compared (or probabilities): the counts'.",
)  # fmt: skip
@smoothing_option
@source_options()
def command(source: ExistingLab, view: str | None) -> None:
    """A matrix as CSV, its characters as header. The net's views are those after training.

    P of a model that sees more than one character is averaged over the data.
    """
    from engine.lab.exports import csv_text, matrix_rows  # and with them torch

    lab = source.lab()
    if view == NET and lab.selected.kind.kind != "bigram":
        raise click.UsageError(
            f"--view net: {lab.selected.name} is selected, not the net: --view selected is its P."
        )
    view = view or ("selected" if source.names_a_model else "counts")
    view = OTHER_NAMES.get(view, view)
    compared = [lab.compared] if view in ("compared", "difference") else []
    selected = [lab.selected] if view in ("selected", "difference", *OF_MODELS) else []
    source.finish(*compared, *selected)
    for row in matrix_rows(lab.matrix(view), lab.corpus.vocabulary):
        write(csv_text([row]), end="")
