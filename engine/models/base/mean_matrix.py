"""The matrix of a model that sees more than one symbol: its P(j | i), averaged over the data.

Shape suffixes: V symbols, R rows of the examples, P places, T places of a row.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn.functional import pad

from engine.data.corpus import Corpus
from engine.data.vocabulary import BOUNDARY
from engine.devices import one_thread
from engine.models.base.model import CELLS, Model, TableModel, WindowModel

MOST_PLACES: Final = (
    4096  # of the data: within 10 ms, as a screen that watches asks again and again
)
MOST_PROBABILITIES: Final = 1 << 21  # of all places: those of 4,096 up to 512 symbols


def places_of(model: Model, corpus: Corpus) -> int | None:
    """About how many places of the training words `mean_probs` averages over; None: it is exact."""
    return None if isinstance(model, TableModel) else _places(corpus)


def mean_probs(model: Model, corpus: Corpus) -> Tensor:
    """P(j | i), averaged over the places of the training words where i stands.

    The places are the same each time: evenly spread over the data. Of a symbol that stands at none
    of them, it is P where the symbol is the first of a word.

    Args:
        model: any; one that sees a single symbol is its own matrix.
        corpus: what it learns from.

    Returns:
        float64 on the CPU, (V, V); each row sums to 1.
    """
    if isinstance(model, TableModel):
        return model.probs_VV
    with one_thread():  # to add up so few rows, others would be waited for longer than it takes
        return _mean_probs(model, corpus)


def _mean_probs(model: Model, corpus: Corpus) -> Tensor:
    symbols, examples = model.symbols, model.examples(corpus.tokens)
    count = max(1, int(_places(corpus) / examples.places_a_row))
    rows_R = torch.linspace(0, len(examples) - 1, count).long()
    sums_VV = torch.zeros((symbols, symbols), dtype=torch.float64)
    places_V = torch.zeros(symbols, dtype=torch.int64)
    for rows in torch.split(rows_R, max(1, int(CELLS / symbols / examples.places_a_row))):
        inputs, targets = examples.of(rows)
        are_there = targets >= 0
        newest_P = examples.newest(inputs)[are_there]
        sums_VV.index_add_(0, newest_P, model.rough_probs(inputs)[are_there])
        places_V += newest_P.bincount(minlength=symbols)
    absent = (places_V == 0).nonzero()
    if len(absent):
        # A word of this symbol alone, as a window or as a sequence.
        width = model.context if isinstance(model, WindowModel) else 2
        inputs = pad(absent, (width - 1, 0), value=BOUNDARY)
        probs = model.rough_probs(inputs).view(len(absent), -1, symbols)
        sums_VV[absent[:, 0]] = probs[:, -1]
    return sums_VV.div_(places_V.clamp(min=1)[:, None])  # in place: 60 MB take long to be had


def _places(corpus: Corpus) -> int:
    most = min(MOST_PLACES, MOST_PROBABILITIES // len(corpus.vocabulary))
    return min(most, len(corpus.tokens))
