"""From the counts of the n-grams of one order to shares: P(j | h) = share + rest · P(j | h').

h' is h without its oldest symbol. Of a context h, N(h) symbols came behind it, T(h) distinct ones.

Shape suffixes: G n-grams, K contexts.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from engine.models.ngram.counting import LevelCounts

# Of n-grams that are there once, twice, and more often, where the data is too little to say: those
# that KenLM's lmplz has for it, with --discount_fallback.
USUAL_DISCOUNTS: Final = (0.5, 1.0, 1.5)


def add_k(level: LevelCounts, added: float) -> tuple[Tensor, Tensor]:
    """Add to every count as much, where P(j | h') is uniform.

        P(j | h) = (N(h j) + k) / (N(h) + k V)

    Args:
        level: the n-grams.
        added: k V.

    Returns:
        The share of each n-gram, (G,), and the rest of each context, (K,); float64.
    """
    counts_G = level.counts_G.double()
    added_K = torch.full((len(level.types_K),), added, dtype=torch.float64)
    totals_K = level.sums(counts_G) + added_K
    return counts_G / level.spread(totals_K), (added_K / totals_K).nan_to_num_(1)


def witten_bell(level: LevelCounts, escape: float) -> tuple[Tensor, Tensor]:
    """Leave the more to shorter contexts, the more distinct symbols came behind h.

        P(j | h) = (N(h j) + λ T(h) P(j | h')) / (N(h) + λ T(h))

    With λ = 1 it is method C of Witten and Bell, The zero-frequency problem (IEEE Transactions on
    Information Theory 37, 1991). In Collins, Head-Driven Statistical Models for Natural Language
    Parsing (dissertation, University of Pennsylvania, 1999) λ is 5: what was seen has the weight
    N / (N + 5 T).

    Args:
        level: the n-grams.
        escape: λ.

    Returns:
        See `add_k`.
    """
    counts_G, added_K = level.counts_G.double(), escape * level.types_K.double()
    totals_K = level.sums(counts_G) + added_K
    return counts_G / level.spread(totals_K), (added_K / totals_K).nan_to_num_(1)


def kneser_ney(level: LevelCounts) -> tuple[Tensor, Tensor]:
    """Take a discount from each count, and give all that was taken to shorter contexts.

        P(j | h) = (c(h j) - D(c(h j)) + (Σ D) P(j | h')) / Σ c

    It is the modified Kneser–Ney method, interpolated: Chen and Goodman, An empirical study of
    smoothing techniques for language modeling (Computer Speech and Language 13, 1999). c is how
    often h j is there where it is of the highest order; else how many distinct symbols stand
    before it. Where nothing can, as before a word, it is how often it is there: so SRILM and KenLM.

    Args:
        level: the n-grams.

    Returns:
        See `add_k`.
    """
    by_count = torch.tensor((0.0, *discounts(level.continuations_G)), dtype=torch.float64)
    discounts_G = by_count[level.continuations_G.clamp(max=3)]
    counts_G = level.continuations_G.double()
    totals_K = level.sums(counts_G)
    shares_G = (counts_G - discounts_G) / level.spread(totals_K)
    return shares_G, (level.sums(discounts_G) / totals_K).nan_to_num_(1)


def discounts(counts_G: Tensor) -> tuple[float, ...]:
    """What is taken from a count of 1, of 2, and of 3 or more.

        D(c) = c - (c + 1) · n(c + 1) / n(c) · n(1) / (n(1) + 2 n(2))

    n(c) is how many n-grams have the count c. Where one of n(1) to n(4) is 0, as in little data or
    where each n-gram is there many times, or a discount would not be above 0, all three are
    `USUAL_DISCOUNTS`.

    >>> discounts(torch.tensor([1] * 8 + [2] * 4 + [3] * 2 + [4]))
    (0.5, 1.25, 2.0)
    >>> discounts(torch.tensor([1, 1, 2]))
    (0.5, 1.0, 1.5)
    """
    n = counts_G.clamp(max=5).bincount(minlength=6).tolist()
    if not all(n[1:5]):
        return USUAL_DISCOUNTS
    found = tuple(c - (c + 1) * n[c + 1] / n[c] * n[1] / (n[1] + 2 * n[2]) for c in (1, 2, 3))
    return found if min(found) > 0 else USUAL_DISCOUNTS
