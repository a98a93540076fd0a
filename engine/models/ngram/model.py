"""The n-gram model: what followed the last n - 1 symbols in the training words, smoothed.

Shape suffixes: B windows, C symbols of a window, G n-grams, K contexts, V symbols.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from engine.data.examples import Examples, Windows
from engine.data.tokens import Tokens
from engine.data.vocabulary import BOUNDARY
from engine.devices import one_thread
from engine.models.base.model import WindowModel
from engine.models.ngram.counting import LevelCounts, counts_of
from engine.models.ngram.smoothing import add_k, kneser_ney, witten_bell
from engine.settings.values import ModelSpec


class Ngram(WindowModel):
    """P(next symbol | the last n - 1), from counts.

    Of the methods, `add-k` knows one order only. `witten-bell` and `kneser-ney` mix all orders: the
    rest that one leaves goes to the one below it, down to the uniform distribution below order 1.
    Where a context was never seen, it leaves all. Their formulas are in `smoothing`.

    With `across_words` a word's first symbols are predicted from the word before it, too. Where a
    word stands alone, nothing is known of what was before its boundary: the context is shorter.

    The tables hold what the data has: of the lecture's 32,033 names 6 MB with n = 6, 13 with n = 8.

    Args:
        spec: its settings are `order`, n, from 1 to 8; `method`; `smoothing`, k of `add-k`;
            `escape`, λ of `witten-bell`; and `across_words`, true or false.
        tokens: the training words.
        symbols: V.
    """

    def __init__(self, spec: ModelSpec, tokens: Tokens, symbols: int) -> None:
        self.spec = spec
        self.symbols = symbols
        order = int(spec.settings["order"])
        self.context = max(1, order - 1)  # of order 1 it is not looked at
        self._is_mixed = spec.settings["method"] != "add-k"
        self._is_across_words = bool(spec.settings["across_words"])
        with one_thread():
            self._counts = counts_of(self._seen(tokens), order, self._is_across_words, symbols)
            has_all = self._is_mixed or self._is_across_words
            self._levels = {  # the n-grams, by the length of their contexts
                length: self._level(self._counts.level(length))
                for length in range(0 if has_all else order - 1, order)
            }

    def examples(self, tokens: Tokens) -> Examples:
        """See `Model.examples`."""
        return Windows(self._seen(tokens), self.context, self._is_across_words)

    def _seen(self, tokens: Tokens) -> Tokens:
        """Those places that have a whole n-gram, where words stand one behind another.

        So EurekaLabs' ngram, whose figures this gives, lets a window slide over its text.
        """
        return tokens.behind(int(self.spec.settings["order"])) if self._is_across_words else tokens

    def _level(self, counts: LevelCounts) -> _Level:
        match self.spec.settings:
            case {"method": "witten-bell", "escape": escape}:
                shares_G, rest_K = witten_bell(counts, float(escape))
            case {"method": "kneser-ney"}:
                shares_G, rest_K = kneser_ney(counts)
            case {"smoothing": k}:
                shares_G, rest_K = add_k(counts, float(k) * self.symbols)
        return _Level(counts, shares_G, rest_K, self.symbols)

    @property
    def parameters(self) -> int:
        """The distinct n-grams that are looked up, of all orders that are."""
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

    def _probs(self, windows_BC: Tensor, shares: Callable[[_Level, Tensor], Tensor]) -> Tensor:
        """P of those symbols whose shares are given of each level; (B, V) or (B, 1)."""
        contexts = self._counts.contexts
        numbers_B = torch.zeros(len(windows_BC), dtype=torch.int64)
        uniform = torch.full((len(windows_BC), 1), 1 / self.symbols, dtype=torch.float64)
        probs = uniform
        for length in range(len(contexts) + 1):
            if length:
                keys_B = numbers_B * self.symbols + windows_BC[:, -length]
                numbers_B = _found(contexts[length - 1], keys_B)
            if (level := self._levels.get(length)) is None:
                continue
            shorter = probs if self._is_mixed else uniform
            longer = shares(level, numbers_B) + level.rest_K[numbers_B, None] * shorter
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
    """The n-grams of one order: P(j | h) = share of j behind h + rest of h · P(j | h').

    Args:
        counts: of the n-grams.
        shares_G: of each n-gram; float64, (G,).
        rest_K: of each context; float64, (K,).
        symbols: V.
    """

    def __init__(self, counts: LevelCounts, shares_G: Tensor, rest_K: Tensor, symbols: int) -> None:
        self.keys_G = counts.keys_G
        self.types_K, self.ends_K = counts.types_K, counts.ends_K
        self.shares_G = shares_G
        self.rest_K = rest_K
        self.symbols = symbols

    def rows(self, numbers_B: Tensor) -> Tensor:
        """The share of each symbol behind some contexts; float64, (B, V)."""
        types_B = self.types_K[numbers_B]
        rows = torch.arange(len(numbers_B)).repeat_interleave(types_B)
        shifts_B = self.ends_K[numbers_B] - types_B.cumsum(0)
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
