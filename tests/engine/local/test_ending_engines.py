"""How an engine ends: by itself, by a signal, by `stop`; and what is known of it then."""

import asyncio
import signal
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from engine.checkpoints import checkpoint
from engine.errors import EngineUnavailable, LabGone
from engine.local.engine_process import EngineProcess
from engine.local.lab_list import labs
from engine.local.name_lock import Claim, Holder, standing
from engine.local.paths import LabPaths, make_runtime_folder
from engine.wire.envelopes import VERSION, Welcome
from engine.wire.framing import pack
from engine.wire.requests import Open, Resume, StepOnce, Train
from tests.processes import described, process_of
from tui.__main__ import main

pytestmark = pytest.mark.usefixtures("folder", "preloaded")


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
    assert lab.saved is not None
    assert lab.loss == checkpoint.load(Path(lab.saved)).selected.history.last


async def test_a_lab_that_ended_by_itself_goes_on_and_is_forgotten_when_it_is_stopped() -> None:
    first = EngineProcess("test", idle_seconds=0.0)
    client = await first.start()
    await client.call(Open(device="cpu"))
    process = process_of(first)
    await client.call(Train(more=3))
    await first.leave()
    await asyncio.to_thread(process.wait, 60)
    with pytest.raises(LabGone, match="has ended meanwhile") as gone:
        await EngineProcess("test").start(attach=True)
    second = EngineProcess("test", idle_seconds=0.0)
    await second.start()
    process = process_of(second)
    await second.leave()  # having opened nothing: what waits to be taken up still does
    await asyncio.to_thread(process.wait, 60)
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


async def test_sigterm_saves_and_ends_an_engine_properly(engine: EngineProcess) -> None:
    client = await engine.start()
    await client.call(Open(device="cpu"))
    await client.call(StepOnce())
    process_of(engine).send_signal(signal.SIGTERM)
    async with asyncio.timeout(20):
        async for _ in client.events():
            pass
    assert "exit code 0" in await engine.obituary()
    (saved,) = LabPaths("test").saves.iterdir()
    assert [(lab.state, lab.step, lab.saved) for lab in await labs()] == [("ended", 1, str(saved))]
    listed = await asyncio.to_thread(CliRunner().invoke, main, ["ls"])
    assert "test has ended. makemore-tui attach test takes it up." in listed.output
    said = "test had ended already. makemore-tui attach test takes it up."
    assert (await stopped()).output.startswith(said)
    assert await labs() == []


async def test_stopping_starts_no_engine(
    engine: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.start()
    state, holder = standing(LabPaths("test"))
    process_of(engine).kill()
    await engine.obituary()
    # It dies in the instant after it was looked for.
    monkeypatch.setattr("engine.cli.commands.stop.standing", lambda _: (state, holder))
    monkeypatch.setattr(EngineProcess, "_spawn", None)  # nor could it
    result = await stopped()
    assert (result.exit_code, "does not run any more" in result.output) == (1, True)


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


async def test_an_engine_that_hangs_up_as_it_ends_is_not_said_not_to_answer() -> None:
    make_runtime_folder()
    claim, asked = Claim(LabPaths("test")), 0

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await reader.read(1)
        writer.write(pack(Welcome(VERSION, "test", 1, "test")))
        if asked == 2:
            claim.release("stopped")
        writer.close()

    async with await asyncio.start_unix_server(hang_up, LabPaths("test").socket):
        assert await labs() == []
    assert asked == 2


async def test_an_engine_of_another_version_is_told_and_saves_as_it_is_stopped(
    engine: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await engine.start()
    await client.call(Open(device="cpu"))
    await client.call(StepOnce())
    monkeypatch.setattr("engine.wire.client.VERSION", 99)
    with pytest.raises(EngineUnavailable, match="makemore-tui stop test ends the one that runs"):
        await EngineProcess("test").start()
    assert [lab.state for lab in await labs()] == ["another version"]
    result = await stopped()
    assert result.exit_code == 0
    assert result.output.startswith("Stopped test. makemore-tui attach test ")
    assert await labs() == []


async def test_an_engine_that_does_not_answer_is_ended_where_nothing_is_to_be_saved(
    engine: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.start()
    process = process_of(engine)
    process.suspend()
    monkeypatch.setattr("engine.local.lab_list.SECONDS_TO_ANSWER", 0.1)
    monkeypatch.setattr("engine.cli.commands.stop.SECONDS_TO_STOP", 0.1)
    listed = await asyncio.to_thread(CliRunner().invoke, main, ["ls"])
    assert "not answering" in listed.output
    assert f"kill -CONT {process.pid} continues one that is stopped" in listed.output
    monkeypatch.setattr("engine.wire.client.SECONDS_TO_GREET", 0.1)
    result = await stopped()
    assert (result.exit_code, result.output.splitlines()[-1]) == (
        1,
        f"makemore-tui: test does not answer: its process, {process.pid}, is busy, stopped or"
        f" hangs. kill -CONT {process.pid} continues one that is stopped; makemore-tui stop"
        " --no-save test ends it.",
    )
    result = await stopped("--no-save")
    assert (result.exit_code, result.output) == (0, "Stopped test.\n")
    assert await labs() == []


@pytest.mark.parametrize("options", [(), ("--no-save",)])
async def test_a_lab_of_another_machine_is_not_said_to_have_stopped(
    engine: EngineProcess, options: tuple[str, ...]
) -> None:
    await engine.start()
    process = process_of(engine)
    there = Holder(process.pid, "elsewhere", "", 0.0, "")
    LabPaths("test").claim.write_bytes(msgspec.json.encode(there))
    result = await stopped(*options)
    assert result.exit_code == 1
    assert "A lab called test runs on elsewhere, which shares this home folder" in result.output
    assert [(lab.state, lab.host) for lab in await labs()] == [("elsewhere", "elsewhere")]
    assert process.is_running()
