"""How an engine takes a name, so that no two have the same. Imports no torch.

A file in the lab's folder is locked for as long as the engine lives, however it ends: the kernel
lets go of it. An engine that a person ends removes the file. One that ends well by itself, or
because of a signal, notes that in it, for whoever comes back. One that is there and not locked,
without such a note, tells of a crash.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import time
from pathlib import Path
from typing import Final, Literal

import msgspec

from engine.errors import EngineError, EngineUnavailable, NameTaken
from engine.files.private import FILE, make_folder
from engine.files.small_files import NotRegular, open_regular_file
from engine.local.paths import LabPaths
from engine.text.printable import printable
from engine.wire.peers import listener
from engine.wire.requests import Open, Resume

LONGEST: Final = 1 << 16  # bytes of a claim
SECONDS_TO_TRY: Final = 1.0  # somebody who only looks holds the lock for an instant


class Holder(msgspec.Struct, frozen=True):
    """What an engine writes into the file it locks: who it is, and where it listens."""

    pid: int
    host: str
    socket: str  # where it listens: another login may have another runtime folder
    since: float  # seconds since 1970
    saves_since: str = ""  # of older versions: saves up to this file's are of other labs
    has_ended: bool = False  # well, but nobody was told where it is saved
    again: Open | Resume | None = None  # what begins the lab, as long as it has no save of its own


Standing = Literal["free", "running", "crashed", "ended"]
Ending = Literal["unopened", "stopped", "ended"]


class Claim:
    """A claim to a lab's name, which holds until it is released or the process ends."""

    def __init__(self, place: LabPaths) -> None:
        """Take a name; raises NameTaken, and EngineUnavailable if the file system has no locks.

        After an OSError, of a folder that cannot be written to, what told of a crash still does.
        """
        self.place = place
        self._file = _locked(place)
        self.before = _read(self._file)  # of a lab that crashed or ended, and was not taken up
        self.since = time.time()
        self._holder = Holder(os.getpid(), socket.gethostname(), str(place.socket), self.since)
        try:
            self._write(self._holder)
        except OSError:
            self.release("unopened")
            raise

    def note(self, again: Open | Resume) -> None:
        """Write down what opens the lab again, if a crash comes before its first save."""
        self._holder = msgspec.structs.replace(self._holder, again=again)
        self._write(self._holder)

    def take_again(self) -> None:
        """Take the name anew, if the file that holds it was removed and no other engine has it."""
        if _is_at(self._file, self.place):
            return
        with contextlib.suppress(OSError, EngineError):
            file = _locked(self.place)
            os.dup2(file, self._file, inheritable=False)  # at once, as another thread may write
            os.close(file)
            self._write(self._holder)

    def release(self, ending: Ending) -> None:
        """Give the name back: the engine has ended well.

        `unopened`: it had no lab, and what told of the one before still does; `stopped`: by a
        person, who was told where it is saved; `ended`: by itself, or by a signal, and whoever
        comes back is told.
        """
        with contextlib.suppress(OSError):
            if ending == "ended":
                # With nothing saved there was nothing to keep: it does not begin again.
                self._write(msgspec.structs.replace(self._holder, has_ended=True, again=None))
            elif ending == "unopened" and self.before is not None:
                self._write(self.before)
            elif _is_at(self._file, self.place):
                self.place.claim.unlink()
        os.close(self._file)
        with contextlib.suppress(OSError):
            self.place.folder.rmdir()  # where nothing is kept of it

    def _write(self, holder: Holder) -> None:
        """Overwrite in place, and cut to length only then: a full disk leaves what was there."""
        data = msgspec.json.encode(holder)
        os.pwrite(self._file, data.ljust(os.fstat(self._file).st_size), 0)
        os.ftruncate(self._file, len(data))


