"""The weights of a Transformer: their names and shapes, and those before any training.

Shape suffixes: E numbers of an embedding, C symbols of the context, V symbols.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor


class Block(NamedTuple):
    """The weights of a block; a row for each number that is taken, a column for each given."""

    attention_norm_gains: Tensor  # (E,)
    attention_norm_biases: Tensor  # (E,)
    query_key_value_weights: Tensor  # (E, 3E)
    query_key_value_biases: Tensor  # (3E,)
    attention_weights: Tensor  # (E, E)
    attention_biases: Tensor  # (E,)
    mlp_norm_gains: Tensor  # (E,)
    mlp_norm_biases: Tensor  # (E,)
    hidden_weights: Tensor  # (E, 4E)
    hidden_biases: Tensor  # (4E,)
    mlp_weights: Tensor  # (4E, E)
    mlp_biases: Tensor  # (E,)


class Weights(NamedTuple):
    """All weights."""

    token_embedding: Tensor  # (V, E)
    position_embedding: Tensor  # (C, E)
    blocks: tuple[Block, ...]
    final_norm_gains: Tensor  # (E,)
    final_norm_biases: Tensor  # (E,)
    output_weights: Tensor  # (E, V)

    @classmethod
    def of(cls, by_name: Mapping[str, Tensor]) -> Weights:
        """The weights from the mapping that `shapes` tells, in that order."""
        token, position, *of_blocks, gains, biases, output = by_name.values()
        count = len(Block._fields)
        starts = range(0, len(of_blocks), count)
        blocks = tuple(Block(*of_blocks[start : start + count]) for start in starts)
        return cls(token, position, blocks, gains, biases, output)


def shapes(symbols: int, context: int, embedding: int, layers: int) -> dict[str, tuple[int, ...]]:
    """The shape of each of the weights, by name, in the order in which makemore.py makes them.

    Args:
        symbols: V.
        context: C.
        embedding: E.
        layers: how many blocks.
    """
    e = embedding
    of_block = [(e,), (e,), (e, 3 * e), (3 * e,), (e, e), (e,)]
    of_block += [(e,), (e,), (e, 4 * e), (4 * e,), (4 * e, e), (e,)]
    return {
        "token embedding": (symbols, e),
        "position embedding": (context, e),
        **{
            f"block {number} {field.replace('_', ' ')}": shape
            for number in range(1, layers + 1)
            for field, shape in zip(Block._fields, of_block, strict=True)
        },
        "final norm gains": (e,),
        "final norm biases": (e,),
        "output weights": (e, symbols),
    }


def first_weights(
    shapes: Mapping[str, tuple[int, ...]], generator: torch.Generator
) -> dict[str, Tensor]:
    """Weights before any training, as torch's layers have them, and so makemore.py.

    Embeddings are normal. The weights and biases of a layer of K inputs are uniform from -1/√K to
    1/√K; torch has a row for each output, and draws them in that order. A norm changes nothing.
    """
    weights: dict[str, Tensor] = {}
    for name, shape in shapes.items():
        if name.endswith("embedding"):
            weights[name] = torch.randn(shape, generator=generator)
        elif "norm" in name:
            weights[name] = torch.ones(shape) if name.endswith("gains") else torch.zeros(shape)
        else:
            if len(shape) == 2:
                bound = shape[0] ** -0.5  # that of the biases, too, which come next
            drawn = torch.empty(shape[::-1]).uniform_(-bound, bound, generator=generator)
            weights[name] = drawn.t().contiguous()
    return weights
