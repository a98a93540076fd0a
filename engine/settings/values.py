"""The settings that a person can change while a lab is open, and what they are at first."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Source = Literal["counts", "net", "both"]
Stream = Literal["keyed", "video", "notebook", "torch"]
PACE: Final = 20.0  # steps per second: slow enough to see the loss fall, 100 steps in 5 seconds
NO_PACE_LIMIT: Final = float("inf")  # steps per second
LENGTH: Final = 500  # characters to draw of a running text: as makemore's and nanoGPT's samples


Value = bool | int | float | str  # of a setting


class ModelSpec(msgspec.Struct, frozen=True):
    """Which model, and all that is set of it: its hyperparameters, and how it is trained."""

    kind: str
    settings: dict[str, Value]


class Settings(msgspec.Struct, frozen=True):
    """Everything a person can change while the lab is open."""

    learning_rate: float
    regularisation: float  # λ of λ · mean(W²)
    smoothing: float  # k, added to every count
    pace: float  # training steps per second; infinite: no limit
    seed: int  # of the weights
    hold_out: float  # fraction of the distinct words
    source: Source  # which model the names are drawn from
    stream: Stream
    sample_seed: int
    temperature: float
    top_k: int  # 0: all characters
    prefix: str
    keep_sampling: bool
    length: int = LENGTH  # characters to draw where the data is one running text
