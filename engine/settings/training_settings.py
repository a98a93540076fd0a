"""How a model is trained on minibatches: what can be set of it, whatever the model is."""

from __future__ import annotations

from typing import Any, Final

from engine.settings.lab_settings import SEED
from engine.settings.setting import Setting, one_two_five
from engine.settings.values import NO_PACE_LIMIT, Value

SEED_OF_WEIGHTS: Final = Setting(
    "seed", "seed of weights", "The same seed gives the same first weights.", "whole",
    SEED, f"a whole number from 0 to {2**64 - 1:,}", 0, 2**64 - 1, sign="seed", begins_run=True,
)  # fmt: skip


def learning_rate(default: float) -> Setting:
    """How far a step goes."""
    return Setting(
        "learning_rate", "learning rate", "How far a step goes against the gradient.", "number",
        default, "a number above 0", 0, above_low=True, below_high=True,
        rungs=one_two_five(-5, 6), sign="lr",
    )  # fmt: skip


def pace(default: float) -> Setting:
    """How fast a training is."""
    return Setting(
        "pace", "pace", "How fast it trains; without a limit, as fast as can be.", "number",
        default, "a number of steps per second above 0, or no limit", 0, above_low=True,
        # Doubling, from the lecture's 20 steps a second both ways.
        rungs=(*(20 * 2.0**power for power in range(-5, 11)), NO_PACE_LIMIT),
    )  # fmt: skip


def size(name: str, label: str, meaning: str, default: int, most: int, least: int = 1) -> Setting:
    """A hyperparameter that is a whole number, and belongs to a model from its beginning."""
    return Setting(
        name, label, meaning, "whole", default, f"a whole number from {least:,} to {most:,}",
        least, most, begins_run=True,
    )  # fmt: skip


def choice(name: str, label: str, meaning: str, default: Value, choices: dict[str, str]) -> Setting:
    """A hyperparameter that is one of a few, and belongs to a model from its beginning."""
    return Setting(name, label, meaning, "choice", default, choices=choices, begins_run=True)


def fraction(name: str, label: str, meaning: str, default: float, **more: Any) -> Setting:
    """A number from 0 up to, not including, 1."""
    return Setting(
        name, label, meaning, "number", default, "a number from 0 up to, not including, 1",
        0, 1, below_high=True, **more,
    )  # fmt: skip


def _steps(name: str, label: str, meaning: str, default: int) -> Setting:
    return Setting(
        name, label, meaning, "whole", default, f"a whole number from 0 to {10**15:,}", 0, 10**15
    )


def minibatch_settings(
    rate: float,
    *,
    batch: int = 32,
    optimizer: str = "sgd",
    schedule: str = "constant",
    decay_at: int = 0,
    decay_to: float = 0.1,
    betas: tuple[float, float] = (0.9, 0.99),
    weight_decay: float = 0.0,
    order: str = "random",
) -> tuple[Setting, ...]:
    """The settings that a minibatch trainer knows, with a kind's own defaults.

    Args:
        rate: the default of the learning rate, as all others are of their settings.
        batch: rows of a batch.
        optimizer: `sgd` or `adamw`.
        schedule: `constant`, `step`, `linear` or `cosine`.
        decay_at: see `engine.training.schedules`.
        decay_to: the same.
        betas: of AdamW.
        weight_decay: as of AdamW.
        order: `random` or `passes`.
    """
    return (
        Setting(
            "batch", "batch", "How many places, or words, a step learns from.", "whole", batch,
            "a whole number from 1 to 65,536", 1, 65_536,
            rungs=tuple(2.0**power for power in range(17)), sign="batch",
        ),
        learning_rate(rate),
        choice(
            "schedule", "schedule", "How the rate changes with the steps.", schedule,
            {
                "constant": "It stays.",
                "step": "From decay_at on it is decay_to times what it was.",
                "linear": "It falls in a straight line until decay_at.",
                "cosine": "It falls along half a wave until decay_at.",
            },
        ),
        _steps(
            "decay_at", "decay at", "The step at which the rate has fallen; 0: it does not.",
            decay_at,
        ),
        fraction("decay_to", "decay to", "The part of the rate that is left then.", decay_to),
        _steps("warmup", "warm-up", "The steps in which the rate rises to what it is.", 0),
        choice(
            "optimizer", "optimizer", "What a step makes of the gradient.", optimizer,
            {
                "sgd": "It is subtracted, times the rate.",
                "adamw": "Each weight has a rate of its own, by its past gradients.",
            },
        ),
        fraction("beta1", "β1", "How long AdamW remembers gradients.", betas[0]),
        fraction("beta2", "β2", "How long AdamW remembers their squares.", betas[1]),
        fraction(
            "weight_decay", "weight decay", "How much of a weight each step takes, times the rate.",
            weight_decay,
        ),
        Setting(
            "clip", "clip", "The longest gradient; a longer one is shortened. 0: any.", "number",
            0.0, "a number from 0 up", 0, below_high=True,
        ),
        fraction(
            "mean_weights", "mean of weights",
            "How long the mean of past weights remembers, which draws the names. 0: the last ones.",
            0.0, begins_run=True,
        ),
        choice(
            "order", "order", "In which order rows come into batches.", order,
            {
                "random": "Each is drawn from all.",
                "passes": "All are shuffled once, and come in turn, again and again.",
            },
        ),
        choice(
            "generators", "generators", "Where the random numbers come from.", "own",
            {
                "own": "Weights and batches have a generator each.",
                "shared": "One draws the weights, then the batches, as in the lectures.",
            },
        ),
        pace(NO_PACE_LIMIT),
        SEED_OF_WEIGHTS,
    )  # fmt: skip
