"""What an engine writes is its user's alone, and what others send it does no harm in its log."""

import asyncio
import io
import logging
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.files.private import make_folder
from engine.local import log
from engine.local.engine_process import EngineProcess
from engine.local.log import Formatter, Refusals, opened_log
from engine.local.paths import LabPaths, runtime_folder
from engine.wire.events import Stopped
from engine.wire.requests import Open, StepOnce
from tests.processes import eventually


@pytest.fixture(params=[0o000, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): stat.S_IMODE(path.lstat().st_mode)
        for path in folder.rglob("*")
        if not path.is_socket()
    }


async def test_folders_and_files_are_the_users_alone_whatever_the_umask(
    folder: Path, umask: None, engine: EngineProcess
) -> None:
    client = await engine.start()
    await client.call(Open())
    await client.call(StepOnce())
    await eventually(lambda: list(LabPaths("test").saves.glob("*.safetensors")))
    found = modes(folder)
    state = "state/makemore-tui"
    files = [name for name in found if name.endswith((".safetensors", ".log", "/running"))]
    assert len(files) == 3
    assert {found[name] for name in files} == {0o600}
    folders = (state, f"{state}/labs", f"{state}/labs/test", f"{state}/labs/test/saves")
    assert {found[name] for name in (*folders, f"{state}/log", "makemore-tui")} == {0o700}
    await engine.stop()


def test_a_folder_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    labs = tmp_path / "labs"
    labs.mkdir()
    for before, after in ((0o777, 0o700), (0o555, 0o500), (0o500, 0o500)):
        labs.chmod(before)
        make_folder(labs)
        assert stat.S_IMODE(labs.stat().st_mode) == after


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_log_that_is_no_regular_file_is_not_written_to(tmp_path: Path, kind: str) -> None:
    usual, precious = tmp_path / "log" / "names.log", tmp_path / "precious"
    precious.write_text("mine")
    usual.parent.mkdir()
    usual.symlink_to(precious) if kind == "link" else os.mkfifo(usual)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with opened_log(usual, elsewhere) as file:
        file.write(b"what went wrong")
    assert precious.read_text() == "mine"
    assert (elsewhere / "names.log").read_text() == "what went wrong"


def test_a_log_begins_anew_when_it_is_long_and_is_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "names.log"
    path.write_bytes(b"-" * (log.LONGEST + 1))
    path.chmod(0o666)
    opened_log(path, tmp_path).close()
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"", 0o600)


def test_in_a_log_nothing_is_left_that_a_terminal_obeys() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Formatter())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    try:
        raise ValueError("evil\x1b]0;title\x07")
    except ValueError:
        logger.exception("from \x1b[31ma client\nforged line")
    lines = stream.getvalue().splitlines()
    assert "from \\x1b[31ma client\\x0aforged line" in lines[0]
    assert lines[-1] == "ValueError: evil\\x1b]0;title\\x07"
    assert all(line.isprintable() for line in lines)


def test_a_flood_of_refusals_is_a_number(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals(logging.getLogger("test"), seconds=3600.0)
    for number in range(12_346):
        refusals.add(f"client {number}")
    refusals.tell_more()
    refusals.tell_more()
    told = [record.getMessage() for record in caplog.records]
    assert told == ["a client was refused: client 0", "12,345 more clients were refused"]


async def test_what_refused_clients_send_leaves_a_short_and_harmless_log(
    folder: Path, engine: EngineProcess
) -> None:
    client = await engine.start()
    place = LabPaths("test")

    def flood() -> None:
        for _ in range(300):
            with socket.socket(socket.AF_UNIX) as peer:
                peer.connect(str(place.socket))
                peer.sendall(b"\x00\x00\x00\x0c\xab\x1b]0;evil\x07\xc1\xc1\xc1")
                peer.settimeout(20)
                while peer.recv(1 << 16):
                    pass

    await asyncio.to_thread(flood)
    await engine.stop()
    assert [event async for event in client.events() if isinstance(event, Stopped)]
    said = place.log.read_text()
    assert said.count("\n") == 2
    assert "299 more clients were refused" in said
    assert all(line.isprintable() for line in said.splitlines())
    assert runtime_folder().is_dir()
