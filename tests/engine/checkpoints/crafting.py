"""What the tests of checkpoints share: making labs, comparing them, and files that lie."""

import json
import math
import shutil
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
from engine.checkpoints.contents import VERSION
from engine.checkpoints.header import CONTENTS
from engine.checkpoints.losses import Arrays
from engine.checkpoints.words import Words
from engine.errors import CheckpointError
from engine.lab.lab import Lab
from engine.lab.run import Run


def train(lab: Lab, steps: int, cuts: list[int] | None = None) -> None:
    """So many more steps of the selected run, in bursts of these lengths over and over."""
    run = lab.selected
    run.train(more=steps)
    lengths = cuts or [steps]
    burst = 0
    while run.state == "training":
        lab.advance(run, lengths[burst % len(lengths)])
        burst += 1


def resume_at(lab: Lab, step: int) -> None:
    """Take the weights for those of another step."""
    trainer = lab.selected.trainer
    assert trainer is not None
    trainer.resume(trainer.state(), step)


def draw(lab: Lab, count: int) -> None:
    """So many more names."""
    lab.draw(count)
    while lab.wanted:
        lab.draw_next()


def everything(lab: Lab) -> dict[str, Any]:
    """All that a person could tell two labs apart by; numbers as their bits."""
    return {
        "runs": [everything_of(run) for run in lab.runs],
        "shown": (lab.compared.number, lab.selected.number),
        "begun": lab.runs.begun,
        "matrices": [lab.matrix(view).numpy().tobytes() for view in lab.views],
        "names": lab.sampler.newest(lab.sampler.kept),
        "drawn": lab.sampler.drawn,
        "settings": lab.settings,
        "wanted": lab.wanted,
    }


def everything_of(run: Run) -> dict[str, Any]:
    """All that a person could tell two runs apart by; numbers as their bits."""
    run.measure()  # as an engine does where a run rests
    history, state = run.history, {} if run.trainer is None else run.trainer.state()
    return {
        "called": (run.number, run.name, run.is_pinned),
        "spec": run.spec,
        "trained": {name: part.numpy().tobytes() for name, part in state.items()},
        "known": np.array([run.nll, run.held_out_nll or math.nan]).tobytes(),
        "train": history.train.newest().tobytes(),
        "held_out": history.held_out.newest().tobytes(),
        "smoothed": history.smoothed.newest().tobytes(),
        "blocks": [
            series.blocks_4N.tobytes()
            for series in (history.train, history.held_out, history.smoothed)
        ],
        "evaluations": list(history.evaluations),
        "marks": history.marks,
        "step": run.step,
        "goal": run.goal,
        "state": run.state,
        "reason": run.reason,
        "loss_nll": run.loss_nll,
    }


OLDER = Path(__file__).parent / "older"  # files that the versions 1 and 2 of the format wrote
OLDER_DATA = OLDER / "words.txt"  # what their labs learned from


def older(version: int, folder: Path) -> Path:
    """A copy of the file that a version of the format wrote; its data is `OLDER_DATA`."""
    return Path(shutil.copy(OLDER / f"version_{version}.safetensors", folder / "older"))


def parts(path: Path) -> tuple[dict[str, Any], Any, Arrays]:
    """A checkpoint taken apart, without any check; `Words` where they are of today."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    arrays = load_arrays(data)
    contents = json.loads(header["__metadata__"][CONTENTS])
    kind = Words if contents["version"] == VERSION else Any
    return contents, msgspec.msgpack.decode(arrays.pop("words").tobytes(), type=kind), arrays


def crafted(path: Path, change: Callable[[dict[str, Any], Any, Arrays], object]) -> None:
    """Rewrite a checkpoint with other parts, and a SHA-256 that fits them.

    Args:
        path: of a checkpoint.
        change: works on the contents and the arrays; returns other words, or None.
    """
    contents, words, arrays = parts(path)
    other = change(contents, words, arrays)
    words = words if other is None else other
    path.write_bytes(encode(contents, words, arrays))  # type: ignore[arg-type] # a dict will do


def refused(path: Path, data: Path | None = None) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(CheckpointError) as caught:
        load(path, data=data, device="cpu")
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert sentence.endswith(".")
    assert len(sentence) < 600
    assert str(path) in sentence or not str(path).isprintable()
    return sentence
