"""Who is at the other end of a Unix socket. Imports no torch."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from pathlib import Path

from engine.errors import NotListening


@dataclass(frozen=True)
class Peer:
    """A process that listens, or has connected."""

    pid: int
    uid: int


def peer_of(connected: socket.socket) -> Peer | None:
    """The other end; None: this system does not tell."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    size = struct.calcsize("3i")
    pid, uid, _ = struct.unpack(
        "3i", connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    )
    return Peer(pid, uid)


def listener(path: Path) -> str | None:
    """A process that listens at a path, in words, also one that is stopped; None: nobody does."""
    with socket.socket(socket.AF_UNIX) as looking:
        looking.setblocking(False)
        try:
            looking.connect(str(path))
        except BlockingIOError:  # so many wait for it already
            return "a process"
        except OSError:
            return None
        peer = peer_of(looking)
        return "a process" if peer is None else f"process {peer.pid}"


def stranger(path: Path, found: int, wanted: int) -> NotListening:
    """That the engine of another lab answers at a lab's socket."""
    return NotListening(
        f"Process {found} answers at {path}, and is the engine of another lab: that of this one is"
        f" process {wanted}, and cannot be reached. kill {wanted} saves and ends it."
    )
