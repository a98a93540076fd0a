"""A Transformer in float64, whose probabilities are the same to the last bit in every batch.

Of the places before it keeps the keys and values, so that one more symbol costs one more place.
Products with weights are exact sums (`exact_products`). All other sums are taken in one order,
whether a word is alone or among others, and whether it comes at once or symbol by symbol.

Shape suffixes: B words, N new places, Q some of them, T places that are seen with the new ones,
K numbers that a layer takes, E numbers of an embedding, H heads, D = E / H numbers of a head, C
symbols of the context, V symbols.
"""

from __future__ import annotations

import math
from contextlib import AbstractContextManager
from typing import Final, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from engine.devices import one_thread
from engine.models.base.exact_products import Factor
from engine.models.transformers.transformer_weights import Block, Weights

AT_ONCE: Final = 1 << 20  # numbers of the products of queries and keys: 8 MB
SMALL: Final = 1 << 28  # places times weights; below, torch's other threads are of no use


class Seen(NamedTuple):
    """What is remembered of some words: their last symbols, and what attention takes of each."""

    tokens_BT: Tensor  # at most C of each
    keys: tuple[Tensor, ...]  # of each block; (B, T, D, H)
    values: tuple[Tensor, ...]  # (B, T, H, D)

    def some(self, places: Tensor) -> Seen:
        """That of some of the words."""
        keys, values = (
            tuple(each.index_select(0, places) for each in each_block) for each_block in self[1:]
        )
        return Seen(self.tokens_BT[places], keys, values)


