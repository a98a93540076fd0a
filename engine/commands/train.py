"""`makemore-tui train`: train the net, a line a step."""

from __future__ import annotations

import sys
import time

import click

from engine.cli import echo_json, json_option, narrate
from engine.commands.training import Training, training_options


@click.command("train")
@training_options()
@click.option(
    "--every",
    default=1,
    type=click.IntRange(0),
    show_default=True,
    help="Print the loss of every so many steps; 0: of none.",
)
@json_option
def command(training: Training, every: int, as_json: bool) -> None:
    """Train the net, and print each step's loss before its update, as the lecture does."""
    lab = training.lab()
    started = time.perf_counter()
    bar = click.progressbar(
        training.run(lab),
        length=training.steps,
        label="training",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    )
    with bar:
        for step, loss in bar:
            if every == 0 or step % every:
                continue
            if as_json:
                echo_json({"step": step, "loss": loss})
            else:
                click.echo(f"{step} {_figure(loss)}")
    done = {
        "done": True,
        "steps": lab.trainer.step,
        "loss": lab.history.last,
        "nll": lab.trainer.nll,
        "seconds": time.perf_counter() - started,
    }
    if len(lab.history.held_out):
        done["held_out_nll"] = lab.trainer.held_out_nll
    if as_json:
        echo_json(done)
    narrate(
        f"{done['steps']:,} steps in {done['seconds']:.3f} s on {lab.device}; mean NLL now"
        f" {_figure(lab.trainer.nll)} nats per character"
    )


def _figure(loss: float) -> str:
    return f"{loss:.6f}" if loss < 1e6 else f"{loss:.6g}"
