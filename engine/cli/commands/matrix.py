"""`makemore-tui matrix`: a matrix as CSV."""

from __future__ import annotations

import click

from engine.cli.console import write
from engine.cli.existing_lab import ExistingLab, source_options
from engine.cli.training_options import smoothing_option
from engine.settings.model_kinds import KINDS

OTHER_NAMES = {"probabilities": "compared", "net": "selected"}  # with the lecture's two models
OF_MODELS = tuple(dict.fromkeys(view for kind in KINDS.values() for view in kind.views))
VIEWS = ("counts", *OTHER_NAMES, *OF_MODELS, "difference", *OTHER_NAMES.values())


@click.command("matrix")
@click.option(
    "--view",
    type=click.Choice(VIEWS),
    callback=lambda _, __, view: OTHER_NAMES.get(view, view),
    show_default="counts; with --model or --run, selected",
    help="selected (or net): P of that model; compared (or probabilities): of the count model.",
)
@smoothing_option
@source_options()
def command(source: ExistingLab, view: str | None) -> None:
    """A matrix as CSV, its characters as header. The net's views are those after training.

    P of a model that sees more than one character is averaged over the data.
    """
    from engine.lab.exports import (  # with torch: --help and a shell can do without
        csv_text,
        matrix_rows,
    )

    lab = source.lab()
    view = view or ("selected" if source.names_a_model else "counts")
    if view in ("compared", "difference"):
        source.finish(lab.compared)
    if view in ("selected", "difference", *OF_MODELS):
        source.finish(lab.selected)
    for row in matrix_rows(lab.matrix(view), lab.corpus.vocabulary):
        write(csv_text([row]), end="")
