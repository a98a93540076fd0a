"""`makemore-tui train`: train the net, a line a step."""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.core import ParameterSource

from engine.cli.console import ReaderGone, narrate, write, write_json
from engine.cli.group import json_option
from engine.cli.interruption import Interruption
from engine.cli.train_saves import TrainSaves
from engine.cli.training_options import Training, training_options
from engine.errors import Diverged
from engine.settings.format_options import given_format_options
from engine.settings.limits import SAVE_SECONDS
from engine.settings.option_types import sensible
from engine.text.printable import printable
from engine.text.quantity import quantity

if TYPE_CHECKING:
    from engine.lab.lab import Lab

CHANGEABLE: Final = ("learning_rate", "regularisation")
BEGINNING: Final = {"hold_out": "--hold-out", "weights_seed": "--seed"}  # not of what is resumed


@click.command("train")
@training_options()
@click.option(
    "--every",
    default=1,
    type=click.IntRange(0),
    show_default=True,
    help="Print the loss of every so many steps; 0: of none.",
)
@click.option(
    "--save",
    "save_to",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a checkpoint there, at the end and now and then. Only a checkpoint is replaced.",
)
@click.option(
    "--save-every",
    default=SAVE_SECONDS,
    callback=sensible("save_every"),
    metavar="SECONDS",
    show_default=True,
    help="How often with --save; 0: only at the end.",
)
@click.option(
    "--resume",
    "resume_from",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Go on from a checkpoint, with its settings: to its goal, or --steps more.",
)
@json_option
def command(
    training: Training,
    every: int,
    save_to: Path | None,
    save_every: float,
    resume_from: Path | None,
    as_json: bool,
) -> None:
    """Train the net, and print each step's loss before its update, as the lecture does.

    SIGINT (ctrl+c), SIGTERM and SIGHUP end the training after a checkpoint, if there is to be one;
    a second SIGINT or SIGTERM ends it at once.
    """
    keeping = TrainSaves(save_to, save_every)
    if resume_from is None:
        lab = training.lab()
    else:
        training, lab = _resumed(training, resume_from)
    training.begin(lab)
    begun, started = lab.trainer.step, time.perf_counter()
    with Interruption() as stop:

        def go_on() -> bool:
            keeping.now_and_then(lab)
            return stop.signal is None

        steps = training.run(lab, go_on)
        length = lab.goal - begun if lab.state == "training" else 0
        unwritten: OSError | None = None
        try:
            unwritten = _print(steps, length, every, as_json)
        except ReaderGone:  # it has seen enough of the training
            keeping.save(lab)
            sys.exit(lab.state == "training")
        except Diverged as error:
            raise Diverged(f"{error} {keeping.rescue(lab)}".rstrip()) from None
        keeping.save(lab)
    _tell(lab, begun, time.perf_counter() - started, stop.signal is None, as_json)
    if save_to is not None:
        narrate(f"saved to {printable(str(save_to))}")
    if unwritten is not None:
        raise unwritten
    sys.exit(stop.exit_code)


def _print(
    steps: Iterator[tuple[int, float, float]], length: int, every: int, as_json: bool
) -> OSError | None:
    """Take the steps, and print the loss of every so many; elsewhere than the bar is drawn.

    Returns:
        Why they could not be printed from some step on: that is no reason to end a training.
    """
    unwritten: OSError | None = None
    hidden = not sys.stderr.isatty() or (every > 0 and sys.stdout.isatty())
    with click.progressbar(length=length, label="training", file=sys.stderr, hidden=hidden) as bar:
        for step, loss, nll in steps:
            bar.update(1)
            if every == 0 or step % every:
                continue
            try:
                if as_json:
                    write_json({"step": step, "loss": loss, "nll": nll})
                else:
                    write(f"{step} {_figure(loss)}")
            except OSError as error:  # raised once: what follows goes nowhere
                unwritten = error
    return unwritten


def _resumed(training: Training, path: Path) -> tuple[Training, Lab]:
    """A checkpoint's lab with what the command line says otherwise, and the training to be done."""
    context = click.get_current_context()
    given = {
        name
        for name in context.params
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT
    }
    for option in (
        *(option for name, option in BEGINNING.items() if name in given),
        *given_format_options(),
    ):
        raise click.UsageError(
            f"{option} belongs to the beginning of a training: leave it out with --resume."
        )
    from engine.checkpoints.checkpoint import load  # and with it torch

    lab = load(
        path,
        data=training.data if "data" in given else None,
        hold_out_data=training.hold_out_data,
        device=training.device if "device" in given else None,
    )
    lab.configure(**{name: getattr(training, name) for name in CHANGEABLE if name in given})
    return training if "steps" in given else dataclasses.replace(training, steps=None), lab


def _tell(lab: Lab, begun: int, seconds: float, done: bool, as_json: bool) -> None:
    """The last line: where the training is now."""
    has_hold_out = lab.corpus.held_out_VV is not None
    if as_json:
        facts = {
            "done": done,
            "steps": lab.trainer.step,
            "loss": lab.history.last,
            "nll": lab.trainer.nll,
            "seconds": seconds,
        }
        if has_hold_out:
            facts["held_out_nll"] = lab.trainer.held_out_nll
        write_json(facts)
    made = lab.trainer.step - begun
    where = f", now at step {lab.trainer.step:,}" if begun else ""
    on_hold_out = f", {_figure(lab.trainer.held_out_nll)} on the hold-out" if has_hold_out else ""
    narrate(
        f"{'' if done else 'stopped: '}{quantity(made, 'step')} in {seconds:.3f} s on {lab.device}"
        f"{where}; mean NLL now {_figure(lab.trainer.nll)} nats per character{on_hold_out}"
    )


def _figure(loss: float) -> str:
    return f"{loss:.6f}" if loss < 1e6 else f"{loss:.6g}"
