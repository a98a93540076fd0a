"""`makemore-tui rate`: find a learning rate, as lecture 2 does."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from engine.cli.console import narrate, write, write_json
from engine.cli.option_groups.common import data_option, device_option, json_option
from engine.cli.option_groups.model_options import NET, assigned, model_options
from engine.cli.option_groups.opening_command import opening_command
from engine.cli.option_groups.training_options import Training, hold_out_option
from engine.cli.table import figure, write_table
from engine.errors import Diverged
from engine.settings.data_format import DataFormat
from engine.settings.format_options import format_options
from engine.settings.model_kinds import FIRST_RUNS, KINDS
from engine.settings.setting import setting_in
from engine.settings.values import Value

if TYPE_CHECKING:
    from engine.lab.rate_sweep import RateCurve

ROWS: Final = 20  # of the table
BELOW: Final = 100  # times the model's own rate: the lecture's 0.001, where that is 0.1
ABOVE: Final = {"sgd": 10, "adamw": 100}  # the lecture's 1; AdamW's own rates are careful
RATE: Final = click.FloatRange(0, min_open=True)
# The rate is what is said here alone.
CONSTANT: Final[dict[str, Value]] = {"schedule": "constant", "decay_at": 0, "warmup": 0}


@click.command("rate")
@data_option
@format_options
@model_options
@click.option(
    "--from", "least", type=RATE, metavar="RATE",
    help="The first rate; by default a hundredth of the model's own.",
)  # fmt: skip
@click.option(
    "--to", "most", type=RATE, metavar="RATE",
    help="The last rate; by default ten times the model's own, with AdamW a hundred times.",
)  # fmt: skip
@click.option(
    "--steps", default=1000, type=click.IntRange(20), show_default=True,
    help="Updates, each with a larger rate.",
)  # fmt: skip
@hold_out_option
@device_option
@json_option
def command(
    kind: str | None,
    assignments: tuple[str, ...],
    least: float | None,
    most: float | None,
    as_json: bool,
    data: Path,
    data_format: DataFormat,
    hold_out_data: Path | None,
    steps: int,
    hold_out: float,
    device: str,
) -> None:
    """Find a learning rate as lecture 2 does: it rises with each step.

    One run is trained, whose rate grows by the same factor from step to step. Of the losses, in
    means of a tenth of the steps, two rates are read off: where they fall fastest, and where they
    are least. The rate to take is below the latter, where the loss is about to rise: half of it,
    and with AdamW a tenth.
    """
    model = KINDS[kind or dict(FIRST_RUNS)[NET]]
    if not model.goal:
        raise click.UsageError(f"--model {model.kind} is not trained: it has no learning rate.")
    given = assigned(model.kind, assignments, {})
    if "learning_rate" in given:
        raise click.UsageError(
            "--set learning_rate: it is what is looked for, see --from and --to."
        )
    settings = model.spec(given).settings
    own, optimizer = float(settings["learning_rate"]), str(settings.get("optimizer", "sgd"))
    least, most = least or own / BELOW, most or own * ABOVE[optimizer]
    if least >= most:
        raise click.UsageError(f"--from {least:g} --to {most:g}: give a smaller rate first.")
    constant = {name: v for name, v in CONSTANT.items() if setting_in(model.settings, name)}
    training = Training(
        data, data_format, hold_out_data, steps, hold_out, device, model.kind, given | constant
    )
    from engine.lab.rate_sweep import curve, raised, rates  # and with it torch

    run, rates_N = training.lab().selected, rates(least, most, steps)
    with click.progressbar(
        raised(run, rates_N), steps, label="training",
        file=sys.stderr, hidden=not sys.stderr.isatty(),
    ) as bar:  # fmt: skip
        losses = list(bar)
    if not losses:
        raise Diverged(f"{run.divergence} Lower --from.")
    found = curve(rates_N, losses)
    take = found.rate_to_take(optimizer)
    opens = opening_command(
        data, data_format, hold_out_data, hold_out, model.kind, {**given, "learning_rate": take}
    )
    steepest, lowest = (float(found.rates_N[step]) for step in (found.steepest, found.least))
    if as_json:
        for step, facts in enumerate(_steps(found), 1):
            write_json({"step": step, **facts})
        write_json({"steepest": steepest, "least": lowest, "take": take, "command": opens})
    else:
        shown = [*_steps(found)][:: max(1, steps // ROWS)]
        rows = ([f"{each['learning_rate']:.2g}", figure(each["smoothed"])] for each in shown)
        write_table(["rate", "loss"], rows)
        write(f"steepest fall at {steepest:.2g}, least loss at {lowest:.2g}: take {take:g}")
        write(opens, is_escaped=True)
    if len(losses) < steps:
        narrate(f"The loss is no longer finite with a rate of {rates_N[len(losses)]:.2g}.")
    elif found.falls_at_the_end:
        narrate("The loss is least with the largest rates: --to a larger one may be better still.")


def _steps(found: RateCurve) -> Iterator[dict[str, float]]:
    """The steps of a curve, as JSON has them."""
    columns = zip(found.rates_N, found.losses_N, found.smoothed_N, strict=True)
    for rate, loss, smoothed in columns:
        yield {"learning_rate": float(rate), "loss": float(loss), "smoothed": float(smoothed)}