class ExactTransformer:
    """A Transformer that draws, and scores words.

    Args:
        weights: float64, on the CPU.
        heads: H.
    """

    def __init__(self, weights: Weights, heads: int) -> None:
        self._weights = weights
        self._blocks = [_ExactBlock(block, heads) for block in weights.blocks]
        self._output = Factor(weights.output_weights)
        self._context, self._embedding = weights.position_embedding.shape
        self._heads = heads

    def begin(self, batch: int) -> Seen:
        """See `Model.begin`."""
        values_BTHD = torch.empty((batch, 0, self._heads, self._embedding // self._heads)).double()
        blocks = len(self._blocks)
        return Seen(
            torch.empty((batch, 0), dtype=torch.int64),
            (values_BTHD.mT,) * blocks,
            (values_BTHD,) * blocks,
        )

    def step(self, state: Seen, tokens_B: Tensor) -> tuple[Tensor, Seen]:
        """See `Model.step`; behind C symbols, the last C are taken anew."""
        tokens_BN = tokens_B[:, None]
        if state.tokens_BT.shape[1] == self._context:
            tokens_BN = torch.cat((state.tokens_BT[:, 1:], tokens_BN), dim=1)
            state = self.begin(len(tokens_B))
        with self._threads(tokens_BN):
            x_BNE, state = self._take(tokens_BN, state)
            return self._probs(x_BNE[:, -1:]).squeeze(1), state

    def probs(self, tokens_BT: Tensor) -> Tensor:
        """See `Model.probs`."""
        words, places = tokens_BT.shape
        with self._threads(tokens_BT):
            x_BTE, _ = self._take(tokens_BT[:, : self._context], self.begin(words))
            probs = [self._probs(x_BTE)]
            for place in range(self._context, places):
                window_BC = tokens_BT[:, place + 1 - self._context : place + 1]
                x_BCE, _ = self._take(window_BC, self.begin(words))
                probs.append(self._probs(x_BCE[:, -1:]))
            return torch.cat(probs, dim=1)

    def _threads(self, tokens_BN: Tensor) -> AbstractContextManager[None]:
        weights = len(self._blocks) * 12 * self._embedding**2
        return one_thread(where=tokens_BN.numel() * weights < SMALL)

    def _take(self, tokens_BN: Tensor, seen: Seen) -> tuple[Tensor, Seen]:
        """What the blocks give at each new place, and what is seen with them; as many as fit."""
        words, before = seen.tokens_BT.shape
        rows = max(1, AT_ONCE // (before + tokens_BN.shape[1]) // self._embedding)
        if words <= rows:
            return self._take_at_once(tokens_BN, seen)
        parts = torch.split(torch.arange(words), rows)
        x, all_seen = zip(
            *(self._take_at_once(tokens_BN[part], seen.some(part)) for part in parts), strict=True
        )
        tokens, keys, values = zip(*all_seen, strict=True)
        joined = (tuple(map(torch.cat, zip(*each, strict=True))) for each in (keys, values))
        return torch.cat(x), Seen(torch.cat(tokens), *joined)

    def _take_at_once(self, tokens_BN: Tensor, seen: Seen) -> tuple[Tensor, Seen]:
        tokens_BT = torch.cat((seen.tokens_BT, tokens_BN), dim=1)
        positions = self._weights.position_embedding[seen.tokens_BT.shape[1] : tokens_BT.shape[1]]
        x_BNE = self._weights.token_embedding[tokens_BN] + positions
        keys, values = [], []
        for block, keys_BTDH, values_BTHD in zip(self._blocks, *seen[1:], strict=True):
            x_BNE, keys_BTDH, values_BTHD = block.take(x_BNE, keys_BTDH, values_BTHD)
            keys.append(keys_BTDH)
            values.append(values_BTHD)
        return x_BNE, Seen(tokens_BT, tuple(keys), tuple(values))

    def _probs(self, x_BNE: Tensor) -> Tensor:
        gains_E, biases_E = self._weights.final_norm_gains, self._weights.final_norm_biases
        return _product(_norm(x_BNE, gains_E, biases_E), self._output).softmax(2)


class _ExactBlock:
    """A block; see `engine.models.transformers.transformer`."""

    def __init__(self, block: Block, heads: int) -> None:
        self._weights, self._heads = block, heads
        self._query_key_value = Factor(_heads_within(block.query_key_value_weights, heads))
        self._query_key_value_biases = _heads_within(block.query_key_value_biases, heads)
        self._attention = Factor(block.attention_weights)
        self._hidden = Factor(block.hidden_weights)
        self._mlp = Factor(block.mlp_weights)

    def take(
        self, x_BNE: Tensor, keys_BTDH: Tensor, values_BTHD: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What it gives at the new places, and keys and values with theirs."""
        weights = self._weights
        y_BNE = _norm(x_BNE, weights.attention_norm_gains, weights.attention_norm_biases)
        qkv = _product(y_BNE, self._query_key_value).add_(self._query_key_value_biases)
        queries, keys, values = qkv.chunk(3, dim=2)
        words, new, _ = x_BNE.shape
        keys_BTDH = torch.cat((keys_BTDH, keys.view(words, new, -1, self._heads)), dim=1)
        values_BTHD = torch.cat((values_BTHD, values.view(words, new, self._heads, -1)), dim=1)
        queries_BNDH = queries.view(words, new, -1, self._heads)
        attended_BNE = _attention(queries_BNDH, keys_BTDH, values_BTHD).flatten(2)
        x_BNE = _product(attended_BNE, self._attention).add_(weights.attention_biases).add_(x_BNE)
        y_BNE = _norm(x_BNE, weights.mlp_norm_gains, weights.mlp_norm_biases)
        hidden = _gelu(_product(y_BNE, self._hidden).add_(weights.hidden_biases))
        x_BNE = _product(hidden, self._mlp).add_(weights.mlp_biases).add_(x_BNE)
        return x_BNE, keys_BTDH, values_BTHD


def _heads_within(query_key_value: Tensor, heads: int) -> Tensor:
    """Columns of queries and keys from H · D to D · H, so that sums over D are of long rows.

    The queries are divided by √D.
    """
    queries, keys, values = query_key_value.chunk(3, dim=-1)
    queries, keys = (
        each.reshape(*each.shape[:-1], heads, -1).mT.flatten(-2) for each in (queries, keys)
    )
    scale = math.sqrt(queries.shape[-1] / heads)
    return torch.cat((queries / scale, keys, values), dim=-1)


def _attention(queries_BNDH: Tensor, keys_BTDH: Tensor, values_BTHD: Tensor) -> Tensor:
    """The mean of the values up to each of the newest places; (B, N, H, D)."""
    seen, new = keys_BTDH.shape[1], queries_BNDH.shape[1]
    at_once = max(1, AT_ONCE // keys_BTDH.numel())
    attended = []
    for number, queries_BQDH in enumerate(torch.split(queries_BNDH, at_once, dim=1)):
        scores_BQTH = _sum(queries_BQDH[:, :, None] * keys_BTDH[:, None], dim=3)
        if new > 1:
            first = seen - new + number * at_once
            places_Q = torch.arange(first, first + queries_BQDH.shape[1])
            is_behind_QT1 = (torch.arange(seen) > places_Q[:, None])[:, :, None]
            scores_BQTH.masked_fill_(is_behind_QT1, -math.inf)
        powers_BQTH = scores_BQTH.sub_(scores_BQTH.amax(2, keepdim=True)).exp_()
        weights_BQTH = powers_BQTH.div(_sum(powers_BQTH.clone(), dim=2)[:, :, None])
        attended.append(_sum(weights_BQTH[..., None] * values_BTHD[:, None], dim=2))
    return attended[0] if len(attended) == 1 else torch.cat(attended, dim=1)


def _sum(terms: Tensor, dim: int) -> Tensor:
    """The sum over one dimension, in an order that zeros behind the last do not change.

    Halves are added until one is left, as if there were zeros up to a power of two. Whereas torch
    chooses its order by the whole shape. It takes place in the terms, which are lost.
    """
    size = 1 << (terms.shape[dim] - 1).bit_length()
    while terms.shape[dim] > 1:
        size //= 2
        rest = terms.shape[dim] - size
        terms.narrow(dim, 0, rest).add_(terms.narrow(dim, size, rest))
        terms = terms.narrow(dim, 0, size)
    return terms.squeeze(dim)


def _product(x_BNK: Tensor, factor: Factor) -> Tensor:
    return factor.product(x_BNK.flatten(0, 1)).view(*x_BNK.shape[:2], -1)


def _norm(x: Tensor, gains_E: Tensor, biases_E: Tensor) -> Tensor:
    return functional.layer_norm(x, gains_E.shape, gains_E, biases_E)


def _gelu(x: Tensor) -> Tensor:
    # Torch's own takes the last numbers of a tensor by another tanh, with other last digits.
    slope = math.sqrt(2 / math.pi)
    tanh = (x * x).mul_(slope * 0.044715).add_(slope).mul_(x).tanh_()
    return tanh.add_(1).mul_(x).mul_(0.5)
