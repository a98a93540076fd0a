"""How an engine takes a name, so that no two have the same. Imports no torch.

A file in the lab's folder is locked for as long as the engine lives, however it ends: the kernel
lets go of it. An engine that ends well removes the file. One that is there and not locked tells of
a crash, and since when that lab ran.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import time
from typing import Final, Literal

import msgspec

from engine.errors import NameTaken
from engine.places import Place

SECONDS_TO_TRY: Final = 1.0  # somebody who only looks holds the lock for an instant


class Holder(msgspec.Struct, frozen=True):
    """What an engine writes into its claim."""

    pid: int
    host: str
    socket: str  # where it listens: another login may have another runtime folder
    since: float  # seconds since 1970
    saves_since: float  # whatever was saved from then on is of this lab, through all its crashes


Standing = Literal["free", "running", "crashed"]


class Claim:
    """A name, held."""

    def __init__(self, place: Place) -> None:
        """Take a name.

        Raises:
            NameTaken: another engine has it.
            OSError: the lab's folder cannot be written to.
        """
        self._path = place.claim
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = _locked(place)
        self.before = _read(self._file)  # of a lab that crashed; None where the last ended well
        os.ftruncate(self._file, 0)
        now = time.time()
        first = now if self.before is None else self.before.saves_since
        mine = Holder(os.getpid(), socket.gethostname(), str(place.socket), now, first)
        os.pwrite(self._file, msgspec.json.encode(mine), 0)
        self.since = mine.since

    def release(self) -> None:
        """Give the name back: the engine has ended well."""
        with contextlib.suppress(OSError):
            self._path.unlink()
        os.close(self._file)


def standing(place: Place) -> tuple[Standing, Holder | None]:
    """Whether a lab runs, and what its engine wrote; that of a crashed one is told too."""
    try:
        file = os.open(place.claim, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return "free", None
    try:
        holder = _read(file)
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return "running", holder
        # An engine that has just ended well removed the file that is still open here.
        return ("crashed", holder) if _is_at(file, place) else ("free", None)
    finally:
        os.close(file)


def _locked(place: Place) -> int:
    deadline = time.monotonic() + SECONDS_TO_TRY
    while True:
        file = os.open(place.claim, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _read(file)
            os.close(file)
            if time.monotonic() > deadline:
                raise NameTaken(taken(place, holder)) from None
            time.sleep(0.05)
            continue
        if _is_at(file, place):
            return file
        os.close(file)  # its engine ended, and removed the file, between the two calls


def taken(place: Place, holder: Holder | None) -> str:
    """That a lab of this name runs, as a sentence."""
    if holder is not None and holder.host != socket.gethostname():
        return (
            f"A lab called {place.name} runs on {holder.host}, which shares this home folder."
            " Attach to it there, or give another --name."
        )
    return f"A lab called {place.name} runs already."


def _is_at(file: int, place: Place) -> bool:
    with contextlib.suppress(OSError):
        return os.path.samestat(os.fstat(file), place.claim.stat())
    return False


def _read(file: int) -> Holder | None:
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(os.pread(file, 4096, 0), type=Holder)
    return None
