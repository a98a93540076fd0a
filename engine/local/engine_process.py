"""The engine as a process of this machine, which outlives the screen that starts it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO, Final, TypeVar

import engine
from engine.errors import EngineUnavailable, NotListening, OtherVersion, UntrustedSocket
from engine.local import command_lines
from engine.local.lab_list import silence
from engine.local.log import opened_log
from engine.local.name_lock import Holder, name_taken, standing, standing_of
from engine.local.paths import PROGRAM, LabPaths, make_runtime_folder, runtime_folder
from engine.local.saved_labs import lab_gone
from engine.local.signals import signal_name
from engine.settings.limits import IDLE_SECONDS
from engine.wire.answers import GoesOn
from engine.wire.client import Client
from engine.wire.requests import Stop

T = TypeVar("T")
Connect = Callable[[Path, int | None], Awaitable[T]]

SECONDS_TO_START: Final = 60.0  # a cold disk reads Python in 10
SECONDS_TO_DIE: Final = 5.0  # once it has hung up
SECONDS_TO_APPEAR: Final = 5.0  # for the socket of an engine that runs; see `Server.serve`


class EngineProcess:
    """The engine of a lab on this machine, as a screen talks to it; see `Engine`."""

    host = ""

    def __init__(self, name: str, idle_seconds: float = IDLE_SECONDS) -> None:
        """Prepare to talk to a lab's engine, which may run already; raises BadName."""
        self.name = name
        self._place = LabPaths(name)
        self._idle_seconds = idle_seconds
        self._process: subprocess.Popen[bytes] | None = None  # where it was started from here
        self._is_starting = False  # that process: nobody has connected to it yet
        self._client: Client | None = None
        self._log = self._place.log
        self._log_begin = 0  # where this engine's part of the log begins
        self._said = ""  # why it does not start; its log may lie on a full disk

    @property
    def attach_command(self) -> str:
        """The command that takes the lab up again; see `Engine.attach_command`."""
        return command_lines.attach(self.name)

    def renamed(self, name: str) -> None:
        """Note that the engine has opened another lab; see `Engine.renamed`."""
        self.name, self._place = name, LabPaths(name)

    def go_on_command(self, saved: str, lab: str) -> str:
        """The command that goes on with a saved lab; see `Engine.go_on_command`."""
        return command_lines.go_on(saved, lab)

    @property
    def silence(self) -> str:
        """A sentence about an engine that does not answer; see `Engine.silence`."""
        return silence(self.name, None if self._client is None else self._client.pid)

    async def start(self, *, attach: bool = False) -> Client:
        """Connect to the lab's engine; start it, where none runs. See `Engine.start`."""
        await self.leave()
        self._client = await self.reach(Client.connect, attach=attach)
        return self._client

    async def reach(self, connect: Connect[T], *, attach: bool = False) -> T:
        """Connect to the socket of the lab's engine; start the engine, where none runs.

        `connect` is given the socket's path, and the number of the process if it is known. Raises
        LabGone if none runs and it is to `attach`, and EngineUnavailable.
        """
        try:
            if (reached := await self._reached(connect)) is not None:
                return reached
            if attach:
                raise lab_gone(self._place)
            return await self._launched(connect)
        except OSError as error:
            raise EngineUnavailable(
                f"The engine cannot be started: {error}. It needs to write to {self._place.folder}."
            ) from error

    async def leave(self) -> None:
        """Close the connection to the engine; see `Engine.leave`."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.close()
        elif self._is_starting and self._process is not None:
            self._process.terminate()  # nobody has met it yet: there is nothing to lose

    async def stop(self, *, save: bool = True, unless_needed: bool = False) -> GoesOn | None:
        """End the engine; see `Engine.stop`."""
        if self._client is None:
            await self.leave()
            return None
        _, holder = standing(self._place)
        with contextlib.suppress(EngineUnavailable):  # it is quicker than its answer
            answer = await self._client.call(Stop(save, unless_needed))
            if isinstance(answer, GoesOn):
                return answer
        await self._client.wait_closed()
        await self.leave()
        if holder is not None:
            await self.ended(holder)
        return None

    async def ended(self, holder: Holder) -> None:
        """Wait until an engine that was told to end has; raises EngineUnavailable if not well."""
        deadline = time.monotonic() + SECONDS_TO_DIE
        while standing_of(holder, self._place) == "running":
            if time.monotonic() > deadline:
                raise EngineUnavailable(
                    f"The engine of {self.name} has hung up, and does not end: process"
                    f" {holder.pid}. Its log is {self._log}."
                )
            await asyncio.sleep(0.01)  # another process tells of it by its lock
        if self._process is not None:
            await asyncio.to_thread(self._process.wait)
        if standing_of(holder, self._place) == "crashed":
            raise EngineUnavailable(
                f"The engine of {self.name} did not end well, and may not have saved. Its log is"
                f" {self._log}; {PROGRAM} ls tells what there is to go on from."
            )

    async def obituary(self) -> str:
        """Say in a sentence why the process has ended; see `Engine.obituary`."""
        if self._process is None:
            return f"The engine has ended. Its log is {self._log}."
        try:
            code = await asyncio.to_thread(self._process.wait, SECONDS_TO_DIE)
        except subprocess.TimeoutExpired:
            return f"The engine does not answer any more. Its log is {self._log}."
        if code < 0:
            name = signal_name(-code)
            hint = " (perhaps the machine ran out of memory)" if name == "SIGKILL" else ""
            return f"The engine was ended by {name}{hint}. Its log is {self._log}."
        said = self._said
        if not said:
            with contextlib.suppress(OSError):  # somebody has cleared it away
                log = self._log.read_bytes()[self._log_begin :]
                said = log.decode(errors="replace")
        last = f": {said.splitlines()[-1].rstrip('.')}" if code and said else ""
        return f"The engine ended with exit code {code}{last}. Its log is {self._log}."

    async def _reached(self, connect: Connect[T]) -> T | None:
        """Connect to an engine that runs; None if none does; raises EngineUnavailable."""
        deadline = time.monotonic() + SECONDS_TO_APPEAR
        while True:
            state, holder = standing(self._place)
            if state != "running":
                return None
            try:
                if holder is None:  # it writes itself down in this moment
                    return await connect(self._place.socket, None)
                return await connect(Path(holder.socket), holder.pid)
            except (NotListening, UntrustedSocket) as error:
                if holder is not None and holder.host != socket.gethostname():
                    raise EngineUnavailable(name_taken(self._place, holder)) from None
                if isinstance(error, UntrustedSocket) or time.monotonic() > deadline:
                    raise
            except OtherVersion as error:
                raise OtherVersion(
                    f"{error} {PROGRAM} stop {self.name} ends the one that runs; it saves first."
                ) from None
            await asyncio.sleep(0.1)

    async def _launched(self, connect: Connect[T]) -> T:
        self._process, self._is_starting, self._said = self._spawn(), True, ""
        process = self._process
        try:
            async with asyncio.timeout(SECONDS_TO_START):
                line = await _line(process.stdout)
        except TimeoutError as error:
            process.kill()
            raise EngineUnavailable(
                f"The engine did not start within {SECONDS_TO_START:.0f} seconds. Its log is"
                f" {self._log}."
            ) from error
        if line.startswith(b"taken"):  # by another screen, in this moment
            self._process, self._is_starting = None, False
            if (reached := await self._reached(connect)) is not None:
                return reached
            raise EngineUnavailable(line.decode(errors="replace").partition(" ")[2].strip())
        if line != b"ready\n":
            self._said = line.decode(errors="replace").removeprefix("failed ").rstrip()
            raise EngineUnavailable(await self.obituary())
        reached = await connect(self._place.socket, process.pid)
        self._is_starting = False
        return reached

    def _spawn(self) -> subprocess.Popen[bytes]:
        # The package that the screen runs from, wherever it is: -P keeps a folder named engine in
        # the present directory from standing in for it.
        home = str(Path(engine.__file__).parent.parent)
        paths = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
        options = ("--name", self._place.name, "--idle", str(self._idle_seconds))
        make_runtime_folder()
        with opened_log(self._place.log, runtime_folder()) as log:
            self._log, self._log_begin = Path(log.name), log.tell()
            # Not asyncio's: that would kill the process at its own end.
            return subprocess.Popen(
                (sys.executable, "-P", "-m", "engine", *options),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "PYTHONPATH": paths},
                start_new_session=True,  # neither Ctrl+C nor the terminal's end is for the engine
            )


async def _line(pipe: IO[bytes] | None) -> bytes:
    """Read the one line that a new engine writes; it is empty if the engine ends without."""
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    try:
        return await reader.readline()
    finally:
        transport.close()
