"""The engine as a process of its own, which outlives whoever started it."""

import asyncio
import re
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
from click.testing import CliRunner, Result

from engine.autosave import Autosaves
from engine.checkpoint_header import peek
from engine.claim import Holder, standing
from engine.client import Client
from engine.errors import EngineError, EngineUnavailable, LabGone
from engine.labs import labs, look
from engine.places import Place, name_for
from engine.process import EngineProcess
from engine.protocol import Configure, Done, Open, Pause, Resume, StepOnce, Train
from tests.faults.conftest import processes
from tests.processes import described, eventually, process_of
from tui.__main__ import main

pytestmark = pytest.mark.usefixtures("folder")


async def test_an_engine_starts_works_and_leaves_nothing_behind(
    engine: EngineProcess, folder: Path
) -> None:
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
    await client.call(Configure(pace=float("inf"), learning_rate=20.0))
    await client.call(Train(more=10**9))
    await engine.leave()
    before = await look(Place("test"))
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


async def test_an_engine_whose_screen_is_killed_goes_on() -> None:
    screen = """
        import asyncio
        from engine.process import EngineProcess
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


async def test_an_engine_that_nobody_needs_ends_by_itself() -> None:
    engine = EngineProcess("test", idle_seconds=0.0)
    client = await engine.start()
    await client.call(Open(device="cpu"))
    process = process_of(engine)
    await client.call(Train(more=3))
    await engine.leave()
    await asyncio.to_thread(process.wait, 20)
    (lab,) = await labs()
    assert (lab.state, lab.step, lab.clients) == ("ended", 3, None)


async def test_a_lab_that_ended_by_itself_goes_on_and_is_forgotten_when_it_is_stopped() -> None:
    first = EngineProcess("test", idle_seconds=0.0)
    client = await first.start()
    await client.call(Open(device="cpu"))
    process = process_of(first)
    await client.call(Train(more=3))
    await first.leave()
    await asyncio.to_thread(process.wait, 20)
    with pytest.raises(LabGone, match="has ended meanwhile") as gone:
        await EngineProcess("test").start(attach=True)
    second = EngineProcess("test", idle_seconds=0.0)
    await second.start()
    process = process_of(second)
    await second.leave()  # having opened nothing: what waits to be taken up still does
    await asyncio.to_thread(process.wait, 20)
    assert [(lab.state, lab.saved) for lab in await labs()] == [("ended", gone.value.saved)]
    third = EngineProcess("test")
    client = await third.start()
    assert (await described(client)).left_at == gone.value.saved
    await client.call(Resume())
    assert (await described(client)).step == 3
    await third.stop()
    assert await labs() == []


async def test_a_lab_that_was_only_looked_at_and_ended_by_itself_is_forgotten() -> None:
    engine = EngineProcess("test", idle_seconds=0.0)
    client = await engine.start()
    await client.call(Open(device="cpu"))
    process = process_of(engine)
    await engine.leave()
    await asyncio.to_thread(process.wait, 20)
    assert await labs() == []


async def test_what_a_dead_engine_left_is_no_hindrance(engine: EngineProcess) -> None:
    place = Place("test")
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
    place = Place("test")
    saves = Autosaves(place.saves)
    await eventually(lambda: (newest := saves.newest()) and peek(newest).step == 50)
    for crash in range(3):
        process = process_of(engine)
        process.kill()
        process.wait(20)
        (lab,) = await labs()
        assert (lab.state, lab.step, lab.data) == ("crashed", 50, "names.txt")
        assert lab.saved is not None
        client = await engine.start()
        if crash:  # the first time it dies before anybody asks for anything
            await client.call(Resume())
            assert (await described(client)).step == 50
    await engine.stop()
    assert await labs() == []


async def test_a_socket_that_vanishes_with_its_folder_comes_back(engine: EngineProcess) -> None:
    client = await engine.start()
    sockets = Place("test").socket.parent
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


async def test_a_lab_of_another_machine_with_the_same_home_is_told(engine: EngineProcess) -> None:
    await engine.start()
    claim = Place("test").claim
    process = process_of(engine)
    claim.write_bytes(msgspec.json.encode(Holder(process.pid, "elsewhere", "", 0.0, "")))
    with pytest.raises(EngineUnavailable, match="runs on elsewhere, which shares this home"):
        await EngineProcess("test").start()
    (lab,) = await labs()
    assert (lab.state, lab.host) == ("elsewhere", "elsewhere")
    await engine.stop()


async def test_a_folder_named_engine_does_not_stand_in_for_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: EngineProcess
) -> None:
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "__init__.py").write_text("raise SystemExit('the wrong engine')")
    monkeypatch.chdir(tmp_path)
    await engine.start()
    await engine.stop()


async def test_an_engine_that_does_not_start_says_what_it_wrote(
    monkeypatch: pytest.MonkeyPatch, engine: EngineProcess
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(EngineError, match="exit code 1"):
        await engine.start()


async def test_sigterm_saves_and_ends_an_engine_properly(engine: EngineProcess) -> None:
    client = await engine.start()
    await client.call(Open(device="cpu"))
    await client.call(StepOnce())
    process_of(engine).send_signal(signal.SIGTERM)
    async with asyncio.timeout(20):
        async for _ in client.events():
            pass
    assert "exit code 0" in await engine.obituary()
    (saved,) = Place("test").saves.iterdir()
    assert [(lab.state, lab.step, lab.saved) for lab in await labs()] == [("ended", 1, str(saved))]
    listed = await asyncio.to_thread(CliRunner().invoke, main, ["ls"])
    assert "test has ended, and is saved. makemore-tui attach test resumes it." in listed.output
    assert (await stopped()).output.startswith("test had ended already. Its saves are in ")
    assert await labs() == []


async def test_an_engine_that_is_not_wanted_any_more_while_it_starts_ends() -> None:
    engine = EngineProcess("test")
    starting = asyncio.create_task(engine.start())
    await eventually(lambda: psutil.Process().children())
    (child,) = psutil.Process().children()
    starting.cancel()
    await asyncio.wait([starting])
    await engine.stop()
    await asyncio.to_thread(child.wait, 20)


async def test_a_log_that_cannot_be_written_keeps_no_engine_from_starting(
    engine: EngineProcess, folder: Path
) -> None:
    (folder / "state" / "makemore-tui").mkdir(parents=True)
    (folder / "state" / "makemore-tui" / "log").write_text("no folder")
    await engine.start()
    await engine.stop()


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
    place = Place("test")
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


async def test_a_socket_that_another_has_put_in_its_place_makes_way(
    engine: EngineProcess,
) -> None:
    await engine.start()
    pid, path = process_of(engine).pid, Place("test").socket
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


async def test_stopping_starts_no_engine(
    engine: EngineProcess, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.start()
    state, holder = standing(Place("test"))
    process_of(engine).kill()
    await engine.obituary()
    # It dies in the instant after it was looked for.
    monkeypatch.setattr("engine.commands.stop.standing", lambda _: (state, holder))
    result = await stopped()
    assert (result.exit_code, "does not run any more" in result.output) == (1, True)
    assert processes(folder) == []


async def test_what_the_wire_cannot_carry_is_a_sentence(engine: EngineProcess) -> None:
    client = await engine.start()
    with pytest.raises(EngineError, match="64 bits"):
        await client.call(Configure(sample_seed=10**30))
    with pytest.raises(EngineError, match="UTF-8"):
        await client.call(Open("/tmp/\udcff"))
    assert await client.call(Open(device="cpu")) == Done()
    await engine.stop()


@pytest.mark.parametrize("name", ["", "../x", "a/b", "-x", ".x", "x" * 41, "a b", "é", "a\n"])
def test_a_name_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(EngineError, match="is no name for a lab"):
        Place(name)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (None, "names"), ("/data/words.txt", "words"), ("x/.hidden", "hidden"),
        ("Ünï cøde.txt", "n-c-de"), ("/data/…", "lab"), ("x" * 60 + ".txt", "x" * 40),
    ],
)  # fmt: skip
def test_a_lab_is_named_after_its_data(data: str | None, name: str) -> None:
    assert name_for(data) == name
    Place(name)


async def stopped(*options: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, ["stop", "test", *options])


async def test_an_engine_that_dies_while_it_is_to_end_is_not_said_to_have_stopped(
    engine: EngineProcess,
) -> None:
    await engine.start()
    process = process_of(engine)
    process.suspend()
    stopping = asyncio.create_task(engine.stop())
    await asyncio.sleep(0)
    process.kill()
    with pytest.raises(EngineUnavailable, match="did not end well, and may not have saved"):
        await stopping


async def test_an_engine_of_another_version_is_told_and_saves_as_it_is_stopped(
    engine: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await engine.start()
    await client.call(Open(device="cpu"))
    await client.call(StepOnce())
    monkeypatch.setattr("engine.client.VERSION", 99)
    with pytest.raises(EngineUnavailable, match="makemore-tui stop test ends the one that runs"):
        await EngineProcess("test").start()
    assert [lab.state for lab in await labs()] == ["another version"]
    result = await stopped()
    assert result.exit_code == 0
    assert result.output.startswith("Stopped test. makemore-tui --name test --resume ")
    assert await labs() == []


async def test_an_engine_that_does_not_answer_is_ended_where_nothing_is_to_be_saved(
    engine: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.start()
    process = process_of(engine)
    process.suspend()
    monkeypatch.setattr("engine.labs.SECONDS_TO_ANSWER", 0.1)
    monkeypatch.setattr("engine.commands.stop.SECONDS_TO_STOP", 0.1)
    listed = await asyncio.to_thread(CliRunner().invoke, main, ["ls"])
    assert "not answering" in listed.output
    assert f"kill -CONT {process.pid} continues one that is stopped" in listed.output
    result = await stopped("--no-save")
    assert (result.exit_code, result.output) == (0, "Stopped test.\n")
    assert await labs() == []
