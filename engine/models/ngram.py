"""The n-gram model: what followed the last n - 1 symbols in the training words, smoothed.

The counts are sparse. A context of L symbols is a number: its rank among those that the data has.
It is found from the number of its newest L - 1 symbols and the one before them, as in a tree that
goes from the newest symbol back: so a key fits into 64 bits, however many symbols there are and
however long a context is.

Shape suffixes: B windows, C symbols of a window, G n-grams, K contexts, P places, V symbols.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor

from engine.data.tokens import Tokens
from engine.data.vocabulary import BOUNDARY
from engine.devices import one_thread
from engine.models.model import WindowModel
from engine.settings.values import ModelSpec

# Witten and Bell's own is 1. Collins found 5 the best for parsing English; on the lecture's names
# with n = 6, 1 gives 2.05 nats on test words, 5 gives 1.94, and 8 gives 1.95.
WEIGHT_OF_TYPES: Final = 5.0


class Ngram(WindowModel):
    """P(next symbol | the last n - 1), from counts.

    Of a context h, N(h) symbols came behind it, T(h) distinct ones. The method `add-k` is

        P(j | h) = (N(h j) + k) / (N(h) + k V)

    and uniform where this is 0 / 0. `witten-bell` mixes all orders: with h' for h without its
    oldest symbol, down to the uniform distribution below order 1, it is

        P(j | h) = (N(h j) + λ T(h) P(j | h')) / (N(h) + λ T(h))

    and P(j | h') where h was never seen. The more distinct symbols came behind h, the likelier a
    new one is: Witten and Bell, The zero-frequency problem (IEEE Transactions on Information Theory
    37, 1991), method C. The constant λ = 5 is that of Collins, Head-Driven Statistical Models for
    Natural Language Parsing (1999).

    With `across_words` a word's first symbols are predicted from the word before it, too. Where a
    word stands alone, nothing is known of what was before its boundary: the context is shorter.

    Args:
        spec: its settings are `order`, n, from 1 to 8; `method`; `smoothing`, k; and
            `across_words`, true or false.
        tokens: the training words.
        symbols: V.
    """

    def __init__(self, spec: ModelSpec, tokens: Tokens, symbols: int) -> None:
        self.spec = spec
        self.symbols = symbols
        order = int(spec.settings["order"])
        self.context = max(1, order - 1)  # of order 1 it is not looked at
        self._is_mixed = spec.settings["method"] == "witten-bell"
        self._is_across_words = bool(spec.settings["across_words"])
        self._added = None if self._is_mixed else float(spec.settings["smoothing"]) * symbols
        self._keys: list[Tensor] = []  # of the contexts of 1, 2 … symbols; sorted
        self._levels: dict[int, _Level] = {}  # the n-grams, by the length of their contexts
        with one_thread():
            self._count(tokens, order)

    @property
    def parameters(self) -> int:
        """The distinct n-grams that are kept, of all orders that are."""
        return sum(len(level.keys_G) for level in self._levels.values())

    def probs_after(self, windows_BC: Tensor) -> Tensor:
        """See `WindowModel.probs_after`."""
        with one_thread():
            return self._probs(windows_BC, _Level.rows)

    def nlls(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """See `Model.nlls`; without the probabilities of all other symbols."""
        with one_thread():
            probs_B1 = self._probs(inputs, lambda level, at_B: level.cells(at_B, targets))
            return -probs_B1[:, 0].log()

    def _count(self, tokens: Tokens, order: int) -> None:
        windows_PC, targets_P = tokens.all_windows(self.context, self._is_across_words)
        numbers_P = torch.zeros_like(targets_P, dtype=torch.int64)
        for length in range(order):
            if length:
                keys_P = numbers_P * self.symbols + windows_PC[:, -length]
                keys, numbers_P = torch.unique(keys_P, return_inverse=True)
                self._keys.append(keys)
            if self._is_mixed or self._is_across_words or length == order - 1:
                keys_P = numbers_P * self.symbols + targets_P
                self._levels[length] = _Level(keys_P, tokens.weights, self.symbols, self._added)

    def _probs(self, windows_BC: Tensor, shares: Callable[[_Level, Tensor], Tensor]) -> Tensor:
        """P of those symbols whose shares are given of each level; (B, V) or (B, 1)."""
        numbers_B = torch.zeros(len(windows_BC), dtype=torch.int64)
        uniform = torch.full((len(windows_BC), 1), 1 / self.symbols, dtype=torch.float64)
        probs = uniform
        for length in range(len(self._keys) + 1):
            if length:
                keys_B = numbers_B * self.symbols + windows_BC[:, -length]
                numbers_B = _found(self._keys[length - 1], keys_B)
            if (level := self._levels.get(length)) is None:
                continue
            shorter = probs if self._is_mixed else uniform
            longer = shares(level, numbers_B) + level.left_K[numbers_B, None] * shorter
            if self._is_across_words:
                longer = torch.where(self._known(windows_BC) >= length, longer, probs)
            probs = longer
        return probs

    def _known(self, windows_BC: Tensor) -> Tensor:
        """How many of a window's symbols are known, where words stand one behind another; (B, 1).

        There a boundary is behind another only where nothing is known of what was before.
        """
        boundaries_B = (windows_BC == BOUNDARY).long().cumprod(1).sum(1)  # that it begins with
        return (self.context + 1 - boundaries_B.clamp(min=1))[:, None]


class _Level:
    """The n-grams of one order: P(j | h) = share of j behind h + what is left · P(j | h').

    Args:
        keys_P: at each place the context's number and the symbol there: number · V + symbol.
        weights_P: how often each place counts; None: once.
        symbols: V.
        added: what is added to N(h), and left to P(j | h'); None: λ T(h).
    """

    def __init__(
        self, keys_P: Tensor, weights_P: Tensor | None, symbols: int, added: float | None
    ) -> None:
        self.symbols = symbols
        self.keys_G, places_P, counts_G = torch.unique(
            keys_P, return_inverse=True, return_counts=True
        )
        if weights_P is not None:
            counts_G = torch.zeros_like(counts_G).index_add_(0, places_P, weights_P)
        contexts_G = self.keys_G // symbols
        contexts = int(contexts_G[-1]) + 1
        # One more, behind them, is the context that was never seen.
        self.types_K = contexts_G.bincount(minlength=contexts + 1)
        self.starts_K = self.types_K.cumsum(0) - self.types_K  # of each context's n-grams
        totals_K = torch.zeros_like(self.types_K).index_add_(0, contexts_G, counts_G).double()
        added_K = WEIGHT_OF_TYPES * self.types_K if added is None else totals_K.new_tensor(added)
        self.shares_G = counts_G.double() / (totals_K + added_K)[contexts_G]
        self.left_K = (added_K / (totals_K + added_K)).nan_to_num_(1)

    def rows(self, numbers_B: Tensor) -> Tensor:
        """The share of each symbol behind some contexts; float64, (B, V)."""
        types_B = self.types_K[numbers_B]
        rows = torch.arange(len(numbers_B)).repeat_interleave(types_B)
        shifts_B = self.starts_K[numbers_B] - (types_B.cumsum(0) - types_B)
        grams = torch.arange(len(rows)) + shifts_B[rows]
        shares_BV = torch.zeros((len(numbers_B), self.symbols), dtype=torch.float64)
        shares_BV[rows, self.keys_G[grams] % self.symbols] = self.shares_G[grams]
        return shares_BV

    def cells(self, numbers_B: Tensor, targets_B: Tensor) -> Tensor:
        """The share of one symbol behind each context; float64, (B, 1)."""
        grams_B = _found(self.keys_G, numbers_B * self.symbols + targets_B)
        is_there_B = grams_B < len(self.keys_G)
        shares_B: Tensor = self.shares_G[grams_B.clamp(max=len(self.keys_G) - 1)]
        return (shares_B * is_there_B)[:, None]


def _found(keys: Tensor, wanted_B: Tensor) -> Tensor:
    """Where keys are among sorted ones, each of which is there once; behind the last: nowhere."""
    places_B: Tensor = torch.searchsorted(keys, wanted_B)
    is_there_B = keys[places_B.clamp(max=len(keys) - 1)] == wanted_B
    return places_B.where(is_there_B, len(keys))
