"""What the commands that need a trained net share: its options, and the training itself."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.cli.console import narrate
from engine.cli.group import data_option, device_option
from engine.errors import Diverged
from engine.settings.data_format import DataFormat
from engine.settings.defaults import DEFAULTS, GOAL
from engine.settings.format_options import format_options
from engine.settings.option_types import sensible

if TYPE_CHECKING:
    from engine.lab.lab import Lab


@dataclass(frozen=True)
class Training:
    """A lab to be opened, and how its net is to be trained."""

    data: Path
    data_format: DataFormat
    hold_out_data: Path | None
    steps: int | None  # None: to the goal that the lab has
    learning_rate: float
    regularisation: float
    hold_out: float
    device: str
    weights_seed: int

    def lab(self, **settings: Any) -> Lab:
        """The lab before its first step, with other settings of it given.

        Raises:
            EngineError: the data, the device or a setting is not good.
        """
        from engine.lab.lab import (
            Lab,  # which takes torch with it: --help and a shell can do without
        )

        lab = Lab(
            self.data,
            self.hold_out,
            self.device,
            self.weights_seed,
            data_format=self.data_format,
            hold_out_data=self.hold_out_data,
        )
        if lab.corpus.format_found:
            narrate(lab.corpus.format_found)
        lab.configure(
            learning_rate=self.learning_rate, regularisation=self.regularisation, **settings
        )
        return lab

    def begin(self, lab: Lab) -> None:
        """Set the goal, and be in training where there are steps to make."""
        if self.steps is None:
            lab.train()
        elif self.steps:
            lab.train(more=self.steps)

    def run(
        self, lab: Lab, go_on: Callable[[], bool] = lambda: True
    ) -> Iterator[tuple[int, float, float]]:
        """Train as the steps are taken: the number of each, its loss, and that without λ.

        Args:
            lab: after `begin`.
            go_on: asked between bursts, of some tens of milliseconds, whether to.

        Raises:
            Diverged: the loss ceased to be finite.
        """
        while lab.state == "training" and go_on():
            burst = lab.advance(lab.trainer.longest_burst)
            yield from zip(count(burst.first), burst.losses, burst.nlls, strict=False)
        if lab.state == "failed":
            raise Diverged(f"{lab.divergence} Lower --learning-rate or --regularisation.")

    def finish(self, lab: Lab) -> None:
        """Train from the beginning to the end; see `run`."""
        self.begin(lab)
        for _ in self.run(lab):
            pass


def training_options(seed: str = "--seed") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options of a `Training`, handed over as `training`.

    Args:
        seed: what the option for the seed of the weights is called.
    """
    shared = (
        data_option,
        format_options,
        click.option(
            "--steps", default=GOAL, type=click.IntRange(0), show_default=True, help="Updates."
        ),
        click.option(
            "--learning-rate",
            "--lr",
            default=DEFAULTS.learning_rate,
            callback=sensible("learning_rate"),
            show_default=True,
            help="Of gradient descent.",
        ),
        click.option(
            "--regularisation",
            default=DEFAULTS.regularisation,
            callback=sensible("regularisation"),
            show_default=True,
            help="λ of λ · mean(W²).",
        ),
        click.option(
            "--hold-out",
            default=DEFAULTS.hold_out,
            callback=sensible("hold_out"),
            show_default=True,
            help="Fraction of the distinct words to keep from training.",
        ),
        device_option,
        click.option(
            seed,
            "weights_seed",
            default=DEFAULTS.seed,
            callback=sensible("seed"),
            show_default=True,
            help="Seed of the weights.",
        ),
    )
    fields = Training.__dataclass_fields__

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def with_training(**given: Any) -> Any:
            training = Training(**{name: given.pop(name) for name in fields})
            return command(training=training, **given)

        for option in reversed(shared):
            with_training = option(with_training)
        return with_training

    return decorate


smoothing_option = click.option(
    "--smoothing",
    default=DEFAULTS.smoothing,
    callback=sensible("smoothing"),
    show_default=True,
    help="Added to every count.",
)
