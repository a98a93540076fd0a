"""What happens to the engine: it is killed, told to end, its socket vanishes, its disk is full."""

import asyncio
import math
import shutil
import signal
import sys
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from engine.bench.pseudo_terminal import Pty
from engine.checkpoints import checkpoint
from engine.local.engine_process import EngineProcess
from engine.local.lab_list import labs, look
from engine.local.paths import LabPaths
from engine.wire.answers import Done
from engine.wire.client import Client
from engine.wire.events import Stopped
from engine.wire.requests import Configure, Open, Resume, Stop, Train, Watch
from tests.faults.conftest import processes
from tests.processes import described, eventually, launched, process_of
from tui.__main__ import main

SAVE_SECONDS = 0.3  # between two automatic saves: in a lab that nobody tests they are 30
PACE = 1000.0  # steps a second
ATTACH = (sys.executable, "-m", "tui", "attach", "test")


async def trained(pace: float = PACE) -> Client:
    """A client of an engine that is training."""
    client = await Client.connect(LabPaths("test").socket)
    await client.call(Open(device="cpu"))
    await client.call(Configure({"pace": pace}))
    await client.call(Train(more=10**9))
    return client


async def command(*arguments: str) -> str:
    """What a command says."""
    return (await asyncio.to_thread(CliRunner().invoke, main, arguments)).output


async def test_of_an_engine_that_is_killed_all_but_the_last_interval_is_left() -> None:
    killed = launched("--save-every", str(SAVE_SECONDS))
    place = LabPaths("test")
    client = await trained()
    await eventually(lambda: place.saves.exists() and len(list(place.saves.iterdir())) > 2)
    newest = max(place.saves.iterdir())
    killed.kill()
    killed.wait()
    (lab,) = await labs()
    assert (lab.state, lab.pid) == ("crashed", None)
    assert lab.saved is not None
    assert Path(lab.saved).parent == place.saves
    assert Path(lab.saved) >= newest
    said = await command("ls")
    assert "crashed" in said
    assert "test did not end well. makemore-tui attach test takes it up." in said

    again = EngineProcess("test")
    client = await again.start()
    await client.call(Resume())
    resumed = await described(client)
    assert resumed.step == checkpoint.load(Path(lab.saved)).selected.step
    process_of(again).kill()
    await client.wait_closed()
    assert [lab.state for lab in await labs()] == ["crashed"], "it is still there to resume"
    assert "had ended already, and not well" in await command("stop", "test")
    assert await labs() == []
    assert "No lab runs" in await command("ls")


async def test_four_that_start_the_same_lab_at_once_get_the_same_engine(folder: Path) -> None:
    engines = [EngineProcess("test") for _ in range(4)]
    clients = await asyncio.gather(*(engine.start() for engine in engines))
    (pid,) = {(await described(client)).pid for client in clients}
    await eventually(lambda: [process.pid for process in processes(folder)] == [pid])
    for engine in engines[1:]:
        await engine.leave()
    await engines[0].stop()
    await eventually(lambda: processes(folder) == [])  # the one that is ended is another's child


async def test_a_lab_whose_sockets_folder_is_removed_trains_on_and_is_found_again() -> None:
    engine = launched()
    client = await trained()
    step = (await described(client)).step
    shutil.rmtree(LabPaths("test").socket.parent)
    lab = await look(LabPaths("test"))
    assert lab is not None
    assert (lab.state, lab.pid) == ("training", engine.pid)
    assert lab.step is not None
    assert lab.step > step
    assert (await described(client)).pid == engine.pid, "who was there is there still"
    said = await command("stop", "test")
    assert said.startswith("Stopped test. makemore-tui attach test ")
    engine.wait(60)


async def test_a_full_disk_stops_no_training_and_costs_no_save(folder: Path) -> None:
    engine = launched("--save-every", str(SAVE_SECONDS))
    place = LabPaths("test")
    client = await trained()
    await eventually(lambda: place.saves.exists() and list(place.saves.iterdir()))
    with Pty(ATTACH, 120, 40, {}) as terminal:
        await asyncio.to_thread(terminal.wait_for, "● training")
        # No file may grow beyond this: to the engine it is a disk without room.
        psutil.Process(engine.pid).rlimit(psutil.RLIMIT_FSIZE, (1000, psutil.RLIM_INFINITY))
        await asyncio.to_thread(terminal.wait_for, "Not saved:", "the disk is full")
        saves = {path: path.read_bytes() for path in place.saves.iterdir()}
        before = await described(client)
        ten_saves_later = before.step + 10 * SAVE_SECONDS * PACE
        while (after := await described(client)).step < ten_saves_later:
            assert (before.state, after.state) == ("training", "training")
            await asyncio.sleep(0.05)
        assert {path: path.read_bytes() for path in place.saves.iterdir()} == saves
        for path in saves:
            checkpoint.load(path)
        refused = await command("stop", "test")
        assert "the disk is full" in refused
        assert [lab.state for lab in await labs()] == ["training"]
        # When there is room again, what has been trained meanwhile is saved.
        unlimited = (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY)
        psutil.Process(engine.pid).rlimit(psutil.RLIMIT_FSIZE, unlimited)
        await asyncio.to_thread(
            terminal.wait_until, lambda screen: "Not saved" not in screen, "the trouble to pass"
        )
        assert max(place.saves.iterdir()) not in saves
        psutil.Process(engine.pid).rlimit(psutil.RLIMIT_FSIZE, (1000, psutil.RLIM_INFINITY))
        assert await command("stop", "--no-save", "test") == "Stopped test.\n"
        engine.wait(20)
        await asyncio.to_thread(terminal.wait_for, "This lab was stopped from elsewhere.")
        terminal.press("q")
        assert await asyncio.to_thread(terminal.wait_for_exit) == 0
    for path in place.saves.iterdir():
        checkpoint.load(path)
    assert len(list(place.saves.iterdir())) <= 5


@pytest.mark.parametrize("how", ["stop", "SIGTERM"])
async def test_a_lab_ends_though_a_client_is_dead_or_does_not_read(how: str) -> None:
    engine = launched()
    place = LabPaths("test")
    client = await trained(math.inf)
    dead = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CONNECTED, str(place.socket), stdout=asyncio.subprocess.PIPE
    )
    assert dead.stdout is not None
    assert await dead.stdout.readline() == b"connected\n"
    dead.send_signal(signal.SIGSTOP)
    _, deaf = await asyncio.open_unix_connection(place.socket)
    looking = await Client.connect(place.socket)
    await looking.call(Watch(frames=1e9))
    if how == "stop":
        assert await client.call(Stop()) == Done()
    else:
        engine.send_signal(signal.SIGTERM)
    last = None
    async with asyncio.timeout(60):
        async for event in looking.events():
            last = event
    assert isinstance(last, Stopped)
    assert last.by == ("screen" if how == "stop" else "signal")
    assert last.saved == str(max(place.saves.iterdir()))
    assert await asyncio.to_thread(engine.wait, 60) == 0
    left = [(lab.state, lab.saved) for lab in await labs()]
    assert left == ([] if how == "stop" else [("ended", last.saved)])
    dead.send_signal(signal.SIGCONT)
    dead.kill()
    await dead.wait()
    deaf.close()
    for each in (client, looking):
        await each.close()


CONNECTED = """
import asyncio, sys
from pathlib import Path
from engine.wire.client import Client
from engine.wire.requests import Watch
async def main():
    client = await Client.connect(Path(sys.argv[1]))
    await client.call(Watch(rows=tuple(range(27)), columns=tuple(range(27)), frames=1e9))
    print("connected", flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""
