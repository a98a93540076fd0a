"""The values of the settings that a person can change while a lab is open."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Source = Literal["compared", "selected", "both"]  # of the two runs
Stream = Literal["keyed", "video", "notebook", "torch", "python"]
PACE: Final = 20.0  # steps per second: slow enough to see the loss fall, 100 steps in 5 seconds
NO_PACE_LIMIT: Final = float("inf")  # steps per second
LENGTH: Final = 500  # characters to draw of a running text: as makemore's and nanoGPT's samples

Value = bool | int | float | str  # of a setting


def limited(pace: float) -> float | None:
    """A pace as JSON can hold it, which knows no infinity; None: no limit."""
    return None if pace == NO_PACE_LIMIT else pace


class ModelSpec(msgspec.Struct, frozen=True):
    """Which model, and all that is set of it: its hyperparameters, and how it is trained."""

    kind: str
    settings: dict[str, Value]


class Settings(msgspec.Struct, frozen=True):
    """What can be changed of a lab, whatever its models are: how names are drawn."""

    hold_out: float  # fraction of the distinct words
    source: Source  # which run's names are drawn
    stream: Stream
    sample_seed: int
    temperature: float
    top_k: int  # 0: all characters
    prefix: str
    keep_sampling: bool
    length: int = LENGTH  # characters to draw where the data is one running text
