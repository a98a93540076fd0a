"""What the settings are at first: the lecture's values, each with its reason."""

from __future__ import annotations

from typing import Final

from engine.settings.values import LENGTH, PACE, Settings

SEED: Final = 2147483647  # the lecture's, for weights and for names
GOAL: Final = 100  # steps; the lecture's
LEARNING_RATE: Final = 50.0  # the lecture's; stable, as the gradient is a mean over all pairs
REGULARISATION: Final = 0.01  # the lecture's λ
SMOOTHING: Final = 1.0  # the lecture's k

DEFAULTS: Final = Settings(
    learning_rate=LEARNING_RATE,
    regularisation=REGULARISATION,
    smoothing=SMOOTHING,
    pace=PACE,
    seed=SEED,
    hold_out=0.0,
    source="both",  # the lecture ends with both, from one seed
    stream="keyed",
    sample_seed=SEED,
    temperature=1.0,
    top_k=0,
    prefix="",
    keep_sampling=False,
    length=LENGTH,
)
