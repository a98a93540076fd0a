"""How surprised a model is by a word: its negative log likelihood, a character at a time.

Shape suffixes: V symbols.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor

from engine.data.vocabulary import BOUNDARY, Vocabulary
from engine.errors import BadSetting


def transitions(word: str, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """The pairs of symbols that a word is made of, from boundary to boundary.

    >>> transitions("ab", Vocabulary("ab"))
    [(0, 1), (1, 2), (2, 0)]

    Raises:
        OutsideVocabulary: the word has an unknown character.
    """
    symbols = [BOUNDARY, *vocabulary.encode(word), BOUNDARY]
    return list(pairwise(symbols))


def transitions_within(passage: str, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """The pairs of symbols in a passage of a running text, which goes on before and behind it.

    >>> transitions_within("ab", Vocabulary("ab"))
    [(1, 2)]

    Raises:
        OutsideVocabulary: the passage has an unknown character.
        BadSetting: it has less than two characters, and so no pair.
    """
    symbols = vocabulary.encode(passage)
    if len(symbols) < 2:
        raise BadSetting("A passage of a text needs two characters: the second is scored.")
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


def nll_of_drawn_text(text: str, drawn: int, vocabulary: Vocabulary, probs_VV: Tensor) -> float:
    """Mean NLL of a text's last `drawn` characters, each after the one before; without an end.

    Args:
        text: from its beginning.
        drawn: how many characters count.
        vocabulary: what its symbols are.
        probs_VV: P(j | i), (V, V).
    """
    pairs = transitions(text, vocabulary)[-1 - drawn : -1]
    rows, columns = torch.tensor(pairs).T
    return max(0.0, float(-probs_VV[rows, columns].log().mean()))


def mean_nll(probabilities: list[float]) -> float:
    """Mean NLL in nats per character of a word whose characters have these probabilities.

    >>> mean_nll([1.0, 0.25])
    0.6931471805599453
    """
    return sum(map(nll, probabilities)) / len(probabilities)


def nll(probability: float) -> float:
    """-ln p; `inf` where p is 0."""
    return -math.log(probability) if probability > 0 else math.inf
