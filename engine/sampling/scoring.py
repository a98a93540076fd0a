"""How surprised a model is by a word: its negative log likelihood, a character at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from engine.data.vocabulary import BOUNDARY, Vocabulary
from engine.errors import BadSetting
from engine.models.model import Model


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


def probabilities_of_word(
    word: str, vocabulary: Vocabulary, model: Model, ended: bool = True
) -> list[float]:
    """The probability of each character of a word after those before, its end being the last.

    Args:
        word: a word of the vocabulary.
        vocabulary: what its symbols are.
        model: any.
        ended: False where the word was cut off, and so has no end.

    Raises:
        OutsideVocabulary: the word has an unknown character.
    """
    symbols = symbols_of(word, vocabulary)
    return probabilities_of(symbols if ended else symbols[:-1], model)


def nll_of_drawn_text(text: str, drawn: int, vocabulary: Vocabulary, model: Model) -> float:
    """Mean NLL of a text's last `drawn` characters, each after those before; without an end.

    Args:
        text: from its beginning.
        drawn: how many characters count.
        vocabulary: what its symbols are.
        model: any.
    """
    return mean_nll(probabilities_of(symbols_of(text, vocabulary)[:-1], model)[-drawn:])


def mean_nll(probabilities: list[float]) -> float:
    """Mean NLL in nats per character of a word whose characters have these probabilities.

    >>> mean_nll([1.0, 0.25])
    0.6931471805599453
    """
    return sum(map(nll, probabilities)) / len(probabilities)


def nll(probability: float) -> float:
    """-ln p; `inf` where p is 0."""
    return -math.log(probability) if probability > 0 else math.inf
