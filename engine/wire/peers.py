"""Who is at the other end of a Unix socket. Imports no torch."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.errors import NotListening, UntrustedSocket
from engine.files.private import check_private
from engine.text.printable import printable

# macOS: of <sys/un.h> and <sys/ucred.h>, which Python's socket module does not name.
SOL_LOCAL: Final = 0
LOCAL_PEERCRED: Final = 1
LOCAL_PEERPID: Final = 2
XUCRED: Final = "2Ih16I"  # version, uid, number of groups, groups


@dataclass(frozen=True)
class Peer:
    """A process that listens, or has connected."""

    pid: int
    uid: int


def peer_of(connected: socket.socket) -> Peer | None:
    """The process at the other end, or `None` where the system does not tell."""
    if hasattr(socket, "SO_PEERCRED"):
        size = struct.calcsize("3i")
        data = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
        pid, uid, _ = struct.unpack("3i", data)
        return Peer(pid, uid)
    if sys.platform == "darwin":
        data = connected.getsockopt(SOL_LOCAL, LOCAL_PEERCRED, struct.calcsize(XUCRED))
        _, uid, *_ = struct.unpack_from("2I", data)
        data = connected.getsockopt(SOL_LOCAL, LOCAL_PEERPID, struct.calcsize("i"))
        return Peer(*struct.unpack("i", data), uid)
    return None


async def connect(
    path: Path, pid: int | None = None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to the engine that listens at a socket, and to nobody else.

    Args:
        path: of the socket.
        pid: the process that the engine is, where that is known.

    Raises:
        NotListening: nothing answers there, or another process of this user.
        UntrustedSocket: another user listens there, or could.
    """
    if path.parent.exists():
        check_private(path.parent)
    try:
        reader, writer = await asyncio.open_unix_connection(path)
    except OSError as error:
        raise NotListening(f"No engine answers at {path}: {error.strerror}.") from error
    peer = peer_of(writer.get_extra_info("socket"))
    try:
        if peer is not None and peer.uid != os.getuid():
            raise UntrustedSocket(
                f"Process {peer.pid} of user {peer.uid} answers at {printable(str(path))}, not an"
                f" engine of yours (user {os.getuid()}). Nothing was said to it: set"
                " XDG_RUNTIME_DIR to a folder of your own."
            )
        if pid is not None and peer is not None and peer.pid != pid:
            raise stranger(path, peer.pid, pid)
    except BaseException:
        writer.close()
        raise
    return reader, writer


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
