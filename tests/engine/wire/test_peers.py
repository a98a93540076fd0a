"""Whoever connects to a lab's socket makes sure that nobody but its own user listens there."""

import asyncio
import os
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.cli.labs.lab_choice import chosen, taken_up
from engine.errors import EngineError, EngineUnavailable, UntrustedSocket
from engine.local.engine_process import EngineProcess
from engine.local.lab_list import labs
from engine.local.name_lock import Claim
from engine.local.paths import LabPaths, make_runtime_folder
from engine.wire import peers
from engine.wire.client import Client
from engine.wire.peers import Peer, peer_of
from tui.__main__ import main

NOBODY = 65534  # a user's number that is not the test's


@pytest.fixture
def listening(folder: Path) -> Iterator[socket.socket]:
    """Something that listens where the engine of the lab "test" would, and answers nothing."""
    make_runtime_folder()
    claim = Claim(LabPaths("test"))
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(LabPaths("test").socket))
        other.listen()
        other.setblocking(False)
        yield other
    claim.release("stopped")


async def is_refused_everywhere(match: str) -> None:
    """No way to an engine leads to what listens there."""
    with pytest.raises(UntrustedSocket, match=match):
        await Client.connect(LabPaths("test").socket)
    with pytest.raises(UntrustedSocket, match=match):
        await EngineProcess("test").reach(peers.connect)  # as from another machine
    (lab,) = await labs()
    assert lab.state == "unknown"
    with pytest.raises(EngineError, match=match):
        taken_up(chosen([lab], "test"))  # by attach
    for command in (["ls"], ["stop", "test"]):
        ran = await asyncio.to_thread(CliRunner().invoke, main, command)
        assert ran.output.count("set XDG_RUNTIME_DIR to a folder of your own") == 1, command


@pytest.mark.skipif(os.getuid() != 0, reason="only root can listen as another user")
async def test_another_users_process_is_told_nothing(listening: socket.socket) -> None:
    os.seteuid(NOBODY)
    try:
        listening.listen()  # the kernel notes whose process this is
    finally:
        os.seteuid(0)
    await is_refused_everywhere(f"user {NOBODY} answers at .*test.sock, not an engine of yours")
    loop = asyncio.get_running_loop()
    for _ in range(2):
        met, _ = await loop.sock_accept(listening)
        with met:
            assert await loop.sock_recv(met, 100) == b""


@pytest.mark.usefixtures("listening")
async def test_in_a_folder_that_others_can_write_to_nobody_is_talked_to() -> None:
    LabPaths("test").socket.parent.chmod(0o777)
    await is_refused_everywhere("is not a folder that you alone can use")


async def test_a_folder_that_is_a_link_is_not_the_users_own(folder: Path) -> None:
    (folder / "elsewhere").mkdir(mode=0o700)
    LabPaths("test").socket.parent.symlink_to(folder / "elsewhere")
    with pytest.raises(UntrustedSocket):
        await Client.connect(LabPaths("test").socket)
    with pytest.raises(EngineUnavailable, match="is not a folder that you alone can use"):
        await EngineProcess("test").start()


class MacSocket:
    """What a connected socket of macOS answers: a struct xucred, and the peer's process."""

    def getsockopt(self, level: int, option: int, size: int) -> bytes:
        assert level == 0  # SOL_LOCAL
        answers = {
            1: struct.pack("=IIhxx16I", 0, 501, 1, 20, *[0] * 15),  # LOCAL_PEERCRED
            2: struct.pack("=i", 4711),  # LOCAL_PEERPID
        }
        assert size == len(answers[option])
        return answers[option]


def test_macos_tells_the_peer_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "SO_PEERCRED", raising=False)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert peer_of(MacSocket()) == Peer(pid=4711, uid=501)  # type: ignore[arg-type]
