"""How good a model is on one side of the data.

Shape suffixes: P places, R of them at a time, C symbols of a window.
"""

from __future__ import annotations

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
    across_words = bool(model.spec.settings.get("across_words"))
    total = 0.0
    rows = max(1, CELLS // model.symbols)
    weights_P = tokens.weights if sample_P is None else None  # a sample is drawn by weight
    parts = tokens.places(rows) if sample_P is None else torch.split(sample_P, rows)
    for places_R in parts:
        with one_thread():
            windows_RC, targets_R = tokens.windows(places_R, model.context, across_words)
        nlls_R = model.nlls(windows_RC, targets_R).double()
        total += float((nlls_R * (1 if weights_P is None else weights_P[places_R])).sum())
    if weights_P is not None:
        return total / int(weights_P.sum())
    return total / (len(tokens) if sample_P is None else len(sample_P))
