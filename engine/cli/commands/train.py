"""`makemore-tui train`: train a model, a line a step."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from engine.cli.console import ReaderGone, narrate, write, write_json
from engine.cli.interruption import Interruption
from engine.cli.labs.resumed_lab import resumed_lab
from engine.cli.option_groups.common import json_option, setting_option
from engine.cli.option_groups.model_options import recipe_option, run_option, select_run
from engine.cli.option_groups.training_options import Step, Training, training_options
from engine.cli.train_saves import TrainSaves, save_option
from engine.errors import Diverged, OutOfMemory
from engine.settings.limits import SAVE_SECONDS
from engine.settings.recipes import Names, Recipe
from engine.settings.setting import Setting
from engine.text.printable import printable
from engine.text.quantity import quantity

if TYPE_CHECKING:
    from engine.lab.lab import Lab
    from engine.lab.run import Run

SAVE_EVERY: Final = Setting(
    "save_every", "", "", "number", SAVE_SECONDS, "a number of seconds from 0 up", 0
)
BEGINNING: Final = ("recipe", "hold_out", "seed", "kind", "assignments")  # not of what is resumed


@click.command("train")
@recipe_option
@training_options()
@click.option(
    "--every", default=1, type=click.IntRange(0), show_default=True,
    help="Print the loss of every so many steps; 0: of none.",
)  # fmt: skip
@save_option
@setting_option(
    SAVE_EVERY, "--save-every", metavar="SECONDS",
    help="How often with --save; 0: only at the end.",
)  # fmt: skip
@click.option(
    "--resume", "resume_from", type=click.Path(path_type=Path), metavar="FILE",
    help="Go on from a checkpoint, with its settings: to its goal, or --steps more.",
)  # fmt: skip
@click.option("--test", is_flag=True, help="Evaluate on the words that --split keeps for a test.")
@run_option
@json_option
def command(
    training: Training,
    every: int,
    save_to: Path | None,
    save_every: float,
    resume_from: Path | None,
    run_name: str | None,
    as_json: bool,
    test: bool,
    recipe: Recipe | None,
) -> None:
    """Train a model, and print each step's loss before its update, as the lecture does.

    One that is fitted to its data at once has no steps: its mean NLL is told.

    SIGINT (ctrl+c), SIGTERM and SIGHUP end the training after a checkpoint, if there is to be one;
    a second SIGINT or SIGTERM ends it at once.
    """
    keeping = TrainSaves(save_to, save_every)
    if resume_from is not None:
        lab = resumed_lab(resume_from, training, BEGINNING, "a training")
        select_run(lab, run_name)
        lab.configure(training.settings)
    elif run_name is None:
        lab = training.lab()
    else:
        raise click.UsageError("--run is of a lab that is resumed: name its file with --resume.")
    if test:
        lab.corpus.check_has_test()
    run = lab.selected
    training.check_steps(run)
    if run.trainer is not None:
        training.begin(run)
    begun, started = run.step, time.perf_counter()
    with Interruption() as stop:

        def go_on() -> bool:
            keeping.now_and_then(lab)
            return stop.signal is None

        steps = training.run(run, go_on)
        length = run.goal - begun if run.state == "training" else 0
        unwritten: OSError | None = None
        try:
            unwritten = _print(steps, length, every, as_json)
        except ReaderGone:  # it has seen enough of the training
            keeping.save(lab)
            sys.exit(run.state == "training")
        except OutOfMemory:
            keeping.save(lab)
            raise
        except Diverged as error:
            raise Diverged(f"{error} {keeping.rescue(lab)}".rstrip()) from None
        seconds = time.perf_counter() - started
        run.measure()
        tested = run.test() if test and stop.signal is None else None
        keeping.save(lab)
    _tell(run, lab, begun, seconds, stop.signal is None, as_json, tested)
    if recipe is not None and recipe.names is not None and stop.signal is None:
        _print_names(run, lab, recipe.names, as_json)
    if save_to is not None:
        narrate(f"saved to {printable(str(save_to))}")
    if unwritten is not None:
        raise unwritten
    sys.exit(stop.exit_code)


def _print(steps: Iterator[Step], length: int, every: int, as_json: bool) -> OSError | None:
    """Take the steps, and print the loss of every so many; elsewhere than the bar is drawn.

    Returns why they could not be printed from some step on: no reason to end a training.
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
                    write_json({"step": step, "loss": loss} | ({} if nll is None else {"nll": nll}))
                else:
                    write(f"{step} {_figure(loss)}")
            except OSError as error:  # raised once: what follows goes nowhere
                unwritten = error
    return unwritten


def _print_names(run: Run, lab: Lab, wanted: Names, as_json: bool) -> None:
    """Print the names that a published run has drawn at its end."""
    from engine.models.base.trainable import TrainableModel  # with torch
    from engine.sampling.names import NameStream

    assert isinstance(run.model, TrainableModel)

    names = NameStream(wanted.stream, wanted.seed, lab.corpus.vocabulary, wanted.temperature)
    if wanted.goes_on and (state := run.model.behind_weights()) is not None:
        names.resume(0, state)
    for _ in range(wanted.count):
        name = names.next(run.model, most=wanted.longest)
        if as_json:
            write_json({"name": name})
        else:
            write(printable(name))


def _tell(
    run: Run,
    lab: Lab,
    begun: int,
    seconds: float,
    done: bool,
    as_json: bool,
    tested: float | None,
) -> None:
    """The last line: where the training is now."""
    nll, held_out = run.nlls_of_all
    if as_json:
        facts = {"done": done, "steps": run.step, "loss": run.history.last, "nll": nll}
        more = {} if held_out is None else {"held_out_nll": held_out}
        if tested is not None:
            more |= {"test_nll": tested, "tests": run.tests}
        write_json({**facts, "seconds": seconds, **more})
    now = f"mean NLL now {_figure(nll)} nats per character"
    if held_out is not None:
        now += f", {_figure(held_out)} on the hold-out"
    if tested is not None:
        now += f", {_figure(tested)} on the test (evaluated {quantity(run.tests, 'time')})"
    if run.trainer is None:
        narrate(f"{run.name} has no steps, it is fitted to the data at once: {now}")
        return
    where = f", now at step {run.step:,}" if begun else ""
    narrate(
        f"{'' if done else 'stopped: '}{quantity(run.step - begun, 'step')} in {seconds:.3f} s on"
        f" {lab.device}{where}; {now}"
    )


def _figure(loss: float) -> str:
    return f"{loss:.6f}" if loss < 1e6 else f"{loss:.6g}"
