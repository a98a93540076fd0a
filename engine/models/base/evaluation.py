"""How good a model is on one side of the data.

Shape suffixes: R rows of the examples, V symbols.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import torch
from torch import Tensor

from engine.data.corpus import Corpus
from engine.data.examples import Examples
from engine.data.tokens import Tokens
from engine.devices import one_thread
from engine.models.base.model import Model, TableModel

CELLS: Final = 1 << 22  # probabilities at a time: 32 MB


def train_nll(model: Model, corpus: Corpus) -> float:
    """Mean NLL of all training words; a table's follows from the counts."""
    if isinstance(model, TableModel):
        return nll_of_counts(corpus.counts_VV, model.probs_VV)
    return mean_nll(model, corpus.tokens)


def held_out_nll(model: Model, corpus: Corpus) -> float | None:
    """The same of the held-out words; None without a hold-out."""
    if isinstance(model, TableModel):
        counts_VV = corpus.held_out_VV
        return None if counts_VV is None else nll_of_counts(counts_VV, model.probs_VV)
    tokens = corpus.held_out_tokens
    return None if tokens is None else mean_nll(model, tokens)


def mean_nll(model: Model, tokens: Tokens) -> float:
    """Mean negative log likelihood of all places, in nats per character, each as it weighs.

    Returns:
        `inf` where a symbol that is there has probability 0.
    """
    examples = model.examples(tokens)
    rows = max(1, int(CELLS / model.symbols / examples.places_a_row))
    *_, nll = mean_nll_so_far(model, examples, None, rows)
    return nll


def mean_nll_so_far(
    model: Model, examples: Examples, sample_R: Tensor | None, at_once: int
) -> Iterator[float]:
    """See `mean_nll`: that of more and more rows, until it is that of all of them.

    Args:
        model: which must not change meanwhile.
        examples: those of the model.
        sample_R: rows of `Examples.draw`, which are taken for all of them; int64, (R,).
        at_once: so many rows are taken at a time.
    """
    total, weight = 0.0, 0
    weights_R = examples.weights_R if sample_R is None else None  # a sample is drawn by weight
    rows_R = torch.arange(len(examples)) if sample_R is None else sample_R
    for rows in torch.split(rows_R, at_once):
        with one_thread():
            inputs, targets = examples.of(rows)
        counts = (targets >= 0).long()
        if weights_R is not None:
            counts *= weights_R[rows].view(-1, *[1] * (targets.dim() - 1))
        nlls = model.nlls(inputs, targets).double()
        total += float(nlls.where(counts > 0, 0).mul(counts).sum())
        weight += int(counts.sum())
        yield total / weight


def nll_of_counts(counts_VV: Tensor, probs_VV: Tensor) -> float:
    """Mean negative log likelihood of a corpus, in nats per character.

    Args:
        counts_VV: how often symbol j follows symbol i; integers, (V, V); at least one.
        probs_VV: P(j | i); float64, each row sums to 1, (V, V).

    Returns:
        -Σ N log P / Σ N. `inf` where a pair that was counted has probability 0.

    >>> nll_of_counts(torch.tensor([[1, 1], [1, 1]]), torch.full((2, 2), 0.5).double())
    0.6931471805599453
    """
    counts_VV = counts_VV.double()
    return max(0.0, float(-torch.xlogy(counts_VV, probs_VV).sum() / counts_VV.sum()))
