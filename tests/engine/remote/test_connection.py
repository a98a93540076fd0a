"""The engine on another machine, through a stand-in for ssh."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from engine.cli.labs.lab_choice import chosen, taken_up
from engine.errors import EngineError, EngineUnavailable, LabGone, LinkDown, LoginRefused
from engine.local.paths import PROGRAM
from engine.remote import connection, ssh
from engine.remote.connection import RemoteEngine
from engine.remote.ssh import command_line, failure, labs_of
from engine.wire.answers import Done
from engine.wire.client import Client
from engine.wire.requests import Configure, Open, Pause, Ping, Resume, Train
from tests.box import NETWORK, Box
from tests.end_to_end.conftest import engines
from tests.preloaded import ADDRESS
from tests.processes import described, eventually
from tui.__main__ import main


@pytest.fixture(autouse=True)
def box(fork_server: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    # Short, for a socket's path has a limit.
    with tempfile.TemporaryDirectory(prefix="mm-") as folder:
        box = Box(Path(folder))
        monkeypatch.setenv("PATH", box.path)
        monkeypatch.setenv("XDG_STATE_HOME", f"{folder}/not-there")
        yield box
        box.signal_links(signal.SIGKILL)
        left = engines(box.state)
        for process in left:
            process.kill()
        psutil.wait_procs(left, 20)


@pytest.fixture
async def engine() -> AsyncIterator[RemoteEngine]:
    engine = RemoteEngine("me@box", "test", 60.0)
    yield engine
    await engine.leave()


async def trained(engine: RemoteEngine) -> Client:
    """A connection to a lab in the middle of a training that does not end."""
    client = await engine.start()
    assert await client.call(Open(device="cpu")) == Done()
    await client.call(Configure({"pace": 1000.0}))
    await client.call(Train(more=10**9))
    while (await described(client)).step == 0:
        await asyncio.sleep(0.01)
    return client


async def hung_up(client: Client) -> None:
    async with asyncio.timeout(30):
        async for _ in client.events():
            pass


def is_plain(sentence: str) -> bool:
    return sentence.isprintable() and sentence.endswith((".", "…"))


# --- as it should be


@pytest.mark.slow
async def test_a_lab_starts_there_is_left_and_taken_up_and_stops(
    engine: RemoteEngine, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ADDRESS)
    box.program(box.folder / "programs" / "makemore-tui")  # whose engine starts from nothing
    client = await trained(engine)
    before = await described(client)
    (process,) = engines(box.state)
    assert process.pid == before.pid
    await engine.leave()
    await eventually(lambda: not box.links())
    (lab,) = await asyncio.to_thread(labs_of, "me@box", "makemore-tui")
    assert (lab.name, lab.state, lab.clients) == ("test", "training", 0)
    client = await engine.start()
    await client.call(Pause())
    after = await described(client)
    assert after.pid == before.pid
    assert after.step > before.step
    await engine.stop()
    await asyncio.to_thread(process.wait, 20)
    (saved,) = await asyncio.to_thread(labs_of, "me@box", "makemore-tui")
    assert (saved.name, saved.state, saved.step) == ("test", "saved", after.step)
    listed = await asyncio.to_thread(CliRunner().invoke, main, ["ls", "--all", "--host", "me@box"])
    assert [line.split()[0] for line in listed.output.splitlines()] == ["NAME", "test"]
    assert chosen([saved], "test", "me@box") == saved
    taken = taken_up(saved)
    assert taken == Resume(saved.saved)
    client = await engine.start()
    await client.call(taken)
    again = await described(client)
    assert (again.lab, again.step, again.state) == ("test", after.step, "paused")
    await engine.stop()
    await asyncio.to_thread(process.wait, 20)
    assert not (box.folder / "not-there").exists(), "nothing is kept on this side"


async def test_what_was_said_last_arrives_though_one_hangs_up_at_once(
    engine: RemoteEngine,
) -> None:
    client = await trained(engine)
    pausing = asyncio.create_task(client.call(Pause()))
    await asyncio.sleep(0)
    await engine.leave()
    await asyncio.gather(pausing, return_exceptions=True)  # its answer may come too late
    assert (await described(await engine.start())).state == "paused"
    await engine.stop()


async def test_a_noisy_shell_does_no_harm(engine: RemoteEngine, box: Box) -> None:
    box.does(r"os.write(1, b'{ welcome to box }\r\n\x1b]0;no end of line\x07')")
    client = await engine.start()
    assert (await described(client)).data is None
    assert [lab.name for lab in await asyncio.to_thread(labs_of, engine.host, PROGRAM)] == ["test"]
    await engine.stop()
    assert await asyncio.to_thread(labs_of, engine.host, PROGRAM) == []


def test_ssh_gets_the_host_and_one_command_as_a_shell_reads_it() -> None:
    *options, host, command = command_line("me@box", ("~/my programs/mt", "ls", "a b; rm x"))
    assert options[-1] == "--", "neither host nor command is ever an option"
    assert (host, command) == ("me@box", "~/'my programs/mt' ls 'a b; rm x'")


def test_a_program_in_the_home_folder_there_is_found(box: Box) -> None:
    box.program(box.folder / "home" / "mt here")
    assert labs_of("me@box", "~/mt here") == []


def test_the_way_back_names_the_host_and_the_program() -> None:
    lab = RemoteEngine("me@box", "test", 60.0, "/opt/my tools/mt")
    assert lab.attach_command == (
        "makemore-tui attach --host me@box --remote-program '/opt/my tools/mt' test"
    )


# --- what may be wrong


async def both(engine: RemoteEngine, program: str = "makemore-tui") -> list[EngineError]:
    """What a person is told before the screen begins, and while it is up."""
    told = []
    with pytest.raises(EngineError) as listing:
        await asyncio.to_thread(labs_of, engine.host, program)
    told.append(listing.value)
    with pytest.raises(EngineError) as starting:
        await engine.start()
    told.append(starting.value)
    assert all(is_plain(str(error)) for error in told), told
    return told


async def test_no_ssh_here(engine: RemoteEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    for error in await both(engine):
        assert "Install OpenSSH's client." in str(error)


async def test_no_makemore_tui_there(engine: RemoteEngine, box: Box) -> None:
    engine = RemoteEngine("me@box", "test", 60.0, "no-makemore")
    for error in await both(engine, "no-makemore"):
        assert str(error).startswith("me@box has no no-makemore. Install makemore-tui there")


@pytest.mark.parametrize(
    "program",
    [
        "echo \"There is no command 'ls'.\" >&2; exit 2",
        "echo 'Error: No such option: --idle' >&2; exit 2",
    ],
)
async def test_an_older_makemore_tui_there(engine: RemoteEngine, box: Box, program: str) -> None:
    box.script(box.folder / "programs" / "makemore-tui", f"#!/bin/sh\n{program}\n")
    for error in await both(engine):
        assert "is of another version (" in str(error)
        assert str(error).endswith("Install the same makemore-tui on both sides.")


async def test_another_protocol_there(
    engine: RemoteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.wire.client.VERSION", 999)
    with pytest.raises(EngineUnavailable, match="Install the same makemore-tui on both sides"):
        await engine.start()


@pytest.mark.parametrize(
    ("said", "kind", "expected"),
    [
        (NETWORK, LinkDown, "does not reach me@box: connect to host box port 22: Network is unr"),
        ("me@box: Permission denied (publickey).\r\n", LoginRefused, "Load a key into ssh-agent"),
        ("Host key verification failed.\r\n", LoginRefused, "Run ssh me@box in a shell"),
        ("\x1b]0;evil\x07\x9b2J\u202e\r\n", LinkDown, r"\x1b]0;evil\x07"),
        ("x" * 100_000, LinkDown, "x" * 100),
        ("", LinkDown, "it says nothing"),
    ],
)
async def test_ssh_that_does_not_get_there_says_why(
    engine: RemoteEngine, box: Box, said: str, kind: type, expected: str
) -> None:
    box.fails(said)
    for error in await both(engine):
        assert type(error) is kind
        assert expected in str(error)
        assert len(str(error)) < 500


async def test_an_endless_line_of_noise_is_not_waited_for(engine: RemoteEngine, box: Box) -> None:
    box.does(r"while True: os.write(1, b'\x1b[2Jno end ')")
    for error in await both(engine):
        assert "something else than makemore-tui, without an end: " in str(error)
        assert "no end" in str(error)
        assert str(error).isprintable()
    await eventually(lambda: not box.links())


async def test_endless_lines_of_noise_are_not_waited_for(engine: RemoteEngine, box: Box) -> None:
    box.does(r"while True: os.write(1, b'no end\n')")
    for error in await both(engine):
        assert "without an end: " in str(error)


async def test_a_machine_that_does_not_answer_is_given_up(
    engine: RemoteEngine, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SECONDS_TO_CONNECT", 0.5)
    box.does("import time; time.sleep(1000)")
    with pytest.raises(LinkDown, match="me@box did not answer within a minute"):
        await engine.start()


@pytest.mark.parametrize("host", ["", "-oProxyCommand=x", "box\n", "\x1b[2Jbox", "bo\u202ex"])
async def test_a_host_that_is_none_is_refused(host: str, box: Box) -> None:
    for error in await both(RemoteEngine(host, "test", 60.0)):
        assert "give it as ssh takes it, user@box" in str(error)
    assert box.calls() == []


def test_an_exit_code_that_nobody_knows_is_told() -> None:
    said = str(failure("box", "makemore-tui", 1, b"a\nmakemore-tui: the disk is full.\n"))
    assert "ended with exit code 1: makemore-tui: the disk is full. Run it there" in said
    assert "was ended by SIGKILL" in str(failure("box", "makemore-tui", -9, b""))
    assert "was ended by signal 99" in str(failure("box", "makemore-tui", -99, b""))


# --- the link


async def test_a_link_that_dies_is_taken_up_and_the_training_went_on(
    engine: RemoteEngine, box: Box
) -> None:
    client = await trained(engine)
    before = await described(client)
    box.signal_links(signal.SIGKILL)
    await hung_up(client)
    box.fails()
    with pytest.raises(LinkDown):
        await engine.start(attach=True)
    box.calls_back()
    after = await described(await engine.start(attach=True))
    assert (after.pid, after.state) == (before.pid, "training")
    assert after.step > before.step
    await engine.stop()


@pytest.mark.parametrize("is_stopped", [True, False])
async def test_a_lab_that_ended_meanwhile_is_not_started_again_and_where_it_is_saved_is_told(
    is_stopped: bool, engine: RemoteEngine, box: Box
) -> None:
    client = await trained(engine)
    since = (await described(client)).since
    saves = box.state / "makemore-tui" / "labs" / "test" / "saves"
    (process,) = engines(box.state)
    if is_stopped:
        process.terminate()
    else:
        await client.call(Pause())
        await eventually(lambda: list(saves.glob("*.safetensors")))
        process.kill()
    await hung_up(client)
    process.wait(60)
    with pytest.raises(LabGone, match="The lab test does not run any more: it ") as told:
        await engine.start(attach=True)
    assert told.value.has_crashed != is_stopped
    assert told.value.saved == str(max(saves.glob("*.safetensors")))
    assert told.value.saved_at >= since
    assert not isinstance(told.value, LinkDown)
    assert engines(box.state) == []


@pytest.mark.slow
async def test_a_link_that_is_half_open_is_noticed(
    engine: RemoteEngine, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SECONDS_OF_SILENCE", 1.0)
    client = await engine.start()
    assert await client.call(Open(device="cpu")) == Done()
    await asyncio.sleep(4 * connection.SECONDS_OF_SILENCE)  # in which nobody says anything
    assert (await described(client)).state == "idle", "an idle link is not taken for a dead one"
    box.signal_links(signal.SIGSTOP)
    await hung_up(client)
    assert (await described(await engine.start(attach=True))).data is not None
    await engine.stop()


@pytest.mark.slow
async def test_a_link_that_is_half_open_can_be_left(engine: RemoteEngine, box: Box) -> None:
    await engine.start()
    box.signal_links(signal.SIGSTOP)
    async with asyncio.timeout(10):
        await engine.leave()
    await eventually(lambda: not box.links())


async def test_an_end_that_the_link_did_not_live_to_tell_is_not_taken_for_one(
    engine: RemoteEngine, box: Box
) -> None:
    await trained(engine)
    box.signal_links(signal.SIGSTOP)
    stopping = asyncio.create_task(engine.stop())
    await asyncio.sleep(0)
    box.signal_links(signal.SIGKILL)
    with pytest.raises(LinkDown, match=r"before the lab had ended\. makemore-tui attach --host"):
        await stopping


async def test_after_a_proper_end_of_the_engine_ssh_ends_without_an_error(
    engine: RemoteEngine, box: Box
) -> None:
    client = await engine.start()
    (process,) = engines(box.state)
    process.terminate()
    await hung_up(client)
    assert engine._link is not None
    assert await engine._link.code() == 0


async def test_leaving_while_it_connects_ends_ssh(engine: RemoteEngine, box: Box) -> None:
    box.does(f"open({str(box.folder)!r} + '/links/' + str(os.getpid()), 'w')\n"
             "import time; time.sleep(1000)")  # fmt: skip
    starting = asyncio.create_task(engine.start())
    await eventually(box.links)
    await engine.leave()
    with pytest.raises(EngineUnavailable):
        await starting
    await eventually(lambda: not box.links())


def bridges(box: Box) -> list[int]:
    """The process numbers of what carries bytes there."""
    found = []
    for other in psutil.process_iter(["cmdline", "environ"]):
        own = other.info["environ"] or {}
        if "--stdio" in (other.info["cmdline"] or []) and own.get("HOME") == str(
            box.folder / "home"
        ):
            found.append(other.pid)
    return found


async def test_the_bridge_ends_with_its_link_and_the_engine_does_not(
    engine: RemoteEngine, box: Box
) -> None:
    await trained(engine)
    (process,) = engines(box.state)
    assert bridges(box)
    box.signal_links(signal.SIGKILL)
    await eventually(lambda: not bridges(box))
    assert process.is_running()


@pytest.mark.slow
async def test_a_screen_that_sleeps_is_none_any_more_and_one_that_only_looks_is(
    engine: RemoteEngine, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    pings = 0

    async def ask(client: Client) -> None:
        nonlocal pings
        with contextlib.suppress(EngineUnavailable):
            await client.call(Ping())
            pings += 1

    monkeypatch.setattr(connection, "SECONDS_OF_SILENCE", 0.1)
    monkeypatch.setattr(connection, "MOST_SILENCES", 10**9)  # this side is patient
    monkeypatch.setattr(connection, "_ask", ask)
    box.is_impatient()
    client = await engine.start()
    assert await client.call(Open(device="cpu")) == Done()
    (bridge,) = bridges(box)
    pings = 0
    await eventually(lambda: pings > 40)
    assert bridges(box) == [bridge]
    box.signal_links(signal.SIGSTOP)
    await eventually(lambda: not bridges(box))
    box.signal_links(signal.SIGCONT)
    await hung_up(client)
    assert (await described(await engine.start(attach=True))).data is not None
    await engine.stop()


def test_ssh_knows_the_options_that_it_is_given() -> None:
    client = shutil.which("ssh", path=os.defpath)
    if client is None:
        pytest.skip("no ssh here")
    line = [client, *ssh.ALWAYS, *ssh.QUIET, "-F", "none", "-G", "--", "box"]
    told = subprocess.run(line, capture_output=True, text=True, check=True).stdout.splitlines()
    for option in (
        "batchmode yes",
        "serveraliveinterval 5",
        "connecttimeout 10",
        "compression yes",
    ):
        assert option in told
