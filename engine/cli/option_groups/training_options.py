"""What the commands that need a trained model share: its options, and the training itself."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from engine.cli.console import narrate
from engine.cli.option_groups.common import Command, data_option, device_option, setting_option
from engine.cli.option_groups.model_options import (
    assigned,
    check_has,
    check_recipe,
    given_parameters,
    model_options,
    option_of,
)
from engine.errors import Diverged, OutOfMemory
from engine.settings.data_format import DataFormat
from engine.settings.format_options import format_options
from engine.settings.lab_settings import HOLD_OUT, SEED
from engine.settings.model_kinds import KINDS, SMOOTHING
from engine.settings.recipes import Recipe
from engine.settings.values import ModelSpec, Value

if TYPE_CHECKING:
    from engine.lab.lab import Lab
    from engine.lab.run import Run

Step = tuple[int, float, float | None]  # its number, its loss, and that without λ if there is one

SHORT: Final = ("learning_rate", "regularisation", "seed", "smoothing")  # for --set NAME=VALUE
LABS: Final = {"checkpoint", "running", "resume_from"}  # parameters that name a lab that is there
LONG: Final = 10_000  # steps; a person sees how far a longer training is
NET: Final = KINDS["bigram"]


@dataclass(frozen=True)
class Training:
    """A lab to be opened, and how its models are to be trained."""

    data: Path
    data_format: DataFormat
    hold_out_data: Path | None
    steps: int | None  # None: to the goal that the run has
    hold_out: float
    device: str
    kind: str | None  # of the model that is selected; None: the lecture's net
    settings: dict[str, Value]  # of the models, as far as they were given

    def lab(self, **settings: Any) -> Lab:
        """The lab before its first step; raises EngineError for bad data, device or settings."""
        from engine.lab.lab import Lab  # and with it torch

        others = dict(self.settings)
        own = () if self.kind is None else KINDS[self.kind].settings
        of_model = {each.name: others.pop(each.name) for each in own if each.name in others}
        lab = Lab(
            self.data,
            self.hold_out,
            self.device,
            int(others.pop("seed", SEED)),
            data_format=self.data_format,
            hold_out_data=self.hold_out_data,
            model=None if self.kind is None else ModelSpec(self.kind, of_model),
        )
        if lab.corpus.format_found:
            narrate(lab.corpus.format_found)
        lab.configure(others | settings)
        return lab

    def check_steps(self, *runs: Run) -> None:
        """Raise UsageError for steps that none of these runs has; the last of them is meant."""
        if self.steps is not None and runs and all(run.trainer is None for run in runs):
            name = runs[-1].name
            raise click.UsageError(f"--steps: {name} has none, it is fitted to the data at once.")

    def begin(self, run: Run) -> None:
        """Set the goal, and be in training where there are steps to make."""
        if self.steps is None:
            run.train()
        elif self.steps:
            run.train(more=self.steps)

    def run(self, run: Run, go_on: Callable[[], bool] = lambda: True) -> Iterator[Step]:
        """Train as the steps are taken, as long as `go_on`, asked every some tens of ms, says so.

        Raises Diverged when the loss ceases to be finite.
        """
        while run.state == "training" and go_on():
            assert run.trainer is not None
            burst = run.advance(run.trainer.longest_burst)
            nlls = chain(burst.nlls, repeat(None))
            for step, (loss, nll) in enumerate(zip(burst.losses, nlls, strict=False), burst.first):
                yield step, loss, nll
        if run.state == "failed" and not burst.diverged:
            raise OutOfMemory(run.reason)
        if run.state == "failed":
            lower = " or --regularisation" if run.has("regularisation") else ""
            raise Diverged(f"{run.divergence} Lower --learning-rate{lower}.")

    def finish(self, run: Run) -> None:
        """Train from the beginning to the end; see `run`. A model without steps is as it is."""
        if run.trainer is None:
            return
        self.begin(run)
        length = run.goal - run.step if run.state == "training" else 0
        is_hidden = length < LONG or not sys.stderr.isatty()
        with click.progressbar(
            length=length, label="training", file=sys.stderr, hidden=is_hidden,
            update_min_steps=max(1, length // 1000),
        ) as bar:  # fmt: skip
            for _ in self.run(run):
                bar.update(1)


hold_out_option = setting_option(
    HOLD_OUT, "--hold-out", help="Fraction of the distinct words to keep from training."
)


def steps_option(least: int) -> Callable[[Command], Command]:
    """`--steps N`, from `least` up; None: to the goal that the model has."""
    trained = (kind for kind in KINDS.values() if kind.goal)
    goals = ", ".join(f"{kind.goal:,} of the {kind.kind}" for kind in trained)
    return click.option(
        "--steps", type=click.IntRange(least), show_default=f"the model's goal: {goals}",
        help="Updates.",
    )  # fmt: skip


def training_options(seed: str = "--seed") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options of a `Training`, handed over as `training`; `seed` is that of the weights."""
    learning_rate = NET.setting("learning_rate")
    shared = (
        data_option,
        format_options,
        model_options,
        steps_option(0),
        setting_option(
            learning_rate, "--learning-rate", "--lr", help="Of gradient descent.",
            show_default=f"{learning_rate.default}, or the model's own",
        ),
        setting_option(
            NET.setting("regularisation"), "--regularisation", help="λ of λ · mean(W²)."
        ),
        hold_out_option,
        device_option,
        setting_option(NET.setting("seed"), seed, "seed", help="Seed of the weights."),
    )  # fmt: skip
    fields = Training.__dataclass_fields__.keys() - {"settings"}

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def with_training(*, assignments: tuple[str, ...], **given: Any) -> Any:
            typed, options = given_parameters(), {n: given.pop(n) for n in SHORT if n in given}
            settings: dict[str, Value] = {n: v for n, v in options.items() if n in typed}
            if (kind := given["kind"]) is not None:
                for name in settings:
                    check_has(kind, name, option_of(name))
            if not LABS & typed:  # one that is there refuses `--set`
                settings |= assigned(kind, assignments, {n: option_of(n) for n in settings})
            recipe: Recipe | None = given.get("recipe")
            check_recipe(recipe, kind)
            if recipe is not None:
                settings = recipe.settings | settings
            training = Training(settings=settings, **{name: given.pop(name) for name in fields})
            return command(training=training, **given)

        for option in reversed(shared):
            with_training = option(with_training)
        return with_training

    return decorate


smoothing_option = setting_option(
    SMOOTHING, "--smoothing", help="Added to every count.",
    show_default=f"{SMOOTHING.default}, or the model's own",
)  # fmt: skip
