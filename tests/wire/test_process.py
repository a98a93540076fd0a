"""The engine as a process of its own."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from engine.errors import EngineError, EngineUnavailable
from engine.process import EngineProcess
from engine.protocol import Configure, Done, Open, StepOnce


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs and sockets of a test are its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)


async def test_an_engine_starts_works_and_leaves_nothing_behind(tmp_path: Path) -> None:
    engine = EngineProcess()
    client = await engine.start()
    (folder,) = tmp_path.glob("makemore-tui-*")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "engine.sock").stat().st_mode) == 0o600
    assert await client.call(Open(device="cpu")) == Done()
    (process,) = psutil.Process().children()
    await engine.stop()
    assert not process.is_running()
    assert not folder.exists()


async def test_an_engine_that_is_killed_says_so_and_starts_again() -> None:
    engine = EngineProcess()
    client = await engine.start()
    (process,) = psutil.Process().children()
    process.kill()
    assert [event async for event in client.events()] == []
    with pytest.raises(EngineUnavailable):
        await client.call(StepOnce())
    assert "ended by SIGKILL (perhaps the machine ran out of memory)" in await engine.obituary()
    assert str(engine.log) in await engine.obituary()
    client = await engine.start()
    assert await client.call(Open(device="cpu")) == Done()
    await engine.stop()


async def test_an_engine_whose_screen_is_killed_ends(tmp_path: Path) -> None:
    screen = """
        import asyncio, psutil
        from engine.process import EngineProcess
        async def main():
            await EngineProcess().start()
            print(psutil.Process().children()[0].pid, flush=True)
            await asyncio.Event().wait()
        asyncio.run(main())
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(screen)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    engine = psutil.Process(int(process.stdout.readline()))
    process.kill()
    process.communicate()
    engine.wait(timeout=20)
    assert not list(tmp_path.glob("makemore-tui-*"))


async def test_a_folder_named_engine_does_not_stand_in_for_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "__init__.py").write_text("raise SystemExit('the wrong engine')")
    monkeypatch.chdir(tmp_path)
    engine = EngineProcess()
    await engine.start()
    await engine.stop()


async def test_an_engine_that_does_not_start_says_what_it_wrote(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(EngineError, match="exit code 1"):
        await EngineProcess().start()


async def test_sigterm_ends_an_engine_properly(tmp_path: Path) -> None:
    engine = EngineProcess()
    client = await engine.start()
    await client.call(Open(device="cpu"))
    (process,) = psutil.Process().children()
    os.kill(process.pid, signal.SIGTERM)
    async with asyncio.timeout(20):
        async for _ in client.events():
            pass
    assert "exit code 0" in await engine.obituary()
    await engine.stop()


async def test_an_engine_that_is_not_wanted_any_more_while_it_starts_ends_at_once() -> None:
    engine = EngineProcess()
    starting = asyncio.create_task(engine.start())
    async with asyncio.timeout(20):
        while not (children := psutil.Process().children()):
            await asyncio.sleep(0)
    starting.cancel()
    await asyncio.wait([starting])
    await engine.stop()
    assert not any(child.is_running() for child in children)


async def test_where_the_log_cannot_be_written_it_is_beside_the_socket(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    engine = EngineProcess()
    client = await engine.start()
    assert await client.call(Open(device="cpu")) == Done()
    assert engine.log.is_relative_to(tmp_path)
    assert engine.log.exists()
    await engine.stop()
    assert not list(tmp_path.glob("makemore-tui-*"))


async def test_without_a_place_for_its_socket_no_engine_starts_and_a_sentence_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/proc/nowhere")
    with pytest.raises(EngineUnavailable, match="needs to write to /proc/nowhere"):
        await EngineProcess().start()


async def test_what_the_wire_cannot_carry_is_a_sentence() -> None:
    engine = EngineProcess()
    client = await engine.start()
    with pytest.raises(EngineError, match="64 bits"):
        await client.call(Configure(sample_seed=10**30))
    with pytest.raises(EngineError, match="UTF-8"):
        await client.call(Open("/tmp/\udcff"))
    assert await client.call(Open(device="cpu")) == Done()
    await engine.stop()
