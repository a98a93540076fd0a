"""The Transformer of makemore.py: blocks of attention and a perceptron, each added to what was.

    x_t = e(s_t) + p(t)
    x ← x + attention(norm(x))      x ← x + gelu(norm(x) W1 + b1) W2 + b2      in each block
    P = softmax(norm(x) W)

Attention takes at each place a mean of the values up to there, for each head by other weights,
softmax(q · k / √D): queries q, keys k and values v are products with norm(x).

Source: Vaswani and others, Attention is all you need, 2017; with the norms before each part, and
the gelu by tanh, as GPT-2 has them.

Shape suffixes: R sequences, T places of each, N = R · T places, B words, E numbers of an embedding,
H heads, D = E / H numbers of a head, C symbols of the context, V symbols.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from engine.models.base.layers import check_heads, dropped_out
from engine.models.base.sequence import SequenceModel
from engine.models.base.trainable import check_size
from engine.models.transformers.exact_transformer import ExactTransformer, Seen
from engine.models.transformers.transformer_gradients import loss_and_gradients
from engine.models.transformers.transformer_weights import Weights, first_weights, shapes
from engine.models.transformers.watched_attention import attention_by_head
from engine.settings.values import ModelSpec


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
        check_heads(self._heads, embedding)
        sizes_by_name = shapes(symbols, context, embedding, layers)
        check_size(sizes_by_name.values())
        generator = torch.Generator().manual_seed(int(spec.settings["seed"]))
        first = first_weights(sizes_by_name, generator)
        on_device = {name: weight.to(device) for name, weight in first.items()}
        super().__init__(spec, symbols, on_device, generator)

    def weights_changed(self) -> None:
        """See `TrainableModel.weights_changed`."""
        self._exact_weights: ExactTransformer | None = None

    def logits(self, inputs_RT: Tensor, chance: torch.Generator | None = None) -> Tensor:
        """See `SequenceModel.logits`."""
        weights, (sequences, places) = Weights.of(self.weights), inputs_RT.shape
        of_each = (sequences, places, 3, self._heads, -1)
        x_RTE = functional.embedding(inputs_RT, weights.token_embedding)
        x_RTE = x_RTE + weights.position_embedding[:places]
        x_NE = self._dropped(x_RTE.flatten(0, 1), chance)
        for block in weights.blocks:
            y_NE = _norm(x_NE, block.attention_norm_gains, block.attention_norm_biases)
            qkv = torch.addmm(block.query_key_value_biases, y_NE, block.query_key_value_weights)
            q_RHTD, k_RHTD, v_RHTD = qkv.view(of_each).permute(2, 0, 3, 1, 4)
            attended_RHTD = functional.scaled_dot_product_attention(
                q_RHTD, k_RHTD, v_RHTD, is_causal=True
            )
            y_NE = attended_RHTD.transpose(1, 2).reshape(x_NE.shape)
            y_NE = torch.addmm(block.attention_biases, y_NE, block.attention_weights)
            x_NE = x_NE + self._dropped(y_NE, chance)
            y_NE = _norm(x_NE, block.mlp_norm_gains, block.mlp_norm_biases)
            hidden = torch.addmm(block.hidden_biases, y_NE, block.hidden_weights)
            hidden = functional.gelu(hidden, approximate="tanh")
            y_NE = torch.addmm(block.mlp_biases, hidden, block.mlp_weights)
            x_NE = x_NE + self._dropped(y_NE, chance)
        x_NE = _norm(x_NE, weights.final_norm_gains, weights.final_norm_biases)
        return torch.mm(x_NE, weights.output_weights).view(sequences, places, self.symbols)

    def gradients(
        self, inputs: Tensor, targets: Tensor, chance: torch.Generator | None = None
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """See `TrainableModel.gradients`; on a CPU by hand, at those places that have a target."""
        if self.device.type != "cpu":  # to find the places would be to wait for a GPU
            return super().gradients(inputs, targets, chance)
        weights = Weights.of(self.weights)
        kept: list[Tensor] = []
        if chance is not None and self.spec.settings["dropout"]:
            ones_NE = torch.ones(inputs.numel(), weights.token_embedding.shape[1])
            kept = [self._dropped(ones_NE, chance) for _ in range(2 * len(weights.blocks) + 1)]
        with torch.no_grad():
            return loss_and_gradients(weights, self._heads, inputs, targets, kept)

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


def _norm(x: Tensor, gains_E: Tensor, biases_E: Tensor) -> Tensor:
    return functional.layer_norm(x, gains_E.shape, gains_E, biases_E)
