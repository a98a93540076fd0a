"""The Transformer of makemore.py: blocks of attention and a perceptron, each added to what was.

    x_t = e(s_t) + p(t)
    x ← x + attention(norm(x))      x ← x + gelu(norm(x) W1 + b1) W2 + b2      in each block
    P = softmax(norm(x) W)

Attention takes at each place a mean of the values up to there, for each head by other weights,
softmax(q · k / √D): queries q, keys k and values v are products with norm(x).

Source: Vaswani and others, Attention is all you need, 2017; with the norms before each part, and
the gelu by tanh, as GPT-2 has them.

Shape suffixes: R sequences, T places of each, P = R · T places, B words, E numbers of an embedding,
H heads, D = E / H numbers of a head, C symbols of the context, V symbols.
"""

from __future__ import annotations

import math
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional

from engine.data.examples import NOTHING
from engine.errors import BadSetting
from engine.models.exact_transformer import ExactTransformer, Seen
from engine.models.layers import dropped_out
from engine.models.sequence import SequenceModel
from engine.models.trainable import check_size
from engine.models.transformer_weights import Weights, first_weights, shapes
from engine.models.watched_attention import attention_by_head
from engine.settings.values import ModelSpec

SLOPE: Final = 2 * math.sqrt(2 / math.pi)  # of 2u at 0; see `_gelu`


