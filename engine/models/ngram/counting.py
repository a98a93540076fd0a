"""How often each n-gram is in the training words.

An n-gram is a path in a tree: from its context's newest symbol back to the oldest, then to the
symbol that followed. Each node has a number: its rank among those of its depth. A node's key is
its parent's number · V + its symbol. So keys fit into 64 bits, however many symbols there are and
however long a context is.

Shape suffixes: P places, G distinct n-grams, K contexts, R places at a time, V symbols.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary, WeakValueDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.tokens import Tokens
from engine.data.vocabulary import BOUNDARY

Integers = NDArray[np.integer[Any]]
Keys = NDArray[np.int64]
KEY_LIMIT: Final = 1 << 63  # of a key of 64 bits
SMALL_KEY_LIMIT: Final = 1 << 31  # keys of 32 bits are sorted in half the time


@dataclass(frozen=True)
class LevelCounts:
    """The n-grams of one order: what followed the contexts of one length, and how often.

    Attributes:
        keys_G: context's number · V + symbol, sorted; int64.
        counts_G: how often each is there; integers.
        continuations_G: how many distinct symbols stand before each; as often as it is there if it
            is of the highest order, or if nothing can stand before it.
        types_K: how many distinct symbols followed each context. One more, behind them, is the
            context that was never seen: 0.
        ends_K: behind which n-grams those of each context end.
    """

    keys_G: Tensor
    counts_G: Tensor
    continuations_G: Tensor
    types_K: Tensor
    ends_K: Tensor

    def spread(self, values_K: Tensor) -> Tensor:
        """Give each n-gram the value of its context; (G,)."""
        return values_K.repeat_interleave(self.types_K)

    def sums(self, values_G: Tensor) -> Tensor:
        """Add up the values of each context's n-grams; (K,)."""
        contexts_G = self.spread(torch.arange(len(self.types_K)))
        return values_G.new_zeros(len(self.types_K)).index_add_(0, contexts_G, values_G)


