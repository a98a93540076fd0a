"""An engine as a process, in a test: where it is at home, and what can be known of it."""

import asyncio
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import psutil
import pytest

from engine.local import engine_process
from engine.local.engine_process import EngineProcess
from engine.local.log import opened_log
from engine.local.name_lock import standing
from engine.local.paths import LabPaths, make_runtime_folder
from engine.wire.answers import Description
from engine.wire.client import Client
from engine.wire.requests import Describe


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Sockets, logs and saves of a test are its own. Short, for a socket's path has a limit."""
    with tempfile.TemporaryDirectory(prefix="mm-") as name:
        monkeypatch.setenv("XDG_STATE_HOME", f"{name}/state")
        monkeypatch.setenv("XDG_RUNTIME_DIR", name)
        yield Path(name)


@pytest.fixture
async def engine(folder: Path, preloaded: None) -> AsyncIterator[EngineProcess]:
    """An engine, ended at the end of the test; a fork, see `tests.preloaded`."""
    engine = EngineProcess("test")
    yield engine
    await engine.leave()
    end("test")


def launched(*options: str) -> subprocess.Popen[bytes]:
    """The engine of the lab "test", started with options of its own."""
    place = LabPaths("test")
    make_runtime_folder()
    with opened_log(place.log, place.socket.parent) as log:
        process = engine_process.subprocess.Popen(
            (sys.executable, "-m", "engine", "--name", "test", "--idle", "600", *options),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.stdout.close()
    return process


def end(name: str) -> None:
    """End a lab's engine, if it still runs, and leave its lab as a crash does."""
    state, holder = standing(LabPaths(name))
    if state == "running" and holder is not None:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(holder.pid)
            process.kill()
            process.wait(20)


def process_of(engine: EngineProcess) -> psutil.Process:
    """The process of an engine that runs."""
    state, holder = standing(LabPaths(engine.name))
    assert state == "running"
    assert holder is not None
    return psutil.Process(holder.pid)


async def eventually(condition: Callable[[], object]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


async def described(client: Client) -> Description:
    """What an engine says of itself."""
    answer = await client.call(Describe())
    assert isinstance(answer, Description)
    return answer
