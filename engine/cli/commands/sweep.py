"""`makemore-tui sweep`: a run for each combination of some settings, and which is the best."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from engine.cli.console import narrate
from engine.cli.interruption import Interruption
from engine.cli.labs.resumed_lab import resumed_lab
from engine.cli.option_groups.common import data_option, device_option, json_option
from engine.cli.option_groups.model_options import NET, model_options, recipe_option, values_given
from engine.cli.option_groups.training_options import Training, hold_out_option, steps_option
from engine.cli.option_groups.value_texts import text_of
from engine.cli.sweep_results import Result, print_results
from engine.cli.train_saves import TrainSaves, save_option
from engine.errors import Diverged, EngineError, OutOfMemory
from engine.local import command_lines
from engine.settings.combinations import Combination, combinations, differing
from engine.settings.data_format import DataFormat
from engine.settings.format_options import format_options
from engine.settings.limits import LONGEST_RUN_NAME, MOST_RUNS, SAVE_SECONDS
from engine.settings.model_kinds import FIRST_RUNS, KINDS
from engine.settings.recipes import Recipe
from engine.text.printable import printable

if TYPE_CHECKING:
    from engine.lab.lab import Lab
    from engine.lab.run import Run

MOST: Final = MOST_RUNS - len(FIRST_RUNS)  # beside the two that every lab has
LEGEND: Final = 12  # characters of a run's name that the legend of a plot has room for
BEGINNING: Final = ("recipe", "kind", "assignments", "steps", "hold_out")  # not of what is resumed


@click.command("sweep")
@recipe_option
@data_option
@format_options
@model_options
@steps_option(1)
@hold_out_option
@device_option
@save_option
@click.option(
    "--resume", "resume_from", type=click.Path(path_type=Path), metavar="FILE",
    help="Go on with a sweep that was stopped; --save FILE saves it again.",
)  # fmt: skip
@json_option
def command(
    kind: str | None,
    assignments: tuple[str, ...],
    recipe: Recipe | None,
    save_to: Path | None,
    resume_from: Path | None,
    as_json: bool,
    data: Path,
    data_format: DataFormat,
    hold_out_data: Path | None,
    steps: int | None,
    hold_out: float,
    device: str,
) -> None:
    """Train a run for each combination of settings, and print which is the best.

    --set takes several values, as in --set hidden=100,200 --set learning_rate=0.1,0.3. The runs are
    trained one after another, and sorted by their mean NLL on the hold-out; without one, on the
    training words. Nothing is looked at of the words that --split keeps for a test.

    --save FILE writes the lab after each run, every 30 seconds, and when SIGINT (ctrl+c), SIGTERM
    or SIGHUP end the sweep. --resume FILE then trains its pinned runs to their goals;
    makemore-tui --resume FILE opens it as a lab, with all of its runs and the best one selected.
    """
    keeping = TrainSaves(save_to, SAVE_SECONDS)
    training = Training(data, data_format, hold_out_data, steps, hold_out, device, None, {})
    if resume_from is None:
        lab, runs = _begun(training, kind or dict(FIRST_RUNS)[NET], assignments, recipe)
    else:
        lab = resumed_lab(resume_from, training, BEGINNING, "a sweep")
        runs = [run for run in lab.runs if run.is_pinned]
        if not runs:
            raise EngineError(
                f"{printable(str(resume_from))} has no pinned run: it was saved by no sweep."
                " makemore-tui --resume opens it in the lab."
            )
    results = [Result(run) for run in runs]
    with Interruption() as stop:

        def go_on() -> bool:
            keeping.now_and_then(lab)
            return stop.signal is None

        waiting = [result for result in results if result.is_waiting]
        for number, result in enumerate(waiting, 1):
            _train(result, training, go_on, f"{number} of {len(waiting)}, {result.run.name}")
            if stop.signal is not None:
                break
            keeping.attempt(lab)
        results.sort(key=lambda result: result.rank)
        if math.isfinite(results[0].rank[1]):
            lab.runs.select(results[0].run.number)
        try:
            keeping.save(lab)
        finally:
            print_results(results, as_json)
    if save_to is not None:
        file = str(save_to)
        goes_on = command_lines.line("sweep", "--resume", file, "--save", file)
        more = "" if stop.signal is None else f". {goes_on} goes on."
        narrate(f"saved to {printable(file)}{more}")
    sys.exit(stop.exit_code)


def _begun(
    training: Training, kind: str, assignments: tuple[str, ...], recipe: Recipe | None
) -> tuple[Lab, list[Run]]:
    """A lab with a run for each combination, none of which has made a step.

    They rest, with their goals. They are pinned, so that none makes room for another.
    """
    values = values_given(kind, assignments)
    count = math.prod(map(len, values.values()))
    if count > MOST:
        raise click.UsageError(
            f"--set gives {count:,} combinations. At most {MOST} may be: a lab keeps {MOST_RUNS}"
            f" runs, and {' and '.join(name for name, _ in FIRST_RUNS)} are two of them."
        )
    every, lab = combinations(values), training.lab()
    fixed = {} if recipe is None else recipe.settings
    runs = [
        lab.runs.begin(kind, fixed | each, name)
        for each, name in zip(every, _names(kind, every), strict=True)
    ]
    training.check_steps(*runs)
    for run in runs:
        run.is_pinned = True
        if run.trainer is not None:
            training.begin(run)
            run.pause()
    return lab, runs


def _names(kind: str, every: list[Combination]) -> list[str]:
    """Names of runs by what differs, with its settings' names where there is room for them.

    They are empty where even the values take too much: then runs are called as their kind.
    """
    signs, differ = {each.name: each.sign for each in KINDS[kind].settings}, differing(every)
    texts = [{name: text_of(each[name]) for name in differ} for each in every]
    named = [" ".join(f"{signs[name] or name}={each[name]}" for name in each) for each in texts]
    if max(map(len, named)) <= LEGEND:
        return named
    values = ["/".join(each.values()) for each in texts]
    return values if max(map(len, values)) <= LONGEST_RUN_NAME else [""] * len(every)


def _train(result: Result, training: Training, go_on: Callable[[], bool], title: str) -> None:
    """Train a run to its goal, and tell what came of it on standard error."""
    run, started = result.run, time.perf_counter()
    if run.trainer is not None:
        run.train()
        length = run.goal - run.step
        with click.progressbar(
            length=length, label=title, file=sys.stderr, hidden=not sys.stderr.isatty(),
            update_min_steps=max(1, length // 1000),
        ) as bar:  # fmt: skip
            try:
                for _ in training.run(run, go_on):
                    bar.update(1)
            except (Diverged, OutOfMemory):
                pass  # the table says so
        run.pause()
        if result.is_done:
            run.measure()
    result.seconds = time.perf_counter() - started
    narrate(f"{title}: {result.told}")
