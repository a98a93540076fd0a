"""The gradients of a Transformer by hand, in two thirds of the time that autograd takes on a CPU.

Names tell of what a number is the gradient by: `by_x` of the loss by x. A product y = x W gives
by_x = by_y Wᵀ and by_W = xᵀ by_y; of what is added, each part has the gradient of the sum.

Shape suffixes: R sequences, T places of each, N = R · T, P those that are there, E numbers of an
embedding, H heads, D = E / H, V symbols.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from engine.data.examples import NOTHING
from engine.models.transformers.transformer_weights import Block, Weights

EPSILON: Final = 1e-5  # of a norm, as torch has it
SLOPE: Final = 2 * math.sqrt(2 / math.pi)  # of 2u at 0
CUBIC: Final = SLOPE * 0.044715


def loss_and_gradients(
    weights: Weights,
    heads: int,
    inputs_RT: Tensor,
    targets_RT: Tensor,
    kept: Sequence[Tensor] = (),
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """The mean NLL where there are targets, and its gradient by each weight, in their order.

    Args:
        weights: on the CPU.
        heads: H.
        inputs_RT: a place that has no target has none behind it, and does not count.
        targets_RT: see `Sequences`.
        kept: what dropout multiplies the embedding, and both that each block adds, by, (N, E) each;
            empty: nothing is dropped.
    """
    length, blocks = inputs_RT.shape[1], len(weights.blocks)
    there_P = (targets_RT.flatten() != NOTHING).nonzero().squeeze(1)
    tokens_P, targets_P = inputs_RT.take(there_P), targets_RT.take(there_P)
    positions_P = there_P % length
    kept_PE: list[Tensor | None] = [each.index_select(0, there_P) for each in kept]
    kept_PE = kept_PE or [None] * (2 * blocks + 1)
    x_PE = weights.token_embedding.index_select(0, tokens_P)
    x_PE += weights.position_embedding.index_select(0, positions_P)
    x_PE = _times(x_PE, kept_PE[0])
    passes = []
    for block, *of_kept in zip(weights.blocks, kept_PE[1::2], kept_PE[2::2], strict=True):
        x_PE, of_block = _forward(block, heads, x_PE, there_P, inputs_RT.shape, of_kept)
        passes.append(of_block)
    normal = _Norm(x_PE, weights.final_norm_gains, weights.final_norm_biases)
    log_probs_PV = (normal.y @ weights.output_weights).log_softmax(1)
    loss = functional.nll_loss(log_probs_PV, targets_P)
    # By the logits: P, less 1 at the target, divided by their number.
    share = 1 / len(targets_P)
    by_logits_PV = log_probs_PV.exp_().mul_(share)
    by_logits_PV.scatter_(1, targets_P[:, None], -share, reduce="add")
    by_output = normal.y.t() @ by_logits_PV
    by_x_PE, *by_final_norm = normal.gradients(by_logits_PV @ weights.output_weights.t())
    by_blocks: list[Tensor] = []
    for block, of_block in zip(reversed(weights.blocks), reversed(passes), strict=True):
        by_x_PE, by_block = _backward(block, of_block, by_x_PE, there_P)
        by_blocks = [*by_block, *by_blocks]
    by_x_PE = _times(by_x_PE, kept_PE[0])
    by_token, by_position = (
        torch.zeros_like(embedding).index_add_(0, rows_P, by_x_PE)
        for embedding, rows_P in (
            (weights.token_embedding, tokens_P),
            (weights.position_embedding, positions_P),
        )
    )
    return loss, (by_token, by_position, *by_blocks, *by_final_norm, by_output)


class _Norm:
    """A norm, and what its gradients need."""

    def __init__(self, x_PE: Tensor, gains_E: Tensor, biases_E: Tensor) -> None:
        self._given = x_PE, gains_E, biases_E
        self.y, *self._moments = torch.native_layer_norm(
            x_PE, gains_E.shape, gains_E, biases_E, EPSILON
        )

    def gradients(self, by_y_PE: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """By x, by the gains and by the biases."""
        x_PE, gains_E, biases_E = self._given
        by_all: tuple[Tensor, Tensor, Tensor] = torch.ops.aten.native_layer_norm_backward(
            by_y_PE, x_PE, gains_E.shape, *self._moments, gains_E, biases_E, [True] * 3
        )
        return by_all


class _Pass(NamedTuple):
    """What a block has computed."""

    attention_norm: _Norm
    q_RHTD: Tensor
    k_RHTD: Tensor
    v_RHTD: Tensor
    attention_RHTT: Tensor
    attended_PE: Tensor
    mlp_norm: _Norm
    hidden: Tensor  # before the gelu; (P, 4E)
    sigmoid: Tensor  # of 2u
    after_gelu: Tensor
    kept: Sequence[Tensor | None]


def _forward(
    block: Block,
    heads: int,
    x_PE: Tensor,
    there_P: Tensor,
    shape: torch.Size,
    kept: Sequence[Tensor | None],
) -> tuple[Tensor, _Pass]:
    (sequences, length), width = shape, x_PE.shape[1]
    normal = _Norm(x_PE, block.attention_norm_gains, block.attention_norm_biases)
    qkv_PX = torch.addmm(block.query_key_value_biases, normal.y, block.query_key_value_weights)
    qkv_NX = qkv_PX.new_zeros(shape.numel(), 3 * width).index_copy_(0, there_P, qkv_PX)
    qkv = qkv_NX.view(sequences, length, 3, heads, -1).permute(2, 0, 3, 1, 4).contiguous()
    q_RHTD, k_RHTD, v_RHTD = qkv
    later_TT = qkv.new_full((length, length), -math.inf).triu_(1)
    scores_RHTT = (q_RHTD @ k_RHTD.mT).mul_(q_RHTD.shape[3] ** -0.5).add_(later_TT)
    # Torch's softmax takes five times as long for rows as short as these.
    attention_RHTT = scores_RHTT.sub_(scores_RHTT.amax(3, keepdim=True)).exp_()
    attention_RHTT.div_(attention_RHTT.sum(3, keepdim=True))
    attended_NE = (attention_RHTT @ v_RHTD).transpose(1, 2).reshape(-1, width)
    attended_PE = attended_NE.index_select(0, there_P)
    y_PE = torch.addmm(block.attention_biases, attended_PE, block.attention_weights)
    x_PE = _times(y_PE, kept[0]).add_(x_PE)
    mlp_normal = _Norm(x_PE, block.mlp_norm_gains, block.mlp_norm_biases)
    hidden = torch.addmm(block.hidden_biases, mlp_normal.y, block.hidden_weights)
    # With u = √(2/π) · (x + 0.044715 x³), the gelu is x · (1 + tanh(u)) / 2 = x · sigmoid(2u).
    sigmoid = (hidden * hidden).mul_(CUBIC).add_(SLOPE).mul_(hidden).sigmoid_()
    after_gelu = hidden * sigmoid
    y_PE = torch.addmm(block.mlp_biases, after_gelu, block.mlp_weights)
    x_PE = _times(y_PE, kept[1]).add_(x_PE)
    return x_PE, _Pass(
        normal, q_RHTD, k_RHTD, v_RHTD, attention_RHTT, attended_PE,
        mlp_normal, hidden, sigmoid, after_gelu, kept,
    )  # fmt: skip


def _backward(
    block: Block, of: _Pass, by_x_PE: Tensor, there_P: Tensor
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """From the gradient by what a block gives: by what it takes, and by its weights."""
    by_y_PE = _times(by_x_PE, of.kept[1])
    by_mlp = of.after_gelu.t() @ by_y_PE, by_y_PE.sum(0)
    by_hidden = (by_y_PE @ block.mlp_weights.t()).mul_(_gelu_slope(of.hidden, of.sigmoid))
    by_hidden_weights = of.mlp_norm.y.t() @ by_hidden, by_hidden.sum(0)
    by_y_PE, *by_mlp_norm = of.mlp_norm.gradients(by_hidden @ block.hidden_weights.t())
    by_x_PE = by_y_PE.add_(by_x_PE)
    by_y_PE = _times(by_x_PE, of.kept[0])
    by_attention = of.attended_PE.t() @ by_y_PE, by_y_PE.sum(0)
    sequences, heads, length, _ = of.q_RHTD.shape
    by_attended_PE = by_y_PE @ block.attention_weights.t()
    places, width = sequences * length, by_x_PE.shape[1]
    by_attended_NE = by_x_PE.new_zeros(places, width).index_copy_(0, there_P, by_attended_PE)
    by_attended = by_attended_NE.view(sequences, length, heads, -1).transpose(1, 2)
    by_scores = by_attended @ of.v_RHTD.mT
    by_scores.sub_((by_scores * of.attention_RHTT).sum(3, keepdim=True)).mul_(of.attention_RHTT)
    by_scores.mul_(of.q_RHTD.shape[3] ** -0.5)
    by_qkv = by_x_PE.new_empty(sequences, length, 3, heads, of.q_RHTD.shape[3])
    by_q, by_k, by_v = by_qkv.permute(2, 0, 3, 1, 4)
    by_q.copy_(by_scores @ of.k_RHTD)
    by_k.copy_(by_scores.mT @ of.q_RHTD)
    by_v.copy_(of.attention_RHTT.mT @ by_attended)
    by_qkv_PX = by_qkv.view(places, -1).index_select(0, there_P)
    by_qkv_weights = of.attention_norm.y.t() @ by_qkv_PX, by_qkv_PX.sum(0)
    by_y_PE, *by_norm = of.attention_norm.gradients(by_qkv_PX @ block.query_key_value_weights.t())
    return by_y_PE.add_(by_x_PE), (
        *by_norm, *by_qkv_weights, *by_attention, *by_mlp_norm, *by_hidden_weights, *by_mlp
    )  # fmt: skip


def _times(x_PE: Tensor, kept_PE: Tensor | None) -> Tensor:
    return x_PE if kept_PE is None else x_PE * kept_PE


def _gelu_slope(x: Tensor, sigmoid: Tensor) -> Tensor:
    """The gradient of the gelu by x: s · (1 + x (1 - s) times that of 2u), s being the sigmoid."""
    inner = (x * x).mul_(3 * CUBIC).add_(SLOPE).mul_(x)
    return inner.addcmul_(inner, sigmoid, value=-1).add_(1).mul_(sigmoid)
