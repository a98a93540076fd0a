"""What a trainer is: it changes the weights of a model, a burst of steps at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from engine.settings.values import Value


@dataclass(frozen=True)
class Evaluation:
    """How good a model was after a step, on all that it was trained on and on the hold-out."""

    step: int
    train: float  # mean NLL, nats per character
    held_out: float | None  # None without a hold-out


@dataclass(frozen=True)
class Burst:
    """A few steps, made at once. Losses are of the weights before each step's update."""

    first: int  # number of the first step, from 1
    losses: tuple[float, ...]
    nlls: tuple[float, ...]  # the losses without λ · mean(W²); empty where the trainer has no λ
    held_out: tuple[float, ...]  # NLL of the hold-out at each step; empty where it is not measured
    diverged: bool  # the next step's loss would not be finite: it was not made
    evaluations: tuple[Evaluation, ...] = ()  # at some steps


class Trainer(Protocol):
    """Owns the weights of a model. The only place where they change."""

    step: int  # updates made
    longest_burst: int  # steps
    measures_each_step: bool  # with a hold-out, a burst has its NLL of each step

    @property
    def nll(self) -> float:
        """Mean NLL of the training words, as it was measured last; NaN as long as it was not."""

    @property
    def held_out_nll(self) -> float:
        """The same of the hold-out; NaN without one."""

    def burst(self, steps: int, settings: Mapping[str, Value]) -> Burst:
        """Make so many steps, or fewer where the loss ceases to be finite; none while it measures.

        After a diverged burst the weights are those of the last step whose loss was finite.

        Args:
            steps: at least 1; no more than `longest_burst` are made.
            settings: of the run, as they are now.
        """

    @property
    def is_measured(self) -> bool:
        """Whether `nll` and `held_out_nll` are of the weights as they are."""

    def measure_on(self) -> Evaluation | None:
        """Go on to bring both up to date, as where a training rests, for some milliseconds.

        Returns:
            What was measured, where this was the last of it; None as long as it was not.
        """

    def state(self) -> dict[str, Tensor]:
        """A copy of all that the next steps depend on, on the CPU: weights, moments, generators."""

    def resume(self, state: dict[str, Tensor], step: int) -> None:
        """Go on from a `state`, as after so many steps.

        Raises:
            BadSetting: it is no state of such a trainer.
        """
