"""How surprised a model is by a word: its negative log likelihood, a character at a time.

Shape suffixes: V symbols.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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


def probabilities_of(pairs: Sequence[tuple[int, int]], probs_VV: Tensor) -> list[float]:
    """The probability of each pair's second symbol after the first.

    Args:
        pairs: of symbols; see `transitions`.
        probs_VV: P(j | i), (V, V).
    """
    rows, columns = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).T
    probabilities: list[float] = probs_VV[rows, columns].tolist()
    return probabilities


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
    return probabilities_of(pairs if ended else pairs[:-1], probs_VV)


def nll_of_drawn_text(text: str, drawn: int, vocabulary: Vocabulary, probs_VV: Tensor) -> float:
    """Mean NLL of a text's last `drawn` characters, each after the one before; without an end.

    Args:
        text: from its beginning.
        drawn: how many characters count.
        vocabulary: what its symbols are.
        probs_VV: P(j | i), (V, V).
    """
    pairs = transitions(text, vocabulary)[-1 - drawn : -1]
    return mean_nll(probabilities_of(pairs, probs_VV))


def mean_nll(probabilities: list[float]) -> float:
    """Mean NLL in nats per character of a word whose characters have these probabilities.

    >>> mean_nll([1.0, 0.25])
    0.6931471805599453
    """
    return sum(map(nll, probabilities)) / len(probabilities)


def nll(probability: float) -> float:
    """-ln p; `inf` where p is 0."""
    return -math.log(probability) if probability > 0 else math.inf
