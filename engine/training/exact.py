"""Exact gradient descent on the counts, a burst of steps at a time.

Shape suffixes: V symbols.
"""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from engine.devices import float_type, one_thread
from engine.models import bigram

SMALL: Final = 1 << 15  # cells of W; below, torch's other threads are of no use
TRACE: Final = 1 << 20  # weights kept of a burst: 8 MB, 1,438 steps of the lecture's net


@dataclass(frozen=True)
class Burst:
    """A few steps, made at once. Losses are of the weights before each step's update."""

    first: int  # number of the first step, from 1
    losses: tuple[float, ...]
    nlls: tuple[float, ...]  # the losses without λ · mean(W²)
    held_out: tuple[float, ...]  # NLL of the hold-out; empty without one
    diverged: bool  # the next step's loss would not be finite: it was not made


class Trainer:
    """Owns W. The only place where it changes."""

    def __init__(
        self, counts_VV: Tensor, held_out_VV: Tensor | None, seed: int, device: torch.device
    ) -> None:
        self._device = device
        self._shares_VV = self._shares(counts_VV)
        self._held_out_VV = None if held_out_VV is None else self._shares(held_out_VV)
        symbols = len(counts_VV)
        self.longest_burst = max(1, TRACE // symbols**2)
        self._trace = torch.empty(
            (self.longest_burst + 1, symbols, symbols), dtype=self._shares_VV.dtype, device=device
        )
        self.restart(seed)

    @property
    def weights_VV(self) -> Tensor:
        """W as it is now: a view; the next burst overwrites it."""
        return self._trace[0]

    def restart(self, seed: int) -> None:
        """Start again from the weights of this seed."""
        self.resume(bigram.initial_weights(len(self._shares_VV), seed), 0)

    @torch.inference_mode()
    def resume(self, weights_VV: Tensor, step: int) -> None:
        """Go on from these weights, as after so many steps.

        What is known of their loss is measured again: it is the same to the last bit.
        """
        self.step = step
        self._trace[0] = weights_VV
        self.nll, self.mean_square, self.held_out_nll = (
            losses[0] for losses in self._measure(self._trace[:1])
        )

    @torch.inference_mode()
    def burst(self, steps: int, learning_rate: float, regularisation: float) -> Burst:
        """Make so many steps, or fewer where the trace is full or the loss ceases to be finite.

        After a diverged burst W is that of the last step whose loss was finite.
        """
        steps = min(steps, self.longest_burst)
        trace = self._trace[: steps + 1]
        with one_thread() if self._shares_VV.numel() < SMALL else nullcontext():
            bigram.descend(trace, self._shares_VV, learning_rate, regularisation)
            measured = self._measure(trace[1:])
        # What is known of the first weights need not be measured again.
        known = (self.nll, self.mean_square, self.held_out_nll)
        nlls, squares, held_out = (
            [first, *others] for first, others in zip(known, measured, strict=True)
        )
        losses = [nll + regularisation * square for nll, square in zip(nlls, squares, strict=True)]
        good = next((i for i, loss in enumerate(losses) if not math.isfinite(loss)), steps + 1) - 1
        if good > 0:
            self._trace[0] = trace[good]
            self.nll, self.mean_square, self.held_out_nll = (
                nlls[good],
                squares[good],
                held_out[good],
            )
        good = max(good, 0)
        first = self.step + 1
        self.step += good
        return Burst(
            first=first,
            losses=tuple(losses[:good]),
            nlls=tuple(nlls[:good]),
            held_out=tuple(held_out[:good]) if self._held_out_VV is not None else (),
            diverged=good < steps,
        )

    def _shares(self, counts_VV: Tensor) -> Tensor:
        shares_VV = counts_VV.double() / counts_VV.sum()
        return shares_VV.to(self._device, float_type(self._device))

    def _measure(self, weights_KVV: Tensor) -> tuple[list[float], list[float], list[float]]:
        """NLL, mean square and hold-out NLL of each; the last NaN without a hold-out."""
        nlls = bigram.nll(weights_KVV, self._shares_VV)
        squares = bigram.mean_square(weights_KVV)
        if self._held_out_VV is None:
            return nlls.tolist(), squares.tolist(), [math.nan] * len(weights_KVV)
        held_out = bigram.nll(weights_KVV, self._held_out_VV)
        return nlls.tolist(), squares.tolist(), held_out.tolist()
