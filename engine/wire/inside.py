"""Pictures of what is inside a model: what a screen asks for, and what it is told.

The numbers of a picture are as fine as a screen can draw them, a byte each.
"""

from __future__ import annotations

from typing import Final

import msgspec

FINEST: Final = 127  # a byte tells a number from -127 to 127, in parts of the largest


class Look(msgspec.Struct, frozen=True):
    """Which picture of the selected run is shown, and how large."""

    picture: str = ""  # its name; the first that there is where the run has none of that name
    part: int = 0  # which weights, or which head: from 0, round and round
    rows: int = 1  # cells of a heat map, at the most
    columns: int = 1
    word: str = ""  # whose attention is shown


class Heatmap(msgspec.Struct, frozen=True, tag=True):
    """A matrix of weights. A cell has the weight farthest from 0 of those that share it."""

    shape: tuple[int, int]  # of the whole matrix
    rows: int  # of cells
    columns: int
    cells: bytes  # int8, row by row, in parts of the weight that is farthest from 0
    low: float  # smallest weight
    high: float  # largest weight


class Points(msgspec.Struct, frozen=True, tag=True):
    """The embedding of each symbol as a point: its two numbers, or two principal components."""

    places: bytes  # int8: across and up of each symbol in turn, from -127 to 127
    across: tuple[float, float]  # the smallest and the largest number, at -127 and 127
    up: tuple[float, float]
    numbers: int  # of an embedding
    explained: tuple[float, float] | None  # shares of the variance; None: they are its two numbers


class Histogram(msgspec.Struct, frozen=True):
    """The activations of a layer of tanh units, between -1 and 1."""

    name: str
    mean: float
    deviation: float
    saturated: float  # share of those beyond ±0.97
    bins: bytes  # how many fall into each, as uint8: in parts of the fullest, which has 255


class Histograms(msgspec.Struct, frozen=True, tag=True):
    """The activations of all tanh layers."""

    layers: tuple[Histogram, ...]
    places: int  # of the data, where they were taken


class Gradient(msgspec.Struct, frozen=True):
    """The gradient of a tensor of weights."""

    name: str
    deviation: float
    to_weights: float  # its deviation in parts of that of the weights
    update: float | None  # log10 of the next step's in parts of the weights; None: not known


class Gradients(msgspec.Struct, frozen=True, tag=True):
    """The gradients of all weights."""

    tensors: tuple[Gradient, ...]
    places: int  # of the data, whose mean loss they are of


class Attention(msgspec.Struct, frozen=True, tag=True):
    """How much each symbol of a word attends to those up to it, by one head of one layer."""

    symbols: tuple[int, ...]
    cells: bytes  # int8, a row for each symbol: FINEST is all of its attention


Picture = Heatmap | Points | Histograms | Gradients | Attention


class Inside(msgspec.Struct, frozen=True):
    """The picture that is shown."""

    pictures: tuple[str, ...]  # names of all that the run has; none where it has no weights
    name: str = ""  # of this one
    part: str = ""  # the weights' name, or the head's; empty where there is but one part
    at: int = 0  # number of the part, from 0
    parts: int = 1  # how many there are
    picture: Picture | None = None
