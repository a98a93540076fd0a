"""How a lab begins: from a data file, or where a checkpoint left it."""

from __future__ import annotations

from os.path import expanduser, realpath
from pathlib import Path

from engine.checkpoints import checkpoint
from engine.checkpoints.writing import check_place
from engine.data.built_in import built_in_path
from engine.errors import BadSetting
from engine.lab.lab import Lab
from engine.settings.data_format import DataFormat
from engine.settings.values import NO_PACE_LIMIT
from engine.text.printable import path_text, printable
from engine.wire.answers import OpenAlready
from engine.wire.requests import Open, Resume


def absolute_path(path: str) -> Path:
    """Make a typed path absolute, as the engine's own folder may vanish; raises BadSetting."""
    if "\0" in path:
        raise BadSetting(f"{printable(path)}: no path has a zero byte. Give another.")
    try:
        return Path(expanduser(path)).absolute()
    except FileNotFoundError:
        raise BadSetting(
            f"{printable(path)}: the folder that it begins in, the engine's own, is gone. Give the"
            " whole path."
        ) from None


def place_to_save(request: Open | Resume) -> Path | None:
    """Find the file to save the lab to at its end, if there is one; raises NotWritten."""
    if request.save_to is None:
        return None
    path = absolute_path(request.save_to)
    check_place(path)
    return path


def lab_of(request: Open | Resume, left_at: Path | None) -> Lab:
    """Make the lab that a request asks for; raises EngineError if what it begins from is not good.

    `left_at` is the newest automatic save of a lab of this name that waits to be taken up.
    """
    hold_out_data = None if request.hold_out_data is None else absolute_path(request.hold_out_data)
    if isinstance(request, Open):
        path = built_in_path() if request.path is None else absolute_path(request.path)
        return Lab(
            path,
            request.hold_out,
            request.device,
            request.seed,
            NO_PACE_LIMIT if request.pace is None else request.pace,
            request.data_format,
            hold_out_data,
            request.model,
            request.steps,
        )
    saved = left_at if request.path is None else absolute_path(request.path)
    if saved is None:
        raise BadSetting("There is no automatic save to go on from. Name a file.")
    data = None if request.data is None else absolute_path(request.data)
    return checkpoint.load(saved, data=data, hold_out_data=hold_out_data, device=request.device)


def already_open(lab: Lab, request: Open | Resume, save_to: Path | None) -> OpenAlready:
    """Tell a screen that asks for a lab, to be saved at its end, which one is open already."""
    path = lab.corpus.path
    if isinstance(request, Open):
        asked = built_in_path() if request.path is None else absolute_path(request.path)
        formats = (DataFormat(), lab.asked_format, lab.corpus.data_format)
        is_asked = realpath(path) == realpath(asked) and request.data_format in formats
    else:
        is_asked = request.path is None  # another has taken up the very same
    if request.save_to is not None and absolute_path(request.save_to) != save_to:
        is_asked = False
    return OpenAlready(path_text(path), is_asked)
