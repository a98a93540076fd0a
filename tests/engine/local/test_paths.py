"""Where an engine has its socket, its log and its saves, and what it is called."""

import asyncio
import os
import queue
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import click
import msgspec
import pytest
from click.testing import CliRunner

from engine.cli.labs.lab_choice import chosen, taken_up
from engine.cli.option_groups.common import complete_lab
from engine.errors import EngineError, EngineUnavailable, NotListening
from engine.local import engine_process
from engine.local.engine_process import EngineProcess
from engine.local.lab_list import labs
from engine.local.name_lock import Claim, Ending, Holder, standing
from engine.local.paths import LabPaths, labs_folder, name_for
from engine.server import socket_server
from engine.wire import peers
from engine.wire.answers import Done
from engine.wire.client import Client
from engine.wire.peers import listener
from engine.wire.requests import Open
from tests.processes import described, eventually, process_of
from tui.__main__ import main

pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
async def server_at(monkeypatch: pytest.MonkeyPatch, folder: Path) -> AsyncIterator[Path]:
    """The socket of a server in this process, which looks after it all the time."""
    monkeypatch.setattr(socket_server, "SECONDS_TO_LOOK", 0.01)
    path, ready = folder / "engine.sock", asyncio.Event()
    serving = socket_server.Server(queue.SimpleQueue(), "test")
    task = asyncio.create_task(serving.serve(path, ready.set))
    await ready.wait()
    yield path
    serving.stop()
    await task


async def test_a_socket_that_vanishes_with_its_folder_comes_back(engine: EngineProcess) -> None:
    client = await engine.start()
    sockets = LabPaths("test").socket.parent
    for path in sockets.iterdir():
        path.unlink()
    sockets.rmdir()
    other = EngineProcess("test")
    again = await other.start()
    assert (await described(again)).pid == (await described(client)).pid
    await other.leave()
    await engine.stop()


async def test_a_login_with_another_runtime_folder_finds_the_lab(
    engine: EngineProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    client = await engine.start()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    other = EngineProcess("test")
    again = await other.start()
    assert (await described(again)).pid == (await described(client)).pid
    (lab,) = await labs()
    assert (lab.pid, lab.state) == ((await described(client)).pid, "no data")
    await other.stop()
    assert await labs() == []


async def test_a_folder_that_others_can_use_is_refused(folder: Path, engine: EngineProcess) -> None:
    (folder / "makemore-tui").mkdir()
    (folder / "makemore-tui").chmod(0o755)
    with pytest.raises(EngineUnavailable, match="not a folder that you alone can use"):
        await engine.start()


async def test_a_folder_named_engine_does_not_stand_in_for_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: EngineProcess
) -> None:
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "__init__.py").write_text("raise SystemExit('the wrong engine')")
    monkeypatch.chdir(tmp_path)
    await engine.start()
    await engine.stop()


async def test_a_log_that_cannot_be_written_keeps_no_engine_from_starting(
    engine: EngineProcess, folder: Path
) -> None:
    (folder / "state" / "makemore-tui").mkdir(parents=True)
    (folder / "state" / "makemore-tui" / "log").write_text("no folder")
    await engine.start()
    await engine.stop()


async def test_why_an_engine_does_not_start_is_told_where_its_log_holds_nothing(
    engine: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = LabPaths("test")
    place.folder.parent.parent.mkdir(parents=True)
    place.folder.parent.touch()
    monkeypatch.setattr(engine_process, "opened_log", lambda *_: open(os.devnull, "wb"))  # noqa: SIM115
    with Path("/dev/full").open("wb") as full:
        command = (sys.executable, "-m", "engine", "--name", "test")
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=full)
    assert done.returncode == 1
    assert done.stdout.startswith(f"failed {place.folder}".encode())
    with pytest.raises(EngineUnavailable, match=r"exit code 1: .* make that a folder that you"):
        await engine.start()


async def test_a_state_folder_that_cannot_be_written_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, engine: EngineProcess
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    with pytest.raises(EngineUnavailable, match="/proc/nowhere"):
        await EngineProcess("other").start()


@pytest.mark.parametrize("what", ["folder", "socket"])
async def test_what_lies_where_the_engine_needs_a_place_is_told_with_what_to_do(
    what: str, engine: EngineProcess, folder: Path
) -> None:
    place = LabPaths("test")
    blocked = place.folder if what == "folder" else place.socket
    if what == "folder":
        blocked.parent.mkdir(parents=True)
        blocked.touch()
    else:
        blocked.mkdir(parents=True, mode=0o700)
        blocked.parent.chmod(0o700)
    with pytest.raises(EngineUnavailable) as told:
        await engine.start()
    assert str(blocked) in str(told.value)
    assert re.search(r"set XDG_(STATE_HOME|RUNTIME_DIR) to another[^.]*\. Its log", str(told.value))


@pytest.mark.parametrize("ending", ["ended", "stopped"])
async def test_an_engine_that_does_not_start_leaves_what_is_told_of_the_lab_before(
    ending: Ending, engine: EngineProcess
) -> None:
    place = LabPaths("test")
    Claim(place).release(ending)
    before = standing(place)
    place.socket.mkdir(parents=True, mode=0o700)
    place.socket.parent.chmod(0o700)
    with pytest.raises(EngineUnavailable, match="Remove what is there"):
        await engine.start()
    assert standing(place) == before