def standing(place: LabPaths) -> tuple[Standing, Holder | None]:
    """Find out whether a lab runs, and what its engine wrote; raises EngineUnavailable."""
    try:
        file = _opened(place, os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        return "free", None
    except OSError as error:
        raise EngineUnavailable(
            f"Whether the lab {place.name} runs cannot be known: {printable(str(place.claim))}:"
            f" {error.strerror}. Make it a file that you may read, in a folder that you may read."
        ) from error
    try:
        is_held = not _lock(file, fcntl.LOCK_SH, place)
        holder = _read(file)  # now: the last that an engine writes is how it ends
        if is_held:
            return "running", holder
        if not _is_at(file, place):  # its engine has just ended, and removed what is open here
            return "free", None
        return "ended" if holder is not None and holder.has_ended else "crashed", holder
    finally:
        os.close(file)


def standing_of(holder: Holder, place: LabPaths) -> Standing:
    """What has become of the engine that wrote this; `free`: the name is not its own any more."""
    state, present = standing(place)
    is_its = present is not None and _process(present) == _process(holder)
    return state if is_its else "free"


def clear(place: LabPaths, holder: Holder | None, *, wholly: bool) -> None:
    """Remove the socket of the dead engine that wrote this; `wholly`, all that tells of its lab.

    Nothing is removed if another engine has taken the name; none can while this goes on.
    """
    with contextlib.suppress(OSError):
        file = _opened(place, os.O_RDWR)
        try:
            if not _lock(file, fcntl.LOCK_EX, place) or not _is_at(file, place):
                return
            if _read(file) != holder:
                return
            path = None if holder is None else Path(holder.socket)
            if path is not None and path.is_socket() and listener(path) is None:
                path.unlink()  # nor is it another engine's by now
            if wholly:
                place.claim.unlink()
        finally:
            os.close(file)


def _process(holder: Holder) -> tuple[int, str, float]:
    return holder.pid, holder.host, holder.since


def _locked(place: LabPaths) -> int:
    deadline = time.monotonic() + SECONDS_TO_TRY
    while True:
        make_folder(place.folder)
        try:
            file = _opened(place, os.O_RDWR | os.O_CREAT)
        except FileNotFoundError:  # its engine ended, and removed the folder, between the two calls
            if time.monotonic() > deadline:
                raise
            continue
        if not _lock(file, fcntl.LOCK_EX, place):
            holder = _read(file)
            os.close(file)
            if time.monotonic() > deadline:
                raise NameTaken(name_taken(place, holder))
            time.sleep(0.05)
        elif _is_at(file, place):
            os.fchmod(file, FILE)  # whatever the umask took away
            return file
        else:
            os.close(file)  # its engine ended, and removed the file, between the two calls


def _opened(place: LabPaths, flags: int) -> int:
    """Open the claim; raises EngineUnavailable if what is there is no file."""
    try:
        return open_regular_file(place.claim, flags, FILE)
    except NotRegular as error:
        raise EngineUnavailable(
            f"Whether the lab {place.name} runs cannot be known: {printable(str(place.claim))} is"
            " no regular file. Remove it."
        ) from error


def _lock(file: int, kind: int, place: LabPaths) -> bool:
    """Lock a file until it is closed; False where another holds it."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise EngineUnavailable(
            f"{place.claim} cannot be locked: {error.strerror}. Its file system must know locks:"
            " set XDG_STATE_HOME to a folder on another."
        ) from error
    return True


def name_taken(place: LabPaths, holder: Holder | None) -> str:
    """Say to a person whose lab's name is taken where the other lab runs."""
    if holder is not None and holder.host != socket.gethostname():
        return (
            f"A lab called {place.name} runs on {holder.host}, which shares this home folder."
            " Attach to it there, or give another --name."
        )
    return f"A lab called {place.name} runs already."


def _is_at(file: int, place: LabPaths) -> bool:
    with contextlib.suppress(OSError):
        return os.path.samestat(os.fstat(file), place.claim.stat())
    return False


def _read(file: int) -> Holder | None:
    with contextlib.suppress(OSError, msgspec.MsgspecError, UnicodeError, RecursionError):
        return msgspec.json.decode(os.pread(file, LONGEST, 0), type=Holder)
    return None
