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


def nll_of_word(word: str, vocabulary: Vocabulary, probs_VV: Tensor, ended: bool = True) -> float:
    """Mean NLL of a word in nats per character, its end being one; `inf` where it is impossible.

    Args:
        word: a word of the vocabulary.
        vocabulary: what its symbols are.
        probs_VV: P(j | i), (V, V).
        ended: False where the word was cut off, and so has no end to score.
    """
    pairs = transitions(word, vocabulary)
    if not ended:
        pairs.pop()
    return sum(nll(float(probs_VV[pair])) for pair in pairs) / len(pairs)


def nll(probability: float) -> float:
    """-ln p; `inf` where p is 0."""
    return -math.log(probability) if probability > 0 else math.inf
