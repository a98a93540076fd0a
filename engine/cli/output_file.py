"""`--out FILE`: results in a file, whole or not at all, and never over another unasked."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from engine.errors import EngineError
from engine.files.atomic import write_atomically


def check_place(path: Path, *, overwrite: bool) -> None:
    """Refuse a place where the results cannot be written, before they are made.

    Raises:
        EngineError: says what lies there.
    """
    real = Path(os.path.realpath(path))
    if real.is_dir():
        raise EngineError(f"{path} is a folder. Give the name of a file.")
    if real.exists() and not real.is_file():
        raise EngineError(f"{path} is no regular file. Give another name, or leave --out out.")
    if real.exists() and not overwrite:
        raise EngineError(_exists(path))
    if not real.parent.is_dir():
        raise EngineError(f"{path}: there is no folder {real.parent}. Make it, or give another.")


def write_file(path: Path, texts: Iterable[str], *, overwrite: bool) -> None:
    """Write texts, one behind another, in UTF-8.

    Raises:
        EngineError: they are not written; what was there is as it was.
    """
    try:
        chunks = (text.encode(errors="backslashreplace") for text in texts)
        write_atomically(path, chunks, replace=overwrite)
    except FileExistsError:
        raise EngineError(_exists(path)) from None
    except OSError as error:
        raise EngineError(
            f"{path} was not written: {error.strerror}. Give another place."
        ) from error


def _exists(path: Path) -> str:
    return f"{path} exists. --overwrite replaces it, or give another name."
