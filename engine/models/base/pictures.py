"""From tensors to the pictures of what is inside a model, as fine as a screen can draw them.

Shape suffixes: R rows, C columns, V symbols, E numbers of an embedding, P places, H units of a
layer, T symbols of a word.
"""

from __future__ import annotations

import math
from typing import Final, Protocol, runtime_checkable

import torch
from torch import Tensor
from torch.nn.functional import adaptive_max_pool2d

from engine.wire.inside import FINEST, Attention, Heatmap, Histogram, Points

SATURATED: Final = 0.97  # from there on a tanh unit hardly learns: lecture 3
BINS: Final = 200  # of a histogram: as many as a broad pane has columns; 3 at each end saturate


@runtime_checkable
class HasTanhLayers(Protocol):
    """A model with layers of tanh units."""

    def activations(self, inputs: Tensor) -> dict[str, Tensor]:
        """What the layers give, by their names: (…, H), by units in the last dimension.

        Args:
            inputs: of the model's `Examples`, on its device.
        """


@runtime_checkable
class HasAttention(Protocol):
    """A model with heads of attention."""

    def attention(self, tokens_T: Tensor) -> dict[str, Tensor]:
        """How each head attends, by its name: a row for each symbol sums to 1, (T, T).

        Args:
            tokens_T: one word, behind a boundary; int64 on the model's device.
        """


def heatmap(matrix_RC: Tensor, rows: int, columns: int) -> Heatmap:
    """A matrix in so many cells at the most; each has the farthest from 0 of the numbers it covers.

    A mean would be near 0 wherever many share a cell.
    """
    shape = (matrix_RC.shape[0], matrix_RC.shape[1])
    rows, columns = min(rows, shape[0]), min(columns, shape[1])
    _, places = adaptive_max_pool2d(matrix_RC.abs()[None], (rows, columns), return_indices=True)
    low, high = torch.aminmax(matrix_RC)
    widest = torch.maximum(-low, high)
    cells = matrix_RC.flatten()[places.flatten()]
    return Heatmap(shape, rows, columns, _in_parts(cells, widest), float(low), float(high))


def points(embedding_VE: Tensor) -> Points:
    """The symbols in two dimensions: by the numbers of the embedding, or by principal components.

    Of each component the sign is that by which the symbol farthest from the mean is above 0, so
    that a picture does not turn over from one step to the next.
    """
    numbers = embedding_VE.shape[1]
    explained: tuple[float, float] | None = None
    if numbers == 2:
        places_V2 = embedding_VE
    else:
        centred_VE = embedding_VE - embedding_VE.mean(0)
        u, sizes, _ = torch.linalg.svd(centred_VE, full_matrices=False)
        places_V2 = torch.zeros(len(embedding_VE), 2, dtype=embedding_VE.dtype)
        found = min(2, len(sizes))
        places_V2[:, :found] = u[:, :found] * sizes[:found]
        farthest = places_V2.gather(0, places_V2.abs().argmax(0, keepdim=True))
        places_V2 = places_V2 * torch.where(farthest < 0, -1.0, 1.0)
        shares = sizes.square() / sizes.square().sum().clamp(min=1e-300)
        explained = (float(shares[0]), float(shares[1]) if found > 1 else 0.0)
    low_2, high_2 = torch.aminmax(places_V2, dim=0)
    middle_2, half_2 = (low_2 + high_2) / 2, (high_2 - low_2) / 2
    (left, bottom), (right, top) = low_2.tolist(), high_2.tolist()
    parts = _in_parts(places_V2 - middle_2, half_2)
    return Points(parts, (left, right), (bottom, top), numbers, explained)


def histogram(name: str, activations_PH: Tensor) -> Histogram:
    """How the activations of a layer of tanh units spread."""
    values = activations_PH.flatten()
    bins = torch.histc(values, BINS, -1, 1)
    deviation, mean = torch.std_mean(values)
    return Histogram(
        name,
        float(mean),
        float(deviation),
        int((values.abs() > SATURATED).count_nonzero()) / max(1, len(values)),
        bytes((bins / bins.max().clamp(min=1) * 255).ceil().int().tolist()),
    )


def attention(symbols: tuple[int, ...], weights_TT: Tensor) -> Attention:
    """How one head attends; each row of the weights sums to 1."""
    return Attention(symbols, _in_parts(weights_TT, torch.ones(())))


def ratio(of: Tensor, to: Tensor) -> float:
    """The deviation of some numbers in parts of that of others; infinite where these are equal."""
    spread = float(to.std(correction=0))
    return float(of.std(correction=0)) / spread if spread else math.inf


def _in_parts(numbers: Tensor, widest: Tensor) -> bytes:
    parts = numbers.double() / widest.double().clamp(min=1e-300) * FINEST
    return parts.round().to(torch.int8).contiguous().numpy().tobytes()
