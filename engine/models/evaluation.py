"""How good a model is on one side of the data.

Shape suffixes: R places at a time, C symbols of a window.
"""

from __future__ import annotations

from typing import Final

from engine.data.tokens import Tokens
from engine.devices import one_thread
from engine.models.model import WindowModel

CELLS: Final = 1 << 22  # probabilities at a time: 32 MB


def mean_nll(model: WindowModel, tokens: Tokens) -> float:
    """Mean negative log likelihood of all places, in nats per character, each as it weighs.

    Args:
        model: sees across words where its setting `across_words` is "yes".
        tokens: one side of the data.

    Returns:
        `inf` where a symbol that is there has probability 0.
    """
    across_words = model.spec.settings.get("across_words") == "yes"
    total = 0.0
    for places_R in tokens.places(max(1, CELLS // model.symbols)):
        with one_thread():
            windows_RC, targets_R = tokens.windows(places_R, model.context, across_words)
        nlls_R = model.nlls(windows_RC, targets_R).double()
        weights_R = 1 if tokens.weights is None else tokens.weights[places_R]
        total += float((nlls_R * weights_R).sum())
    return total / (len(tokens) if tokens.weights is None else int(tokens.weights.sum()))
