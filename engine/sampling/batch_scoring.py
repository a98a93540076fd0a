"""The NLL and the novelty of many names at once: the same digits as one at a time, sooner.

Shape suffixes: V symbols, N pairs of neighbouring symbols of all names, M cells of the matrix.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from engine.data.corpus import Corpus
from engine.data.vocabulary import BOUNDARY
from engine.models.base.model import Model, TableModel
from engine.sampling.scoring import mean_nll, nll, symbols_of

AT_ONCE: Final = 256  # names


class ScoredName(msgspec.Struct, frozen=True, gc=False):
    """A name, and what its model makes of it."""

    name: str
    nll: float  # mean over its characters and its end, in nats
    in_data: bool | None  # None where the words of the data are not kept
    probabilities: list[float]  # of each character, and of the end


def scorer_of(model: Model, corpus: Corpus) -> NameScorer:
    """The quickest scorer of the names that a model has drawn."""
    return (
        TableScorer(corpus, model) if isinstance(model, TableModel) else NameScorer(corpus, model)
    )


class NameScorer:
    """Scores the names that one model has drawn.

    Args:
        corpus: what the model has learned from.
        model: any.
    """

    def __init__(self, corpus: Corpus, model: Model) -> None:
        self._corpus = corpus
        self._model = model

    def scored(self, names: Sequence[str], cut_off_at: int) -> Iterator[ScoredName]:
        """The names with their scores.

        Args:
            names: of the model's own characters, and none of them a line end.
            cut_off_at: so many characters have those that did not come to an end.
        """
        by_length = sorted(range(len(names)), key=lambda place: len(names[place]))
        probs: list[list[float]] = [[] for _ in names]
        for begin in range(0, len(names), AT_ONCE):
            places = by_length[begin : begin + AT_ONCE]
            symbols = [symbols_of(names[place], self._corpus.vocabulary) for place in places]
            longest = len(symbols[-1])
            padded_BT = torch.tensor([s + [BOUNDARY] * (longest - len(s)) for s in symbols])
            for place, of_name in zip(
                places, self._model.probs_of(padded_BT).tolist(), strict=True
            ):
                length = len(names[place])
                probs[place] = of_name[: length + (length < cut_off_at)]
        for name, of_name in zip(names, probs, strict=True):
            yield ScoredName(name, mean_nll(of_name), self._corpus.has(name), of_name)


class TableScorer(NameScorer):
    """Scores the names of a model that is a table: a million of them in a second."""

    def __init__(self, corpus: Corpus, model: TableModel) -> None:
        super().__init__(corpus, model)
        self._probs_M = model.probs_VV.numpy().ravel()
        # As `nll` has it, of those cells that were met: numpy's logarithm has other last digits.
        self._nll_M = np.full(self._probs_M.shape, np.nan)
        characters = corpus.vocabulary.characters[1:]
        self._codes_V = np.array([ord("\n"), *map(ord, characters)], dtype=np.uint32)
        self._order_V = np.argsort(self._codes_V)

    def scored(self, names: Sequence[str], cut_off_at: int) -> Iterator[ScoredName]:
        """See `NameScorer.scored`."""
        pairs_N = self._pairs(names)
        new_N = pairs_N[np.isnan(self._nll_M[pairs_N])]
        for cell in np.unique(new_N).tolist():
            self._nll_M[cell] = nll(float(self._probs_M[cell]))
        nlls, probs = self._nll_M[pairs_N].tolist(), self._probs_M[pairs_N].tolist()
        known, begin = self._corpus.known, 0
        for name in names:
            length = len(name)
            last = begin + length + (length < cut_off_at)
            mean = sum(nlls[begin:last]) / (last - begin)
            is_known = None if known is None else name in known
            yield ScoredName(name, mean, is_known, probs[begin:last])
            begin += length + 1

    def _pairs(self, names: Sequence[str]) -> NDArray[np.int64]:
        """The cells of all pairs of neighbouring symbols, names one behind another; (N,)."""
        text = "\n" + "\n".join(names) + "\n"
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        places = np.searchsorted(self._codes_V, codes, sorter=self._order_V)
        symbols = self._order_V[places].astype(np.int64)
        return symbols[:-1] * len(self._codes_V) + symbols[1:]
