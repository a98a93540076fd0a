"""A lab as a file, from which another lab goes on as if nothing had come in between.

The file keeps all runs: what each trainer goes on from, the losses as the lab has them, the
settings and the marks; the newest names and the state of their random numbers; of the data only its
path and its SHA-256, for the words themselves are read again, and models that are fitted to them at
once are fitted again. The losses and names that come then are those of a lab that was never
interrupted, bit for bit on the same machine. `header.py` describes the format.

Nothing in it is a program: no pickle. A file that somebody has tampered with is refused, or is a
lab like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import msgspec
import numpy as np

from engine.checkpoints.arrays import encode, read
from engine.checkpoints.contents import VERSION, Contents, of_stream
from engine.checkpoints.data_files import data_of, hold_out_of
from engine.checkpoints.layout import sides_of
from engine.checkpoints.losses import Arrays
from engine.checkpoints.older_versions import unescaped
from engine.checkpoints.saved_runs import pack_run, run_of
from engine.checkpoints.words import Words
from engine.checkpoints.writing import write
from engine.data.built_in import built_in_path
from engine.devices import has_device
from engine.errors import CheckpointError, EngineError, NoSuchDevice
from engine.lab.lab import Lab
from engine.text.printable import printable


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
    """Copy what is to be kept of a lab; the lab's thread calls this.

    A million or two of its losses are copied at most. Raises CheckpointError if a step broke it.
    """
    path, hold_out_data = lab.corpus.path.absolute(), lab.corpus.hold_out_data
    saved_runs, arrays_of_runs = zip(*map(pack_run, lab.runs), strict=True)
    contents = Contents(
        version=VERSION,
        written_by=f"makemore-tui {version('makemore-tui')}",
        data=None if path == built_in_path().absolute() else path.as_uri(),
        data_sha256=lab.corpus.sha256,
        symbols=len(lab.corpus.vocabulary),
        device=str(lab.device),
        kept_settings=msgspec.structs.asdict(lab.settings),
        runs=saved_runs,
        selected=lab.selected.number,
        compared=lab.compared.number,
        begun=lab.runs.begun,
        wanted=lab.wanted,
        drawn=lab.sampler.drawn,
        data_format=lab.corpus.data_format,
        hold_out_data=None if hold_out_data is None else hold_out_data.absolute().as_uri(),
        hold_out_sha256=lab.corpus.hold_out_sha256,
    )
    arrays: Arrays = {key: array for part in arrays_of_runs for key, array in part.items()}
    arrays |= {of_stream(m): state for m, state in lab.sampler.states().items() if len(state)}
    marks = tuple(run.history.marks for run in lab.runs)
    return Packed(contents, Words(lab.sampler.newest(lab.sampler.kept), marks), arrays)


def save(lab: Lab, path: Path) -> Path:
    """Write a lab to a file, over nothing but a checkpoint, and return its path.

    The lab's thread calls this. Raises CheckpointError if the lab is broken, and NotWritten.
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

    Its files may have moved, but must be the same bytes. Without a device it is that of the lab, or
    `auto` on a machine without it. Raises CheckpointError and NoSuchDevice.
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
            data_format=contents.data_format,
            hold_out_data=None if held_out_file is None else held_out_file.path,
        )
        learned.check(lab.corpus.sha256)
        if held_out_file is not None:
            held_out_file.check(lab.corpus.hold_out_sha256)
        if len(lab.corpus.vocabulary) != contents.symbols:
            raise CheckpointError(
                f"{contents.symbols} symbols, where its data has"
                f" {len(lab.corpus.vocabulary)}. Take an earlier file."
            )
        lab.runs.take_up(
            [  # one by one: a file that lies takes no memory for its next run
                run_of(saved, marks, arrays, lab.corpus, lab.device)
                for saved, marks in zip(contents.runs, words.marks, strict=True)
            ],
            contents.begun,
            selected=contents.selected,
            compared=contents.compared,
        )
        changes = msgspec.structs.asdict(settings)
        lab.configure({key: changes[key] for key in changes if key != "hold_out"})
    except NoSuchDevice:
        raise
    except EngineError as error:  # a sentence already
        raise CheckpointError(f"{name}: {error}") from error
    except (OSError, ValueError, OverflowError) as error:
        raise CheckpointError(f"{name}: {printable(str(error))}") from error
    drawn_from = sides_of(settings.source) if contents.drawn else ()
    states = {side: arrays.get(of_stream(side), np.empty(0, np.uint32)) for side in drawn_from}
    names = words.names
    if contents.version == 1 and "\\" not in lab.corpus.vocabulary.characters:
        names = tuple(map(unescaped, names))
    lab.sampler.resume(settings, contents.drawn, names, states)
    lab.wanted = contents.wanted
    return lab
