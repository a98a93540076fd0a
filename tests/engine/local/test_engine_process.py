"""The engine as a process of its own, which outlives whoever started it."""

import asyncio
import signal
import socket
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import msgspec
import psutil
import pytest

from engine.checkpoints.header import peek
from engine.checkpoints.saving.automatic_saves import AutomaticSaves
from engine.data.built_in import built_in_path
from engine.errors import EngineError, EngineUnavailable
from engine.local.engine_process import EngineProcess
from engine.local.lab_list import labs, look
from engine.local.name_lock import Holder
from engine.local.paths import LabPaths
from engine.wire.answers import Done
from engine.wire.requests import Configure, Open, Pause, Resume, StepOnce, Train
from tests.processes import described, eventually, process_of

pytestmark = pytest.mark.usefixtures("folder")


@pytest.mark.slow  # from nothing, with all that a start loads
async def test_an_engine_starts_works_and_leaves_nothing_behind(folder: Path) -> None:
    engine = EngineProcess("test")
    client = await engine.start()
    sockets = folder / "makemore-tui"
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE((sockets / "test.sock").stat().st_mode) == 0o600
    assert await client.call(Open(device="cpu")) == Done()
    process = process_of(engine)
    await engine.stop()
    await eventually(lambda: not process.is_running())
    assert list(sockets.iterdir()) == []
    assert await labs() == []


async def test_an_engine_goes_on_without_a_screen_and_is_taken_up_as_it_is(
    engine: EngineProcess,
) -> None:
    client = await engine.start()
    await client.call(Open(device="cpu"))
    await client.call(Configure({"pace": float("inf"), "learning_rate": 20.0}))
    await client.call(Train(more=10**9))
    await engine.leave()
    before = await look(LabPaths("test"))
    assert before is not None
    assert (before.state, before.clients) == ("training", 0)
    again = EngineProcess("test")
    client = await again.start()
    assert before.step is not None
    async with asyncio.timeout(20):
        while (after := await described(client)).step <= before.step:
            pass
    assert after.pid == before.pid
    await client.call(Pause())
    assert (await described(client)).state == "paused"
    await again.stop()


async def test_an_engine_that_is_killed_says_so_and_starts_again(engine: EngineProcess) -> None:
    client = await engine.start()
    process_of(engine).kill()
    assert [event async for event in client.events()] == []
    with pytest.raises(EngineUnavailable):
        await client.call(StepOnce())
    assert "ended by SIGKILL (perhaps the machine ran out of memory)" in await engine.obituary()
    assert await labs() == [], "there is nothing to resume"
    client = await engine.start()
    assert await client.call(Open(device="cpu")) == Done()
    await engine.stop()


@pytest.mark.skipif(not hasattr(signal, "SIGRTMIN"), reason="macOS has no real-time signals")
async def test_an_engine_that_is_ended_by_a_signal_without_a_name_says_which(
    engine: EngineProcess,
) -> None:
    await engine.start()
    process_of(engine).send_signal(signal.SIGRTMIN + 1)
    assert f"was ended by signal {signal.SIGRTMIN + 1}." in await engine.obituary()


