"""BatchNorm: over a batch, each unit gets mean 0 and variance 1, then a gain and a bias of its own.

    z = (x - mean) / √(variance + ε)      y = gain · z + bias

The variance is unbiased: the squares are divided by N - 1. A window that is evaluated has no batch;
there the running values count, which follow those of the batches.

Source: Ioffe and Szegedy, Batch normalization, 2015; as lectures 3 to 5 have it.

Shape suffixes: N rows of a batch, H units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from torch import Tensor


class Normalised(NamedTuple):
    """The units of a batch, and what they were normalised by."""

    z_NH: Tensor
    mean_H: Tensor
    variance_H: Tensor
    scale_H: Tensor  # 1 / √(variance + ε)


@dataclass(frozen=True)
class BatchNorm:
    """How a lecture normalises."""

    epsilon: float
    momentum: float  # the part that a batch has in the running values
    spread: Literal["deviations", "variances"]  # which of them has a running value

    def normalised(self, x_NH: Tensor) -> Normalised:
        """Normalise units over their batch; those of a single row become 0."""
        mean_H = x_NH.mean(0)
        from_mean_NH = x_NH - mean_H
        # torch.var takes ten times as long where a row lies behind another.
        variance_H = (from_mean_NH * from_mean_NH).sum(0) / max(1, len(x_NH) - 1)
        scale_H = (variance_H + self.epsilon).rsqrt()
        return Normalised(from_mean_NH * scale_H, mean_H, variance_H, scale_H)

    def gradients(
        self, normalised: Normalised, gains_H: Tensor, d_y_NH: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The gradients by x, gains and biases; the first is a line of lecture 4.

            dx = gain / √(variance + ε) · (dy - mean(dy) - z · Σ(z · dy) / (N - 1))

        Args:
            normalised: the units of the batch.
            gains_H: those of the layer.
            d_y_NH: the gradient by y.
        """
        rows = len(d_y_NH)
        d_gains_H, d_biases_H = (d_y_NH * normalised.z_NH).sum(0), d_y_NH.sum(0)
        d_x_NH = d_y_NH - d_biases_H / rows
        d_x_NH.addcmul_(normalised.z_NH, d_gains_H, value=-1 / max(1, rows - 1))
        return d_x_NH.mul_(gains_H * normalised.scale_H), d_gains_H, d_biases_H

    def follow(self, means_H: Tensor, spreads_H: Tensor, normalised: Normalised) -> None:
        """Let the running values follow those of a batch; a single row has no variance."""
        variance_H = normalised.variance_H
        if len(normalised.z_NH) > 1:
            means_H.lerp_(normalised.mean_H, self.momentum)
            is_root = self.spread == "deviations"
            spreads_H.lerp_(variance_H.sqrt() if is_root else variance_H, self.momentum)

    def factor(self, gains_H: Tensor, spreads_H: Tensor) -> Tensor:
        """What the units are multiplied by at evaluation."""
        variances_H = spreads_H**2 if self.spread == "deviations" else spreads_H
        return gains_H / (variances_H + self.epsilon).sqrt()
