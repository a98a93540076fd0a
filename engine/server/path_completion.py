"""What a path, typed so far, may go on to: the entries of its folder, as a shell completes them.

No torch, and no tensor: the server looks, while the worker trains.
"""

from __future__ import annotations

import heapq
import os
import stat
import time
from collections.abc import Iterator
from typing import Final

from engine.errors import DataError
from engine.text.printable import is_obeyed, printable
from engine.wire.answers import Browsed
from engine.wire.values import Entry, RecentFile

MOST: Final = 200  # entries in an answer: more than a screen shows, and some 10 KB
SECONDS: Final = 0.5  # to read names; a folder of 100,000 takes 0.2


def typed_path(path: str) -> tuple[str, str, str]:
    """A path, typed so far: its folder, what is typed of that, and what the names begin with.

    >>> typed_path("data/na"), typed_path("na"), typed_path("..")
    (('data/', 'data/', 'na'), ('.', '', 'na'), ('../', '../', ''))
    """
    if path in ("~", ".", "..") or path.endswith(("/.", "/..")):
        path += "/"
    head, slash, stem = path.rpartition("/")
    head += slash
    return os.path.expanduser(head) or ".", head, stem


def browsed(path: str, recent: tuple[RecentFile, ...] = (), seconds: float = SECONDS) -> Browsed:
    """The entries that a typed path may go on to. Names that begin with a dot want a dot typed.

    The rest of a folder is not looked at after so many seconds. Raises DataError.
    """
    folder, head, stem = typed_path(path)
    names: list[str] = []
    unnameable, whole = 0, True
    deadline = time.monotonic() + seconds
    for name in _names(folder):
        if not name.startswith(stem) or (name[0] == "." and not stem):
            continue
        if is_obeyed(name):
            unnameable += 1  # no field can hold it, and no terminal should
        else:
            names.append(name)
        if time.monotonic() > deadline:
            whole = False
            break
    first = heapq.nsmallest(MOST, names, key=lambda name: (name.casefold(), name))
    return Browsed(
        head=head,
        entries=tuple(_entry(folder, name) for name in first),
        common=os.path.commonprefix(names),  # noqa: RUF071  of letters, as a shell does
        more=len(names) - len(first),
        unnameable=unnameable,
        whole=whole,
        recent=recent,
    )


def _names(folder: str) -> Iterator[str]:
    """The names in a folder; a folder that cannot be read is an error in words."""
    name = printable(folder)
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                yield entry.name
    except FileNotFoundError as error:
        raise DataError(f"{name}: no such folder.") from error
    except NotADirectoryError as error:
        raise DataError(f"{name} is no folder.") from error
    except PermissionError as error:
        raise DataError(f"{name}: no permission to look into this folder.") from error
    except OSError as error:
        raise DataError(f"{name}: the folder cannot be read ({error.strerror}).") from error
    except ValueError as error:  # a NUL, or what no file system can hold
        raise DataError(f"{name}: no path of a folder.") from error


def _entry(folder: str, name: str) -> Entry:
    try:
        found = os.stat(os.path.join(folder, name))
    except OSError:
        return Entry(name, "broken")
    if stat.S_ISDIR(found.st_mode):
        return Entry(name, "folder")
    if stat.S_ISREG(found.st_mode):
        return Entry(name, "file", found.st_size)
    return Entry(name, "special")  # a pipe, a socket or a device: named, never opened