@pytest.mark.slow
async def test_an_engine_whose_screen_is_killed_goes_on() -> None:
    screen = """
        import asyncio
        from engine.local.engine_process import EngineProcess
        async def main():
            await EngineProcess("test").start()
            print("started", flush=True)
            await asyncio.Event().wait()
        asyncio.run(main())
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(screen)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    process.kill()
    process.communicate()
    engine = EngineProcess("test")
    client = await engine.start()
    assert (await described(client)).data is None
    await engine.stop()


async def test_what_a_dead_engine_left_is_no_hindrance(engine: EngineProcess) -> None:
    place = LabPaths("test")
    place.socket.parent.mkdir(mode=0o700)
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(place.socket))
    stale.close()
    place.folder.mkdir(parents=True)
    left = Holder(2**22, socket.gethostname(), str(place.socket), 0.0, "")
    place.claim.write_bytes(msgspec.json.encode(left))
    client = await engine.start()
    assert await client.call(Open(device="cpu")) == Done()
    await engine.stop()


async def test_a_lab_that_crashes_again_and_again_is_taken_up_from_its_newest_save(
    engine: EngineProcess,
) -> None:
    client = await engine.start()
    await client.call(Open(device="cpu"))
    await client.call(Train(more=50))
    place = LabPaths("test")
    saves = AutomaticSaves(place.saves)
    await eventually(lambda: (newest := saves.newest()) and peek(newest).selected_run.step == 50)
    for crash in range(3):
        process = process_of(engine)
        process.kill()
        process.wait(20)
        (lab,) = await labs()
        assert (lab.state, lab.step, lab.data) == ("crashed", 50, str(built_in_path()))
        assert lab.saved is not None
        client = await engine.start()
        if crash:  # the first time it dies before anybody asks for anything
            await client.call(Resume())
            assert (await described(client)).step == 50
    await engine.stop()
    assert await labs() == []


async def test_a_lab_that_is_opened_in_place_of_one_that_crashed_leaves_it_its_name(
    engine: EngineProcess, folder: Path
) -> None:
    (folder / "other.txt").write_text("ab\nba\n")
    client = await engine.start()
    await client.call(Open(device="cpu"))
    await client.call(StepOnce())
    saves = AutomaticSaves(LabPaths("test").saves)
    await eventually(saves.newest)
    process = process_of(engine)
    process.kill()
    process.wait(20)
    (crashed,) = saves.paths()
    client = await engine.start()
    await client.call(Open(str(folder / "other.txt"), device="cpu"))
    assert (await described(client)).lab == "test-2"
    again = await EngineProcess("test-2").start(attach=True)
    assert (await described(again)).pid == (await described(client)).pid
    assert not LabPaths("test").socket.exists()
    assert {lab.name: lab.state for lab in await labs()} == {"test": "crashed", "test-2": "idle"}
    assert saves.paths() == (crashed,)
    engine.renamed("test-2")
    await engine.stop()


async def test_from_the_first_moment_it_is_known_what_takes_a_lab_up(
    engine: EngineProcess, folder: Path
) -> None:
    (folder / "other.txt").write_text("ab\nba\n")
    client = await engine.start()
    request = Open(str(folder / "other.txt"), device="cpu", seed=7)
    await client.call(request)
    process = process_of(engine)
    process.kill()
    process.wait(20)
    (lab,) = await labs()
    assert (lab.state, lab.data, lab.step) == ("crashed", str(folder / "other.txt"), 0)
    assert lab.again == request
    client = await engine.start()
    await client.call(lab.again)
    assert (await described(client)).lab == "test"
    await engine.stop()
    assert await labs() == []


async def test_a_lab_of_another_machine_with_the_same_home_is_told(engine: EngineProcess) -> None:
    await engine.start()
    claim = LabPaths("test").claim
    process = process_of(engine)
    claim.write_bytes(msgspec.json.encode(Holder(process.pid, "elsewhere", "", 0.0, "")))
    with pytest.raises(EngineUnavailable, match="runs on elsewhere, which shares this home"):
        await EngineProcess("test").start()
    (lab,) = await labs()
    assert (lab.state, lab.host) == ("elsewhere", "elsewhere")
    await engine.stop()


async def test_an_engine_that_does_not_start_says_what_it_wrote(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(EngineError, match="exit code 1"):
        await EngineProcess("test").start()


@pytest.mark.slow
async def test_an_engine_that_is_not_wanted_any_more_while_it_starts_ends() -> None:
    others = set(psutil.Process().children())
    engine = EngineProcess("test")
    starting = asyncio.create_task(engine.start())
    await eventually(lambda: set(psutil.Process().children()) - others)
    (child,) = set(psutil.Process().children()) - others
    starting.cancel()
    await asyncio.wait([starting])
    await engine.stop()
    await asyncio.to_thread(child.wait, 20)


async def test_what_the_wire_cannot_carry_is_a_sentence(engine: EngineProcess) -> None:
    client = await engine.start()
    with pytest.raises(EngineError, match="64 bits"):
        await client.call(Configure({"sample_seed": 10**30}))
    with pytest.raises(EngineError, match="UTF-8"):
        await client.call(Open("/tmp/\udcff"))
    assert await client.call(Open(device="cpu")) == Done()
    await engine.stop()
