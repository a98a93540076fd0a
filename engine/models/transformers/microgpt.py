"""microgpt: the Transformer of Karpathy's script without dependencies, as tensors.

One word after another goes through it. With n(x) = x / √(mean(x²) + 1e-5), at each place

    x = n(wte[symbol] + wpe[place])
    x = x + wo · attention(wq · n(x), wk · n(x), wv · n(x))       each layer
    x = x + fc2 · relu(fc1 · n(x))
    P = softmax(lm_head · x)

where attention lets a head see its own place and those before: softmax(q kᵀ / √D) v. There are no
biases, and all numbers are of float64. Source: Karpathy, microgpt, 2026.

Shape suffixes: R sequences, B words, T places, E width, H heads, D numbers of a head, V symbols,
N places of all sequences.
"""

from __future__ import annotations

import math
import random
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from engine.data.examples import Sequences
from engine.data.tokens import Tokens
from engine.devices import float_type, one_thread
from engine.models.base.exact_products import Factor
from engine.models.base.layers import check_heads
from engine.models.base.model import State
from engine.models.base.sequence import SequenceModel
from engine.models.base.trainable import check_size
from engine.models.transformers.microgpt_gradients import loss_and_gradients
from engine.models.transformers.watched_attention import attention_by_head
from engine.settings.values import ModelSpec

EPSILON: Final = 1e-5  # of n(x)
DEVIATION: Final = 0.08  # of the first weights
LAYER: Final = ("wq", "wk", "wv", "wo", "fc1", "fc2")  # a layer's weights, in the script's order

Cache = list[tuple[Tensor, Tensor]]  # of each layer, the keys and values so far; (B, H, T, D) each