class NgramCounts:
    """The counts of all n-grams of up to n symbols.

    Only those of n symbols are counted in the text: the shorter ones follow from them.

    Args:
        tokens: the training words.
        order: n.
        across_words: whether a word's first symbols stand behind the word before it.
        symbols: V.
    """

    def __init__(self, tokens: Tokens, order: int, across_words: bool, symbols: int) -> None:
        self.order = order
        self._symbols = symbols
        self._is_across_words = across_words
        tree, counts_G = _counted_paths(tokens, order, across_words, symbols)
        *contexts, grams_G = map(torch.from_numpy, tree)
        self.contexts: list[Tensor] = contexts  # the keys of those of 1, 2 … n - 1 symbols; sorted
        counts = torch.from_numpy(counts_G)
        self._levels = {order - 1: self._level(order - 1, grams_G, counts, counts)}

    def level(self, length: int) -> LevelCounts:
        """The n-grams whose contexts have so many symbols; counted when first asked for."""
        if length not in self._levels:
            self._levels[length] = self._shortened(length)
        return self._levels[length]

    def _shortened(self, length: int) -> LevelCounts:
        """Those of the next order, each without its oldest symbol."""
        symbols, longer = self._symbols, self.level(length + 1)
        contexts_G = longer.keys_G // symbols
        parents_G = self.contexts[length][contexts_G] // symbols
        keys_G, counts_G, continuations_G = map(
            torch.from_numpy,
            _gathered(
                (parents_G * symbols + longer.keys_G % symbols).numpy(), longer.counts_G.numpy()
            ),
        )
        if length and not self._is_across_words:
            oldest_G = self.contexts[length - 1][keys_G // symbols] % symbols
            continuations_G = counts_G.where(oldest_G == BOUNDARY, continuations_G)
        return self._level(length, keys_G, counts_G, continuations_G)

    def _level(
        self, length: int, keys_G: Tensor, counts_G: Tensor, continuations_G: Tensor
    ) -> LevelCounts:
        contexts = len(self.contexts[length - 1]) if length else 1
        types_K = (keys_G // self._symbols).bincount(minlength=contexts + 1)
        return LevelCounts(keys_G, counts_G, continuations_G, types_K, types_K.cumsum(0))


# Models of the same words share their counts, as one and the same before and after a setting is
# changed; what no model uses any longer is forgotten.
_OfTokens = WeakValueDictionary[tuple[int, bool, int], NgramCounts]
_known: WeakKeyDictionary[Tokens, _OfTokens] = WeakKeyDictionary()


def counts_of(tokens: Tokens, order: int, across_words: bool, symbols: int) -> NgramCounts:
    """See `NgramCounts`; they are not counted again while a model has them."""
    of_tokens = _known.setdefault(tokens, _OfTokens())
    key = (order, across_words, symbols)
    counts = of_tokens.get(key)
    if counts is None:
        counts = of_tokens[key] = NgramCounts(tokens, order, across_words, symbols)
    return counts


def _counted_paths(
    tokens: Tokens, order: int, across_words: bool, symbols: int
) -> tuple[list[Keys], Integers]:
    """The keys of the tree's nodes at each depth, and how often each of the deepest is there."""
    tree: list[Keys] = []
    numbers_P, nodes = None, 1  # of the nodes that the places have come to; how many there are
    while True:
        steps = 1
        while len(tree) + steps < order and nodes * symbols ** (steps + 1) <= KEY_LIMIT:
            steps += 1
        codes_P: Integers
        codes_P = np.empty(
            len(tokens), np.int32 if nodes * symbols**steps <= SMALL_KEY_LIMIT else np.int64
        )
        start = 0
        for columns in tokens.columns(order - 1, across_words):
            codes_R = codes_P[start : start + len(columns[0])]
            codes_R[:] = 0 if numbers_P is None else numbers_P[start : start + len(codes_R)]
            for column_R in columns[len(tree) : len(tree) + steps]:
                np.multiply(codes_R, symbols, out=codes_R)
                np.add(codes_R, column_R, out=codes_R)
            start += len(codes_R)
        if len(tree) + steps == order:
            weights_P = None if tokens.weights is None else tokens.weights.numpy()
            codes_G, counts_G, _ = _gathered(codes_P, weights_P)
            return tree + _nodes(codes_G, steps, symbols), counts_G
        # The next symbols would not fit into 64 bits: a rank stands for those that there are.
        codes_K = np.unique(codes_P)
        tree += _nodes(codes_K, steps, symbols)
        numbers_P, nodes = np.searchsorted(codes_K, codes_P), len(codes_K)


def _nodes(codes: Integers, steps: int, symbols: int) -> list[Keys]:
    """The keys of the nodes on some paths, at each depth.

    Args:
        codes: of the paths, sorted: the number of the node where one begins · V^steps + its
            symbols as the digits of a number to the base V.
        steps: how many symbols each path has.
        symbols: V.
    """
    codes = codes.astype(np.int64)
    parents, nodes = codes // symbols**steps, []
    for behind in reversed(range(steps)):
        paths = codes // symbols**behind
        is_new = _differs_from_before(paths)
        nodes.append(parents[is_new] * symbols + paths[is_new] % symbols)
        parents = is_new.cumsum() - 1
    return nodes


def _gathered(keys: Integers, weights: Integers | None) -> tuple[Integers, Integers, Integers]:
    """The distinct keys, sorted; what each weighs in all; and how many of each there are.

    Without weights the keys are sorted where they are: there may be a quarter of a gigabyte.
    """
    if weights is None:
        keys.sort()
    else:
        by_key = np.argsort(keys)
        keys, weights = keys[by_key], weights[by_key]
    starts = np.flatnonzero(_differs_from_before(keys))
    counts = np.diff(starts, append=len(keys)).astype(np.int32)
    totals = counts if weights is None else np.add.reduceat(weights, starts, dtype=weights.dtype)
    return keys[starts], totals, counts


def _differs_from_before(keys: Integers) -> NDArray[np.bool_]:
    differs = np.empty(len(keys), bool)
    differs[:1] = True
    np.not_equal(keys[1:], keys[:-1], out=differs[1:])
    return differs