class Transformer(SequenceModel):
    """A model of kind `transformer`.

    Args:
        spec: with the settings `layers`, `heads` (H), `embedding` (E), `context` (C), `dropout`
            and `seed`.
        symbols: V.
        device: where the weights are.

    Raises:
        BadSetting: the heads do not divide the embedding, or it would be too large.
    """

    EMBEDDING = "token embedding"

    def __init__(self, spec: ModelSpec, symbols: int, device: torch.device) -> None:
        sizes = (int(spec.settings[name]) for name in ("context", "embedding", "layers"))
        context, embedding, layers = sizes
        self._heads = int(spec.settings["heads"])
        if embedding % self._heads:
            fit = [str(heads) for heads in range(1, embedding + 1) if embedding % heads == 0]
            raise BadSetting(
                f"Heads {self._heads}: they share an embedding of {embedding}. Give"
                f" {' or '.join(filter(None, (', '.join(fit[:-1]), fit[-1])))}, or another"
                " embedding.",
                "heads",
            )
        sizes_by_name = shapes(symbols, context, embedding, layers)
        check_size(sizes_by_name.values())
        generator = torch.Generator().manual_seed(int(spec.settings["seed"]))
        first = first_weights(sizes_by_name, generator)
        on_device = {name: weight.to(device) for name, weight in first.items()}
        super().__init__(spec, symbols, on_device, generator)

    def weights_changed(self) -> None:
        """See `TrainableModel.weights_changed`."""
        self._exact_weights: ExactTransformer | None = None

    def loss(
        self, inputs: Tensor, targets: Tensor, chance: torch.Generator | None = None
    ) -> Tensor:
        """See `TrainableModel.loss`; both (R, T)."""
        if self.device.type != "cpu":  # it would have to tell how many places there are
            return super().loss(inputs, targets, chance)
        there_P = (targets.flatten() != NOTHING).nonzero().squeeze(1)
        logits_PV = self._logits_at(there_P, inputs, chance)
        return functional.cross_entropy(logits_PV, targets.take(there_P))

    def logits(self, inputs_RT: Tensor, chance: torch.Generator | None = None) -> Tensor:
        """See `SequenceModel.logits`."""
        all_P = torch.arange(inputs_RT.numel(), device=inputs_RT.device)
        return self._logits_at(all_P, inputs_RT, chance).view(*inputs_RT.shape, -1)

    def _logits_at(
        self, places_P: Tensor, inputs_RT: Tensor, chance: torch.Generator | None
    ) -> Tensor:
        """See `logits`; at some of the places of all sequences, with all before each; (P, V)."""
        weights, (sequences, length) = Weights.of(self.weights), inputs_RT.shape
        x_PE = functional.embedding(inputs_RT.take(places_P), weights.token_embedding)
        x_PE = x_PE + functional.embedding(places_P % length, weights.position_embedding)
        x_PE = self._dropped(x_PE, chance)
        for block in weights.blocks:
            y_PE = _norm(x_PE, block.attention_norm_gains, block.attention_norm_biases)
            qkv = torch.addmm(block.query_key_value_biases, y_PE, block.query_key_value_weights)
            # Only here do the places of a sequence have to stand beside each other.
            qkv = qkv.new_zeros(sequences * length, qkv.shape[1]).index_copy_(0, places_P, qkv)
            qkv = qkv.view(sequences, length, 3, self._heads, -1)
            q_RHTD, k_RHTD, v_RHTD = qkv.permute(2, 0, 3, 1, 4)
            attended_RHTD = functional.scaled_dot_product_attention(
                q_RHTD, k_RHTD, v_RHTD, is_causal=True
            )
            y_PE = attended_RHTD.transpose(1, 2).reshape(-1, x_PE.shape[1])
            y_PE = y_PE.index_select(0, places_P)
            y_PE = torch.addmm(block.attention_biases, y_PE, block.attention_weights)
            x_PE = x_PE + self._dropped(y_PE, chance)
            y_PE = _norm(x_PE, block.mlp_norm_gains, block.mlp_norm_biases)
            hidden = torch.addmm(block.hidden_biases, y_PE, block.hidden_weights)
            y_PE = torch.addmm(block.mlp_biases, _gelu(hidden), block.mlp_weights)
            x_PE = x_PE + self._dropped(y_PE, chance)
        x_PE = _norm(x_PE, weights.final_norm_gains, weights.final_norm_biases)
        return torch.mm(x_PE, weights.output_weights)

    def attention(self, tokens_T: Tensor) -> dict[str, Tensor]:
        """See `HasAttention`."""
        return attention_by_head(self.logits, tokens_T)

    def begin(self, batch: int) -> Seen:
        """See `Model.begin`."""
        return self._exact.begin(batch)

    def step(self, state: Seen, tokens_B: Tensor) -> tuple[Tensor, Seen]:
        """See `Model.step`."""
        return self._exact.step(state, tokens_B)

    def some_of(self, state: Seen, places: Tensor) -> Seen:
        """See `Model.some_of`."""
        return state.some(places)

    def probs(self, tokens_BT: Tensor) -> Tensor:
        """See `Model.probs`."""
        return self._exact.probs(tokens_BT)

    @property
    def _exact(self) -> ExactTransformer:
        if self._exact_weights is None:
            on_cpu = {name: w.detach().cpu().double() for name, w in self.weights.items()}
            self._exact_weights = ExactTransformer(Weights.of(on_cpu), self._heads)
        return self._exact_weights

    def _dropped(self, x: Tensor, chance: torch.Generator | None) -> Tensor:
        return dropped_out(x, float(self.spec.settings["dropout"]), chance)


def _gelu(x: Tensor) -> Tensor:
    """The gelu by tanh; torch's own takes three times as long on a CPU.

    It is x · σ(2u) with u = √(2/π) · (x + 0.044715 x³), as (1 + tanh(u)) / 2 = σ(2u).
    """
    gelu: Tensor = _Gelu.apply(x)  # type: ignore[no-untyped-call]
    return gelu


class _Gelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        sigmoid = (x * x).mul_(SLOPE * 0.044715).add_(SLOPE).mul_(x).sigmoid_()
        ctx.save_for_backward(x, sigmoid)
        return x * sigmoid

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        x, sigmoid = ctx.saved_tensors
        by_x: Tensor = (x * x).mul_(SLOPE * 3 * 0.044715).add_(SLOPE).mul_(x)  # times that of 2u
        return by_x.addcmul_(by_x, sigmoid, value=-1).add_(1).mul_(sigmoid).mul_(gradients[0])


def _norm(x: Tensor, gains_E: Tensor, biases_E: Tensor) -> Tensor:
    return functional.layer_norm(x, gains_E.shape, gains_E, biases_E)