class MicroGpt(SequenceModel):
    """A model of kind `microgpt`.

    Python's generator shuffles the training words and then draws the weights, as in the script. In
    it the boundary is the last symbol, and here the first.

    Args:
        spec: with the settings `layers`, `heads`, `embedding` (E), `context` and `seed`.
        symbols: V.
        tokens: the training words, of which only their number counts.
        device: where the weights are.

    Raises:
        BadSetting: the heads do not divide the width, or it would be too large.
    """

    EMBEDDING = "wte"

    def __init__(self, spec: ModelSpec, symbols: int, tokens: Tokens, device: torch.device) -> None:
        layers, width, context = (int(spec.settings[n]) for n in ("layers", "embedding", "context"))
        self._heads = int(spec.settings["heads"])
        check_heads(self._heads, width)
        shapes = {"wte": (symbols, width), "wpe": (context, width), "lm_head": (symbols, width)}
        for number in range(layers):
            shapes |= {f"{name} {number + 1}": (width, width) for name in LAYER[:4]}
            shapes |= {f"fc1 {number + 1}": (4 * width, width)}
            shapes |= {f"fc2 {number + 1}": (width, 4 * width)}
        check_size(shapes.values())
        seed = int(spec.settings["seed"])
        chance = random.Random(seed)  # noqa: S311  it has to be Python's
        chance.shuffle(list(range(len(Sequences(tokens, context)))))
        first = {name: _gauss(chance, shape) for name, shape in shapes.items()}
        for name in ("wte", "lm_head"):
            first[name] = first[name].roll(1, 0)
        self._behind_weights = np.array(chance.getstate()[1], np.uint32)
        self._layers = layers
        first = {name: w.to(device, float_type(device)) for name, w in first.items()}
        super().__init__(spec, symbols, first, torch.Generator().manual_seed(seed))

    def behind_weights(self) -> NDArray[np.uint32]:
        """See `TrainableModel.behind_weights`: the script's names go on from there."""
        return self._behind_weights

    def weights_changed(self) -> None:
        """See `TrainableModel.weights_changed`."""
        self._factors: dict[str, Factor] = {}

    def logits(self, inputs_RT: Tensor, chance: torch.Generator | None = None) -> Tensor:
        """See `SequenceModel.logits`."""
        weights = self.weights
        x_RTE = functional.embedding(inputs_RT, weights["wte"])
        x_RTE = _normalised(x_RTE + weights["wpe"][: inputs_RT.shape[1]])
        for number in range(1, self._layers + 1):
            wq, wk, wv, wo, fc1, fc2 = (weights[f"{name} {number}"] for name in LAYER)
            normal = _normalised(x_RTE)
            q, k, v = (
                (normal @ w.t()).view(*inputs_RT.shape, self._heads, -1).transpose(1, 2)
                for w in (wq, wk, wv)
            )
            seen = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x_RTE = x_RTE + seen.transpose(1, 2).flatten(2) @ wo.t()
            x_RTE = x_RTE + (_normalised(x_RTE) @ fc1.t()).relu() @ fc2.t()
        return x_RTE @ weights["lm_head"].t()

    def attention(self, tokens_T: Tensor) -> dict[str, Tensor]:
        """See `HasAttention`."""
        return attention_by_head(self.logits, tokens_T)

    def gradients(
        self, inputs: Tensor, targets: Tensor, chance: torch.Generator | None = None
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """See `TrainableModel.gradients`; by hand on the CPU, ten times as fast as autograd's."""
        if self.device.type != "cpu":
            return super().gradients(inputs, targets, chance)
        weights = {name: weight.detach().numpy() for name, weight in self.weights.items()}
        loss, by = loss_and_gradients(
            weights, self._heads, EPSILON, inputs.numpy(), targets.numpy()
        )
        gradients = tuple(torch.from_numpy(by[name]) for name in weights)
        return torch.tensor(loss, dtype=torch.float64), gradients

    def begin(self, batch: int) -> State:
        """See `Model.begin`."""
        width = self.weights["wte"].shape[1]
        nothing = torch.empty((batch, self._heads, 0, width // self._heads), dtype=torch.float64)
        return torch.empty((batch, 0), dtype=torch.int64), [(nothing, nothing)] * self._layers

    @torch.no_grad()
    def step(self, state: State, tokens_B: Tensor) -> tuple[Tensor, State]:
        """See `Model.step`; P after more than `context` symbols is that after the last ones."""
        seen_BT, cache = state
        seen_BT = torch.cat((seen_BT, tokens_B[:, None]), dim=1)
        new_BT = tokens_B[:, None]
        if seen_BT.shape[1] > self.context:  # places move on: everything before is another
            new_BT = seen_BT = seen_BT[:, 1:]
            _, cache = self.begin(len(tokens_B))
        with one_thread():
            probs_BV, cache = self._cached(new_BT, cache)
        return probs_BV, (seen_BT, cache)

    def some_of(self, state: State, places: Tensor) -> State:
        """See `Model.some_of`."""
        seen_BT, cache = state
        return seen_BT[places], [(keys[places], values[places]) for keys, values in cache]

    def _cached(self, tokens_BT: Tensor, cache: Cache) -> tuple[Tensor, Cache]:
        """P behind more symbols of each word, by the same numbers in any batch; (B, V)."""
        if not self._factors:
            self._factors = self._new_factors()
        wte, wpe = (self.weights[name].detach().cpu().double() for name in ("wte", "wpe"))
        (batch, new), before = tokens_BT.shape, cache[0][0].shape[2]
        x = _normalised(wte[tokens_BT] + wpe[before : before + new]).flatten(0, 1)  # (B · T, E)
        later_TT = torch.ones((new, before + new), dtype=torch.bool).triu(before + 1)
        longer: Cache = []
        for number, (keys, values) in enumerate(cache, 1):
            qkv, wo, fc1, fc2 = (self._factors[f"{n} {number}"] for n in ("qkv", *LAYER[3:]))
            normal = qkv.product(_normalised(x)).view(batch, new, 3, self._heads, -1)
            q, k, v = normal.permute(2, 0, 3, 1, 4)
            keys, values = torch.cat((keys, k), dim=2), torch.cat((values, v), dim=2)
            longer.append((keys, values))
            scores = (q[:, :, :, None] * keys[:, :, None]).sum(4) / math.sqrt(q.shape[3])
            attention = scores.masked_fill(later_TT, -math.inf).softmax(3)
            heads = (attention[..., None] * values[:, :, None]).sum(3)  # (B, H, T, D)
            x = x + wo.product(heads.transpose(1, 2).reshape(batch * new, -1))
            x = x + fc2.product(fc1.product(_normalised(x)).relu())
        last_BE = x.view(batch, new, -1)[:, -1]
        return self._factors["lm_head"].product(last_BE).softmax(1), longer

    def _new_factors(self) -> dict[str, Factor]:
        """The weights by which rows are multiplied, on the CPU; q, k and v in one."""
        weights = {name: weight.detach().cpu().double() for name, weight in self.weights.items()}
        for number in range(1, self._layers + 1):
            weights[f"qkv {number}"] = torch.cat([weights[f"{n} {number}"] for n in LAYER[:3]])
        return {name: Factor(weight.t()) for name, weight in weights.items()}


def _normalised(x: Tensor) -> Tensor:
    """n(x); (…, E)."""
    return x * (x.square().mean(-1, keepdim=True) + EPSILON).rsqrt()


def _gauss(chance: random.Random, shape: tuple[int, int]) -> Tensor:
    """Weights row by row."""
    rows, columns = shape
    numbers = [[chance.gauss(0, DEVIATION) for _ in range(columns)] for _ in range(rows)]
    return torch.tensor(numbers, dtype=torch.float64)
