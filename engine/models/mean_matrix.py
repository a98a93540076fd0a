"""The matrix of a model that sees more than one symbol: its P(j | i), averaged over the data.

Shape suffixes: V symbols, R places, C symbols of a window.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from engine.data.corpus import Corpus
from engine.data.vocabulary import BOUNDARY
from engine.devices import one_thread
from engine.models.model import CELLS, TableModel, WindowModel

MOST_PLACES: Final = (
    4096  # of the data: within 10 ms, as a screen that watches asks again and again
)


def places_of(model: WindowModel, corpus: Corpus) -> int | None:
    """How many places of the training words `mean_probs` averages over; None: it is exact."""
    return None if isinstance(model, TableModel) else _places(corpus)


def mean_probs(model: WindowModel, corpus: Corpus) -> Tensor:
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


def _mean_probs(model: WindowModel, corpus: Corpus) -> Tensor:
    symbols, tokens = model.symbols, corpus.tokens
    places_R = torch.linspace(0, len(tokens) - 1, _places(corpus)).long()
    across_words = bool(model.spec.settings.get("across_words"))
    windows_RC, _ = tokens.windows(places_R, model.context, across_words)
    sums_VV = torch.zeros((symbols, symbols), dtype=torch.float64)
    for some_RC in torch.split(windows_RC, max(1, CELLS // symbols)):
        sums_VV.index_add_(0, some_RC[:, -1], model.rough_probs_after(some_RC))
    places_V = windows_RC[:, -1].bincount(minlength=symbols)
    absent = (places_V == 0).nonzero().squeeze(1)
    if len(absent):
        first_RC = torch.full((len(absent), model.context), BOUNDARY)
        first_RC[:, -1] = absent
        sums_VV[absent] = model.probs_after(first_RC)
    return torch.div(sums_VV, places_V.clamp(min=1)[:, None])


def _places(corpus: Corpus) -> int:
    return min(MOST_PLACES, len(corpus.tokens))
