"""The engine on another machine, through the user's own ssh: no port is opened. Imports no torch.

While the screen is up ssh cannot ask for a password, as both would read the same keyboard. Keys
that an agent holds, or a connection that is shared (ControlMaster), need no question.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from typing import Final

from engine.errors import EngineUnavailable, LinkDown, NotListening
from engine.local import command_lines
from engine.local.paths import PROGRAM, LabPaths
from engine.remote.ssh import LONGEST_COMPLAINT, QUIET, command_line, failure, no_ssh, noise
from engine.remote.stdio_bridge import CHUNK, WIRE_BEGINS
from engine.wire.answers import GoesOn
from engine.wire.client import Client
from engine.wire.requests import Ping, Stop

SECONDS_TO_CONNECT: Final = 60.0  # a cold disk over there reads Python in 10
SECONDS_TO_END: Final = 5.0  # for ssh, once its connection is over
SECONDS_TO_HANG_UP: Final = 2.0  # for what was said last to arrive
SECONDS_TO_DIE: Final = 1.0  # for ssh, told to end
SECONDS_OF_SILENCE: Final = 10.0  # after each, the other side is asked for a sign of life
MOST_SILENCES: Final = 3  # in a row; then the link is down. Loading torch may take two
LONGEST_GREETING: Final = 1 << 16  # bytes that a shell may say before the engine speaks


class RemoteEngine:
    """The `Engine` of a lab on another machine."""

    def __init__(self, host: str, name: str, idle_seconds: float, program: str = PROGRAM) -> None:
        """Prepare to talk to an engine on a host, as ssh takes it; it may run already."""
        self.host = host
        self.name = LabPaths(name).name
        self._program = program
        self._idle_seconds = idle_seconds
        self._link: Link | None = None

    @property
    def attach_command(self) -> str:
        """What takes the lab up again; see `Engine.attach_command`."""
        return command_lines.attach(self.name, self.host, self._program)

    def renamed(self, name: str) -> None:
        """Another lab is open; see `Engine.renamed`."""
        self.name = LabPaths(name).name

    def go_on_command(self, saved: str, lab: str) -> str:
        """What goes on with a saved lab; see `Engine.go_on_command`."""
        return command_lines.go_on(saved, lab, self.host, self._program)

    @property
    def silence(self) -> str:
        """What is said of an engine that says nothing; see `Engine.silence`."""
        return (
            f"{self.host} does not answer: the connection hangs, or the engine there is busy or"
            " stopped."
        )

    async def start(self, *, attach: bool = False) -> Client:
        """Connect through ssh; see `Engine.start`."""
        await self.leave()
        options = ["--stdio", "--name", self.name, "--idle", str(self._idle_seconds)]
        if attach:
            options.append("--attach")
        self._link = link = await Link.start(self.host, self._program, options)
        try:
            async with asyncio.timeout(SECONDS_TO_CONNECT):
                return await link.greet()
        except BaseException as error:
            await link.end()
            if isinstance(error, TimeoutError):
                raise LinkDown(f"{self.host} did not answer within a minute.") from None
            raise

    async def leave(self) -> None:
        """Hang up; see `Engine.leave`."""
        link, self._link = self._link, None
        if link is not None:
            await link.end()

    async def stop(self, *, save: bool = True, unless_needed: bool = False) -> GoesOn | None:
        """End the engine over there; see `Engine.stop`. Raises LinkDown if it may run on."""
        if self._link is not None and self._link.client is not None:
            link, client = self._link, self._link.client
            try:
                answer = await client.call(Stop(save, unless_needed))
                if isinstance(answer, GoesOn):
                    return answer
            except EngineUnavailable as error:
                # It may be quicker than its answer; ssh then ends as what it ran there did.
                if await link.code() != 0:
                    raise LinkDown(
                        f"The connection to {self.host} was lost before the lab had ended."
                        f" {self.attach_command} takes it up, if it goes on."
                    ) from error
            await client.wait_closed()
        await self.leave()
        return None

    async def obituary(self) -> str:
        """Why the connection has ended; see `Engine.obituary`."""
        return f"The connection to {self.host} is lost."


class Link:
    """A run of ssh."""

    def __init__(self, host: str, program: str, ssh: asyncio.subprocess.Process) -> None:
        assert ssh.stderr is not None
        self.client: Client | None = None  # once the engine has greeted
        self._host = host
        self._program = program
        self._ssh = ssh
        self._heard = False  # anything, since it was looked at last
        self._tasks: list[asyncio.Task[None]] = []
        self._said = asyncio.create_task(_end_of(ssh.stderr))

    @classmethod
    async def start(cls, host: str, program: str, options: list[str]) -> Link:
        """Run `makemore-tui engine` over there; raises EngineUnavailable if ssh is not here."""
        try:
            ssh = await asyncio.create_subprocess_exec(
                *command_line(host, (program, "engine", *options), QUIET),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,  # Ctrl+C is for the screen alone; nor is there a terminal
            )
        except OSError as error:
            raise no_ssh(error) from error
        return cls(host, program, ssh)

    async def greet(self) -> Client:
        """Exchange greetings with the engine; raises EngineUnavailable."""
        assert self._ssh.stdin is not None
        await self._skip_greeting()
        heard = asyncio.StreamReader()
        self._tasks.append(asyncio.create_task(self._hear(heard)))
        try:
            self.client = await Client.greet(heard, self._ssh.stdin)
        except NotListening:
            raise await self._failure() from None
        self._tasks.append(asyncio.create_task(self._watch(self.client)))
        return self.client

    async def code(self) -> int | None:
        """The exit code of ssh, once its connection is over; None: it does not end."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_TO_END):
                return await self._ssh.wait()
        return None

    async def end(self) -> None:
        """Hang up, and see to it that nothing of it is left behind."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_TO_HANG_UP):
                if self.client is not None:
                    await self.client.close()  # what was said last still arrives
                    await self._ssh.wait()
        for end in (self._ssh.terminate, self._ssh.kill):  # one that is stopped only dies of this
            if self._ssh.returncode is None:
                with contextlib.suppress(TimeoutError, ProcessLookupError):
                    async with asyncio.timeout(SECONDS_TO_DIE):
                        end()
                        await self._ssh.wait()
        if self._ssh.stdin is not None:
            self._ssh.stdin.close()
            with contextlib.suppress(TimeoutError, OSError):
                async with asyncio.timeout(SECONDS_TO_DIE):
                    await self._ssh.stdin.wait_closed()
        for task in (*self._tasks, self._said):
            task.cancel()
        # Otherwise it stays open for as long as others, as a shared connection, hold its pipes.
        self._ssh._transport.close()  # type: ignore[attr-defined]

    async def _skip_greeting(self) -> None:
        """Read what a shell says first, and the bridge's mark."""
        assert self._ssh.stdout is not None
        skipped = 0
        while skipped < LONGEST_GREETING:
            try:
                line = await self._ssh.stdout.readline()
            except ValueError:  # an endless one
                break
            if not line:
                raise await self._failure()
            if line.endswith(WIRE_BEGINS):
                return
            skipped += len(line)
        raise noise(self._host, await self._ssh.stdout.read(CHUNK))

    async def _hear(self, heard: asyncio.StreamReader) -> None:
        """Hand on what comes, and note that something did."""
        assert self._ssh.stdout is not None
        while data := await self._ssh.stdout.read(CHUNK):
            self._heard = True
            heard.feed_data(data)
        heard.feed_eof()

    async def _watch(self, client: Client) -> None:
        """End ssh where nothing comes any more, though something should.

        ssh notices that by itself, but not where its connection is another's (ControlMaster).
        """
        silences = 0
        while silences < MOST_SILENCES:
            self._heard = False
            asked = asyncio.create_task(_ask(client))
            await asyncio.sleep(SECONDS_OF_SILENCE)
            asked.cancel()
            silences = 0 if self._heard else silences + 1
        with contextlib.suppress(ProcessLookupError):
            self._ssh.kill()

    async def _failure(self) -> EngineUnavailable:
        code = await self.code()
        if code is None or code == 0:
            return LinkDown(f"{self._host} closed the connection.")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_TO_END):
                return failure(self._host, self._program, code, await self._said)
        return LinkDown(f"{self._host} closed the connection.")


async def _ask(client: Client) -> None:
    with contextlib.suppress(EngineUnavailable):
        await client.call(Ping())


async def _end_of(reader: asyncio.StreamReader) -> bytes:
    said = b""
    while data := await reader.read(LONGEST_COMPLAINT):
        said = (said + data)[-LONGEST_COMPLAINT:]
    return said
