"""How surprised a model is by a word: its negative log likelihood, a character at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import torch

from engine.data.vocabulary import BOUNDARY, Vocabulary
from engine.errors import BadSetting
from engine.models.base.model import Model, WindowModel
from engine.sampling.in_parts import InParts

AT_ONCE: Final = 1 << 16  # probabilities of a part: some milliseconds of a large model


def symbols_of(word: str, vocabulary: Vocabulary) -> list[int]:
    """The symbols of a word, with a boundary at both ends.

    >>> symbols_of("ab", Vocabulary("ab"))
    [0, 1, 2, 0]

    Raises:
        OutsideVocabulary: the word has an unknown character.
    """
    return [BOUNDARY, *vocabulary.encode(word), BOUNDARY]


def symbols_within(passage: str, vocabulary: Vocabulary) -> list[int]:
    """The symbols of a passage of a running text, which goes on before and behind it.

    >>> symbols_within("ab", Vocabulary("ab"))
    [1, 2]

    Raises:
        OutsideVocabulary: the passage has an unknown character.
        BadSetting: it has less than two characters, and so none that follows another.
    """
    symbols = vocabulary.encode(passage)
    if len(symbols) < 2:
        raise BadSetting("A passage of a text needs two characters: the second is scored.")
    return symbols


def probabilities_of(symbols: Sequence[int], model: Model) -> list[float]:
    """The probability of each symbol but the first, after those before it."""
    probabilities: list[float] = model.probs_of(torch.tensor([symbols]))[0].tolist()
    return probabilities


def probabilities_in_parts(symbols: Sequence[int], model: Model) -> InParts[list[float]]:
    """See `probabilities_of`: the same, some symbols at a time."""
    if not isinstance(model, WindowModel):
        return (yield from _step_by_step(symbols, model))
    at_once = max(1, AT_ONCE // model.symbols)
    probabilities: list[float] = []
    for start in range(1, len(symbols), at_once):
        if start > 1:
            yield
        first = max(0, start - model.context)  # that is seen
        of_part = probabilities_of(symbols[first : start + at_once], model)
        probabilities += of_part[start - first - 1 :]
    return probabilities


def _step_by_step(symbols: Sequence[int], model: Model) -> InParts[list[float]]:
    state, probabilities = model.begin(1), []
    for before, symbol in pairwise(symbols):
        probs_1V, state = model.step(state, torch.tensor([before]))
        probabilities.append(float(probs_1V[0, symbol]))
        yield
    return probabilities


def nll_of_drawn_text(
    text: str, drawn: int, vocabulary: Vocabulary, model: Model
) -> InParts[float]:
    """Mean NLL of a text's last `drawn` characters, each after those before; without an end.

    Args:
        text: from its beginning.
        drawn: how many characters count.
        vocabulary: what its symbols are.
        model: any.
    """
    symbols = symbols_of(text, vocabulary)[:-1]
    return mean_nll((yield from probabilities_in_parts(symbols, model))[-drawn:])


def mean_nll(probabilities: list[float]) -> float:
    """Mean NLL in nats per character of a word whose characters have these probabilities.

    >>> mean_nll([1.0, 0.25])
    0.6931471805599453
    """
    return sum(map(nll, probabilities)) / len(probabilities)


def nll(probability: float) -> float:
    """-ln p; `inf` where p is 0."""
    return -math.log(probability) if probability > 0 else math.inf
