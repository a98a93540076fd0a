"""How good a model is on one side of the data.

Shape suffixes: P places, R of them at a time, C symbols of a window.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import torch
from torch import Tensor

from engine.data.tokens import Tokens
from engine.devices import one_thread
from engine.models.model import WindowModel

CELLS: Final = 1 << 22  # probabilities at a time: 32 MB


def mean_nll(model: WindowModel, tokens: Tokens, sample_P: Tensor | None = None) -> float:
    """Mean negative log likelihood of all places, in nats per character, each as it weighs.

    Args:
        model: sees across words where its setting `across_words` is true.
        tokens: one side of the data.
        sample_P: places of `Tokens.draw`, which are taken for all of them; int64, (P,).

    Returns:
        `inf` where a symbol that is there has probability 0.
    """
    *_, nll = mean_nll_so_far(model, tokens, sample_P, max(1, CELLS // model.symbols))
    return nll


def mean_nll_so_far(
    model: WindowModel, tokens: Tokens, sample_P: Tensor | None, rows: int
) -> Iterator[float]:
    """See `mean_nll`: that of more and more places, until it is that of all of them.

    Args:
        model: which must not change meanwhile.
        tokens: as for `mean_nll`.
        sample_P: the same.
        rows: so many places are taken at a time.
    """
    across_words = bool(model.spec.settings.get("across_words"))
    total, weight = 0.0, 0
    weights_P = tokens.weights if sample_P is None else None  # a sample is drawn by weight
    parts = tokens.places(rows) if sample_P is None else torch.split(sample_P, rows)
    for places_R in parts:
        with one_thread():
            windows_RC, targets_R = tokens.windows(places_R, model.context, across_words)
        nlls_R = model.nlls(windows_RC, targets_R).double()
        weights_R = torch.ones_like(places_R) if weights_P is None else weights_P[places_R]
        total += float((nlls_R * weights_R).sum())
        weight += int(weights_R.sum())
        yield total / weight
