"""Where chance enters a training: a generator for each purpose, and the order of the rows."""

from __future__ import annotations

import hashlib
import random

import torch
from torch import Tensor


def generator_for(purpose: str, seed: int) -> torch.Generator:
    """A generator whose numbers have nothing to do with another purpose's of the same seed."""
    digest = hashlib.sha256(f"{purpose} {seed}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "little"))


def shuffled(rows: int, seed: int) -> Tensor:
    """All rows in the order of Python's shuffle, as microgpt has it; int64, (R,)."""
    order = list(range(rows))
    random.Random(seed).shuffle(order)  # noqa: S311  it has to be Python's
    return torch.tensor(order)