async def test_a_socket_that_another_has_put_in_its_place_makes_way(
    engine: EngineProcess,
) -> None:
    await engine.start()
    pid, path = process_of(engine).pid, LabPaths("test").socket
    path.unlink()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        while True:
            try:
                client = await Client.connect(path)
                break
            except EngineUnavailable:
                await asyncio.sleep(0.05)
    assert (await described(client)).pid == pid
    await client.close()
    await engine.stop()
    assert not path.exists()


async def test_where_one_may_not_look_no_lab_is_said_not_to_run() -> None:
    claim = LabPaths("test").claim
    claim.parent.mkdir(parents=True)
    claim.symlink_to(claim)  # root may look anywhere, but not through this
    (lab,) = await labs()
    assert (lab.name, lab.state) == ("test", "unknown")
    assert lab.trouble is not None
    assert re.search("Whether the lab test runs cannot be known: .*links.* may read", lab.trouble)
    for attach in (True, False):
        with pytest.raises(EngineUnavailable, match="Whether the lab test runs cannot be known"):
            await EngineProcess("test").start(attach=attach)
    with pytest.raises(EngineError, match="Whether the lab test runs cannot be known"):
        taken_up(chosen([lab], None))
    listed = await asyncio.to_thread(CliRunner().invoke, main, ["ls"])
    assert lab.trouble in listed.output


def test_a_folder_of_all_labs_that_cannot_be_read_is_a_sentence() -> None:
    labs_folder().parent.mkdir(parents=True)
    labs_folder().symlink_to(labs_folder())
    listed = CliRunner().invoke(main, ["ls"])
    assert listed.exit_code == 1
    assert "the folder of all labs, cannot be read" in listed.output
    assert complete_lab(click.Context(main), main.params[0], "") == []


async def test_a_socket_that_another_engine_answers_at_is_not_taken_from_it(
    engine: EngineProcess, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    client = await engine.start()
    path = LabPaths("test").socket
    inode = path.lstat().st_ino
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("XDG_STATE_HOME", str(folder / "other"))
        with pytest.raises(
            EngineUnavailable, match=rf"test\.sock, .* process {client.pid}, .*--name"
        ):
            await EngineProcess("test").start()
        assert standing(LabPaths("test")) == ("free", None)
        left = Holder(2**22, socket.gethostname(), str(path), 0.0, "")
        LabPaths("test").folder.mkdir()
        LabPaths("test").claim.write_bytes(msgspec.json.encode(left))  # of one that had it before
        assert await labs() == []
    assert path.lstat().st_ino == inode
    assert (await described(client)).clients == 0
    await engine.stop()


async def test_a_server_whose_socket_another_has_waits_until_that_has_gone(
    server_at: Path,
) -> None:
    server_at.unlink()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(server_at))
        other.listen()
        other.setblocking(False)
        inode = server_at.lstat().st_ino
        async with asyncio.timeout(20):
            for _ in range(3):  # whoever looks whether somebody answers
                looking, _ = await asyncio.get_running_loop().sock_accept(other)
                looking.close()
        assert server_at.lstat().st_ino == inode
    await eventually(lambda: listener(server_at))
    await (await Client.connect(server_at)).close()


@pytest.mark.skipif(not hasattr(socket, "SO_PEERCRED"), reason="the system does not tell")
async def test_an_engine_that_is_not_the_labs_own_is_not_talked_to(
    engine: EngineProcess, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    client = await engine.start()
    monkeypatch.setattr(engine_process, "SECONDS_TO_APPEAR", 0.0)
    monkeypatch.setattr("engine.local.lab_list.SECONDS_TO_ANSWER", 0.2)
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("XDG_STATE_HOME", str(folder / "other"))
        claim = Claim(LabPaths("test"))  # this process's, which does not listen
        said = f"Process {client.pid} answers at .* that of this one is process {os.getpid()}"
        for connect in (Client.connect, peers.connect):
            with pytest.raises(NotListening, match=said):
                await EngineProcess("test").reach(connect)
        (lab,) = await labs()
        assert (lab.state, lab.pid) == ("not answering", os.getpid())
        claim.release("stopped")
    await (await EngineProcess("test").start()).close()
    await engine.stop()


async def test_a_lab_whose_folder_is_removed_keeps_its_name(engine: EngineProcess) -> None:
    client = await engine.start()
    assert await client.call(Open(device="cpu")) == Done()
    place, own = LabPaths("test"), process_of(engine)
    before = standing(place)
    own.suspend()
    shutil.rmtree(place.folder)
    with pytest.raises(EngineUnavailable, match=f"process {own.pid}, .* whose folder was removed"):
        await EngineProcess("test").start()
    own.resume()
    await eventually(lambda: standing(place) == before)
    (lab,) = await labs()
    assert (lab.pid, lab.state) == (own.pid, "idle")
    await engine.stop()
    assert standing(place) == ("free", None)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "-x", ".x", "x" * 41, "a b", "é", "a\n"])
def test_a_name_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(EngineError, match="is no name for a lab"):
        LabPaths(name)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (None, "names"), ("/data/words.txt", "words"), ("x/.hidden", "hidden"),
        ("Ünï cøde.txt", "n-c-de"), ("/data/…", "lab"), ("x" * 60 + ".txt", "x" * 40),
    ],
)  # fmt: skip
def test_a_lab_is_named_after_its_data(data: str | None, name: str) -> None:
    assert name_for(data) == name
    LabPaths(name)
