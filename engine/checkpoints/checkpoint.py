"""A lab as a file, from which another lab goes on as if nothing had come in between.

The file keeps the weights, the losses as the lab has them, the settings, the marks, the newest
names and the state of their random numbers; of the data only its path and its SHA-256, for the
words themselves are read again. The losses and names that come then are those of a lab that was
never interrupted, bit for bit on the same machine. `header.py` describes the format.

Nothing in it is a program: no pickle. A file that somebody has tampered with is refused, or is a
lab like any other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import msgspec
import numpy as np
import torch

from engine.checkpoints.arrays import encode, read
from engine.checkpoints.checks import Arrays, models_of, of_stream
from engine.checkpoints.data_files import data_of, hold_out_of
from engine.checkpoints.header import TAKE_ANOTHER, VERSION, Contents, settings_to_keep
from engine.checkpoints.losses import KINDS, arrays_of, series_of
from engine.checkpoints.names_and_marks import Words
from engine.checkpoints.writing import write
from engine.data.built_in import built_in_path
from engine.devices import has_device
from engine.errors import CheckpointError, EngineError, NoSuchDevice
from engine.lab.lab import Lab
from engine.text.printable import printable
from engine.training.history import History
from engine.wire.values import Drawn, Name


@dataclass(frozen=True)
class Packed:
    """All that is kept of a lab, copied at one step, so that the training can go on."""

    contents: Contents
    words: Words
    arrays: Arrays

    def encode(self) -> bytes:
        """Turn it into the bytes of a file. Any thread may do so, and write them."""
        return encode(self.contents, self.words, self.arrays)


def pack(lab: Lab) -> Packed:
    """Copy what is to be kept of a lab. The lab's thread calls this.

    What a step writes over is copied, and of the losses no more than a million or two.

    Raises:
        CheckpointError: the lab is broken, as where there was no memory in the midst of a step.
    """
    if len(lab.history.train) != lab.trainer.step:
        raise CheckpointError(
            f"The lab broke in the midst of step {lab.trainer.step:,}. Take its newest save."
        )
    path, hold_out_data = lab.corpus.path.absolute(), lab.corpus.hold_out_data
    contents = Contents(
        version=VERSION,
        written_by=f"makemore-tui {version('makemore-tui')}",
        data=None if path == built_in_path().absolute() else path.as_uri(),
        data_sha256=lab.corpus.sha256,
        symbols=len(lab.corpus.vocabulary),
        device=str(lab.device),
        kept_settings=settings_to_keep(lab.settings),
        state=lab.state,
        reason=lab.reason,
        step=lab.trainer.step,
        goal=lab.goal,
        wanted=lab.wanted,
        drawn=lab.sampler.drawn,
        loss_nll=lab.loss_nll,
        data_format=lab.corpus.data_format,
        hold_out_data=None if hold_out_data is None else hold_out_data.absolute().as_uri(),
        hold_out_sha256=lab.corpus.hold_out_sha256,
    )
    arrays: Arrays = {
        "weights": lab.trainer.weights_VV.cpu().numpy().copy(),
        **arrays_of("train", lab.history.train),
    }
    if lab.corpus.held_out_VV is not None:
        arrays |= arrays_of("held_out", lab.history.held_out)
    arrays |= {of_stream(m): state for m, state in lab.sampler.states().items() if len(state)}
    words = Words(lab.sampler.newest(lab.sampler.kept), lab.history.marks)
    return Packed(contents, words, arrays)


def save(lab: Lab, path: Path) -> Path:
    """Write a lab to a file.

    Args:
        lab: which; called by its thread.
        path: where; a checkpoint there is replaced, and nothing else.

    Returns:
        Where it is now: `path`.

    Raises:
        CheckpointError: the lab is broken.
        NotWritten: it was not written; what was there is as it was.
    """
    return write(path, pack(lab).encode())


def load(
    path: Path,
    *,
    data: Path | None = None,
    hold_out_data: Path | None = None,
    device: str | None = None,
) -> Lab:
    """Make a lab that goes on from a checkpoint; it rests, even if the saved one was training.

    Args:
        path: of the checkpoint.
        data: where the data is now; None: where it was. Its bytes must be the same.
        hold_out_data: where the file is now that is held out; as for `data`.
        device: see `pick_device`; None: that of the lab, or `auto` on a machine without it.

    Raises:
        CheckpointError: the file or its data is not good; says why.
        NoSuchDevice: the device is not on this machine.
    """
    name = printable(str(path))
    contents, words, arrays = read(path)
    settings = contents.settings
    try:
        learned, held_out_file = data_of(contents, data), hold_out_of(contents, hold_out_data)
        if device is None:
            device = contents.device if has_device(contents.device) else "auto"
        lab = Lab(
            learned.path,
            settings.hold_out,
            device,
            settings.seed,
            settings.pace,
            contents.data_format,
            None if held_out_file is None else held_out_file.path,
        )
        learned.check(lab.corpus.sha256)
        if held_out_file is not None:
            held_out_file.check(lab.corpus.hold_out_sha256)
        if len(lab.corpus.vocabulary) != contents.symbols:
            raise CheckpointError(
                f"{contents.symbols} symbols, where its data has"
                f" {len(lab.corpus.vocabulary)}. Take an earlier file."
            )
        changes = msgspec.structs.asdict(settings)
        lab.configure(**{key: changes[key] for key in changes if key != "hold_out"})
    except NoSuchDevice:
        raise
    except EngineError as error:  # a sentence already
        raise CheckpointError(f"{name}: {error}") from error
    except (OSError, ValueError, OverflowError) as error:
        raise CheckpointError(f"{name}: {printable(str(error))}") from error
    train, held_out = (series_of(kind, contents.step, arrays) for kind in KINDS)
    lab.resume(
        weights_VV=torch.from_numpy(arrays["weights"]),
        history=History.of(train, held_out, words.marks),
        goal=contents.goal,
        state=contents.state,
        reason=contents.reason,
        wanted=contents.wanted,
        loss_nll=contents.loss_nll,
    )
    if not (math.isfinite(lab.trainer.nll) and math.isfinite(lab.trainer.mean_square)):
        raise CheckpointError(f"{name}: weights of no finite loss. {TAKE_ANOTHER}")
    drawn_from = models_of(settings.source) if contents.drawn else ()
    states = {m: arrays.get(of_stream(m), np.empty(0, np.uint32)) for m in drawn_from}
    names = words.names
    if contents.version == 1 and "\\" not in lab.corpus.vocabulary.characters:
        names = tuple(map(_unescaped, names))
    lab.sampler.resume(settings, contents.drawn, names, states)
    return lab


def _unescaped(drawn: Drawn) -> Drawn:
    """Decode a draw of version 1, which kept invisible letters as Python's escapes."""

    def letters(name: Name | None) -> Name | None:
        if name is None:
            return None
        text = name.text.encode("latin-1", "backslashreplace").decode("unicode_escape")
        return msgspec.structs.replace(name, text=text)

    return msgspec.structs.replace(drawn, counts=letters(drawn.counts), net=letters(drawn.net))
