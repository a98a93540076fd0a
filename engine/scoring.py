"""How surprised a model is by a word: its negative log likelihood, a character at a time.

Shape suffixes: V symbols.
"""

from __future__ import annotations

import math
from itertools import pairwise

from torch import Tensor

from engine.vocabulary import BOUNDARY, Vocabulary


def transitions(word: str, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """The pairs of symbols that a word is made of, from boundary to boundary.

    >>> transitions("ab", Vocabulary("ab"))
    [(0, 1), (1, 2), (2, 0)]

    Raises:
        OutsideVocabulary: the word has an unknown character.
    """
    symbols = [BOUNDARY, *vocabulary.encode(word), BOUNDARY]
    return list(pairwise(symbols))


def probabilities_of_word(
    word: str, vocabulary: Vocabulary, probs_VV: Tensor, ended: bool = True
) -> list[float]:
    """The probability of each character of a word after the one before, its end being the last.

    Args:
        word: a word of the vocabulary.
        vocabulary: what its symbols are.
        probs_VV: P(j | i), (V, V).
        ended: False where the word was cut off, and so has no end.

    Raises:
        OutsideVocabulary: the word has an unknown character.
    """
    pairs = transitions(word, vocabulary)
    return [float(probs_VV[pair]) for pair in (pairs if ended else pairs[:-1])]


def mean_nll(probabilities: list[float]) -> float:
    """Mean NLL in nats per character of a word whose characters have these probabilities.

    >>> mean_nll([1.0, 0.25])
    0.6931471805599453
    """
    return sum(map(nll, probabilities)) / len(probabilities)


def nll(probability: float) -> float:
    """-ln p; `inf` where p is 0."""
    return -math.log(probability) if probability > 0 else math.inf
