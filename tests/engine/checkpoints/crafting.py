"""What the tests of checkpoints share: making labs, comparing them, and files that lie."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from safetensors.numpy import load as load_arrays

from engine.checkpoints.arrays import encode
from engine.checkpoints.checkpoint import load
from engine.checkpoints.checks import Arrays
from engine.checkpoints.header import CONTENTS
from engine.checkpoints.names_and_marks import Words
from engine.errors import CheckpointError
from engine.lab.lab import Lab


def train(lab: Lab, steps: int, cuts: list[int] | None = None) -> None:
    """So many more steps, in bursts of these lengths over and over."""
    lab.train(more=steps)
    lengths = cuts or [steps]
    burst = 0
    while lab.state == "training":
        lab.advance(lengths[burst % len(lengths)])
        burst += 1


def draw(lab: Lab, count: int) -> None:
    """So many more names."""
    lab.draw(count)
    while lab.wanted:
        lab.draw_next()


def everything(lab: Lab) -> dict[str, Any]:
    """All that a person could tell two labs apart by; numbers as their bits."""
    return {
        "weights": lab.trainer.weights_VV.cpu().numpy().tobytes(),
        "known": np.array(
            [lab.trainer.nll, lab.trainer.mean_square, lab.trainer.held_out_nll]
        ).tobytes(),
        "train": lab.history.train.newest().tobytes(),
        "held_out": lab.history.held_out.newest().tobytes(),
        "blocks": [s.blocks_4N.tobytes() for s in (lab.history.train, lab.history.held_out)],
        "marks": lab.history.marks,
        "names": lab.sampler.newest(lab.sampler.kept),
        "drawn": lab.sampler.drawn,
        "settings": lab.settings,
        "step": lab.trainer.step,
        "goal": lab.goal,
        "state": lab.state,
        "reason": lab.reason,
        "wanted": lab.wanted,
        "loss_nll": lab.loss_nll,
    }


def parts(path: Path) -> tuple[dict[str, Any], Words, Arrays]:
    """A checkpoint taken apart, without any check."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    arrays = load_arrays(data)
    words = msgspec.msgpack.decode(arrays.pop("words").tobytes(), type=Words)
    return json.loads(header["__metadata__"][CONTENTS]), words, arrays


def crafted(path: Path, change: Callable[[dict[str, Any], Words, Arrays], object]) -> None:
    """Rewrite a checkpoint with other parts, and a SHA-256 that fits them.

    Args:
        path: of a checkpoint.
        change: works on the contents and the arrays; returns other words where it wants them.
    """
    contents, words, arrays = parts(path)
    other = change(contents, words, arrays)
    words = other if isinstance(other, Words) else words
    path.write_bytes(encode(contents, words, arrays))  # type: ignore[arg-type] # a dict will do


def refused(path: Path) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(CheckpointError) as caught:
        load(path, device="cpu")
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert sentence.endswith(".")
    assert len(sentence) < 600
    assert str(path) in sentence or not str(path).isprintable()
    return sentence
