"""The lecture's own loops, written plainly: what `bench` measures against.

They are slow by nature: a pair at a time, every pair at every step, a name at a time. Each returns
what the fast way returns, so that the two can be compared.

Shape suffixes: V symbols, n pairs.
"""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor

from engine.data.vocabulary import Vocabulary


def count_pairs(path: Path) -> Tensor:
    """N from a file of plain words, a pair at a time; int32, (V, V)."""
    words = path.read_text().splitlines()
    vocabulary = Vocabulary("".join(words))
    counts_VV = torch.zeros((len(vocabulary), len(vocabulary)), dtype=torch.int32)
    for word in words:
        symbols = [0, *vocabulary.encode(word), 0]
        for first, second in pairwise(symbols):
            counts_VV[first, second] += 1
    return counts_VV


def train_one_hot(
    counts_VV: Tensor, weights_VV: Tensor, steps: int, learning_rate: float, regularisation: float
) -> tuple[list[float], float]:
    """Gradient descent over one-hot pairs, as in the lecture: each step's loss, and all seconds."""
    cells = counts_VV.flatten().nonzero().squeeze(1)
    pairs = cells.repeat_interleave(counts_VV.flatten()[cells].long())
    symbols = len(counts_VV)
    xs_n, ys_n = pairs // symbols, pairs % symbols
    weights_VV = weights_VV.clone().requires_grad_()
    losses: list[float] = []
    started = time.perf_counter()
    for _ in range(steps):
        one_hot_nV = torch.nn.functional.one_hot(xs_n, num_classes=symbols).float()
        exponentials_nV = (one_hot_nV @ weights_VV).exp()
        probs_nV = exponentials_nV / exponentials_nV.sum(1, keepdim=True)
        chosen_n = probs_nV[torch.arange(len(xs_n)), ys_n]
        loss = -chosen_n.log().mean() + regularisation * (weights_VV**2).mean()
        weights_VV.grad = None
        loss.backward()  # type: ignore[no-untyped-call]
        assert weights_VV.grad is not None
        weights_VV.data += -learning_rate * weights_VV.grad
        losses.append(loss.item())
    return losses, time.perf_counter() - started


def sample_names(probs_VV: Tensor, vocabulary: Vocabulary, count: int, seed: int) -> list[str]:
    """Names drawn with torch.multinomial, a character at a time."""
    generator = torch.Generator().manual_seed(seed)
    names = []
    for _ in range(count):
        symbol, letters = 0, []
        while True:
            drawn = torch.multinomial(
                probs_VV[symbol], num_samples=1, replacement=True, generator=generator
            )
            symbol = int(drawn.item())
            if symbol == 0:
                break
            letters.append(vocabulary.characters[symbol])
        names.append("".join(letters))
    return names
