"""The engine on another machine, through the user's own ssh: no port is opened. Imports no torch.

While the screen is up ssh cannot ask for a password, as both would read the same keyboard. Keys
that an agent holds, or a connection that is shared (ControlMaster), need no question.
"""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import subprocess
from collections.abc import Sequence
from typing import Final

import msgspec

from engine.bridge import MARK
from engine.client import Client
from engine.errors import EngineError, EngineUnavailable, LinkDown
from engine.labs import Listed
from engine.places import Place
from engine.printable import printable
from engine.protocol import Stop

SECONDS_TO_CONNECT: Final = 60.0  # a cold disk over there reads Python in 10
SECONDS_TO_END: Final = 5.0
QUIET: Final = ("-o", "BatchMode=yes")  # ask nothing
# A link that is down is noticed within 15 seconds.
ALIVE: Final = (
    "-T", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3",
)  # fmt: skip
LONGEST_GREETING: Final = 1 << 16  # bytes that a shell may say before the engine speaks
OF_SSH: Final = 255  # exit code: ssh itself failed
NOT_FOUND: Final = 127  # exit code of a shell


class RemoteEngine:
    """The `Engine` of a lab on another machine."""

    def __init__(self, host: str, name: str, idle_seconds: float, program: str) -> None:
        """An engine that may run already.

        Args:
            host: as ssh takes it.
            name: of the lab.
            idle_seconds: how long it goes on without a screen and without a training.
            program: makemore-tui over there.
        """
        self.host = host
        self.name = Place(name).name
        self._program = program
        self._idle_seconds = idle_seconds
        self._ssh: asyncio.subprocess.Process | None = None
        self._client: Client | None = None
        self._said: asyncio.Task[bytes] | None = None

    async def start(self, *, again: bool = False) -> Client:
        """Connect through ssh; see `Engine.start`."""
        await self.leave()
        options = ["--stdio", "--name", self.name, "--idle", str(self._idle_seconds)]
        command = command_line(
            self.host, [self._program, "engine", *options, *(["--attach"] if again else [])], QUIET
        )
        try:
            self._ssh = ssh = await asyncio.create_subprocess_exec(
                *command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,  # Ctrl+C is for the screen alone; nor is there a terminal
            )
        except OSError as error:
            raise no_ssh(error) from error
        assert ssh.stdin is not None
        assert ssh.stdout is not None
        assert ssh.stderr is not None
        self._said = asyncio.create_task(ssh.stderr.read())
        try:
            async with asyncio.timeout(SECONDS_TO_CONNECT):
                if not await _begins(ssh.stdout):
                    raise await self._failure()
                self._client = await Client.greet(ssh.stdout, ssh.stdin)
        except TimeoutError:
            await self.leave()
            raise LinkDown(f"{self.host} did not answer within a minute.") from None
        except BaseException:
            await self.leave()
            raise
        return self._client

    async def leave(self) -> None:
        """Hang up; see `Engine.leave`."""
        client, ssh = self._client, self._ssh
        self._client = self._ssh = None
        if client is not None:
            await client.close()
        if ssh is not None:
            if ssh.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    ssh.terminate()
            await ssh.wait()

    async def stop(self, *, save: bool = True) -> None:
        """End the engine over there; see `Engine.stop`."""
        if self._client is not None:
            with contextlib.suppress(EngineUnavailable):  # it is quicker than its answer
                await self._client.call(Stop(save))
            await self._client.wait_closed()
        await self.leave()

    async def obituary(self) -> str:
        """Why the connection has ended; see `Engine.obituary`."""
        return f"The connection to {self.host} is lost."

    async def _failure(self) -> EngineUnavailable:
        assert self._ssh is not None
        assert self._said is not None
        try:
            async with asyncio.timeout(SECONDS_TO_END):
                code = await self._ssh.wait()
                said = await self._said
        except TimeoutError:
            return LinkDown(f"{self.host} closed the connection.")
        return failure(self.host, self._program, code, said)


def labs_of(host: str, program: str) -> list[Listed]:
    """The labs of another machine. ssh may ask for a password: the screen has not begun.

    Raises:
        EngineUnavailable: says what is wrong, and what to do.
    """
    command = command_line(host, [program, "ls", "--json"], ())
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError as error:
        raise no_ssh(error) from error
    if done.returncode != 0:
        raise failure(host, program, done.returncode, done.stderr)
    # A shell may have said something first.
    lines = [line for line in done.stdout.splitlines() if line.startswith(b"{")]
    try:
        return [msgspec.json.decode(line, type=Listed) for line in lines]
    except msgspec.MsgspecError as error:
        raise EngineUnavailable(
            f"{program} on {host} is of another version ({error}). Install the same makemore-tui on"
            " both sides."
        ) from error


def command_line(host: str, remote: Sequence[str], options: Sequence[str]) -> list[str]:
    """ssh, and what it is to run over there.

    Raises:
        EngineError: the host is none.
    """
    if not host or host.startswith("-") or not host.isprintable():
        raise EngineError(f"--host {printable(host)!r}: give it as ssh takes it, user@box.")
    return ["ssh", *ALIVE, *options, host, shlex.join(remote)]


def failure(host: str, program: str, code: int, said: bytes) -> EngineUnavailable:
    """Why a command over there did not work, as a sentence that says what to do."""
    lines = [printable(line) for line in said.decode(errors="replace").splitlines() if line.strip()]
    last = lines[-1].strip() if lines else "it says nothing"
    if code == OF_SSH and "denied" in last.lower():
        return EngineUnavailable(
            f"ssh cannot log in to {host} without asking ({last}). Load a key into ssh-agent, or"
            " share a connection with ControlMaster."
        )
    if code == OF_SSH:
        return LinkDown(f"ssh does not reach {host}: {last.removeprefix('ssh: ').rstrip('.')}.")
    if code == NOT_FOUND:
        return EngineUnavailable(
            f"{host} has no {program}. Install makemore-tui there, or tell where it is with"
            " --remote-program PATH."
        )
    if "no such option" in last.lower() or "no such command" in last.lower():
        return EngineUnavailable(
            f"{program} on {host} is of another version. Install the same makemore-tui on both"
            " sides."
        )
    return EngineUnavailable(f"{program} on {host} ended with exit code {code}: {last}")


def no_ssh(error: OSError) -> EngineUnavailable:
    """That there is no ssh here."""
    return EngineUnavailable(f"ssh cannot be run ({error.strerror}). Install OpenSSH's client.")


async def _begins(reader: asyncio.StreamReader) -> bool:
    """Skip what a shell says first; whether the bridge's mark came."""
    skipped = 0
    with contextlib.suppress(ValueError):  # an endless line
        while (line := await reader.readline()) and skipped < LONGEST_GREETING:
            if line.endswith(MARK):
                return True
            skipped += len(line)
    return False
