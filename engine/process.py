"""The engine as a child process of the screen. Imports no torch."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Final

import engine
from engine.client import Client
from engine.errors import EngineUnavailable
from engine.log import opened_log, usual_log

SECONDS_TO_START: Final = 60.0  # a cold disk reads Python in 10
SECONDS_TO_STOP: Final = 5.0  # longer than any burst of training


class EngineProcess:
    """An `Engine` of this machine: a process of its own, that ends with its last client."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._client: Client | None = None
        self._folder: Path | None = None
        self._log = usual_log()
        self._log_begin = 0  # where this engine's part of the log begins

    @property
    def log(self) -> Path:
        """Where the engine writes what went wrong."""
        return self._log

    async def start(self) -> Client:
        """Start the process and connect to it; see `Engine.start`."""
        await self.stop()
        try:
            return await self._start()
        except OSError as error:
            await self.stop()
            raise EngineUnavailable(
                f"The engine cannot be started: {error}. It needs to write to"
                f" {tempfile.gettempdir()}."
            ) from error
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> Client:
        self._folder = Path(tempfile.mkdtemp(prefix="makemore-tui-"))
        socket = self._folder / "engine.sock"
        # The package that the screen runs from, wherever it is: -P keeps a folder named engine in
        # the present directory from standing in for it.
        home = str(Path(engine.__file__).parent.parent)
        paths = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
        with opened_log(self._folder) as log:
            self._log, self._log_begin = Path(log.name), log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "engine", "--socket", str(socket)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env={**os.environ, "PYTHONPATH": paths},
                start_new_session=True,  # Ctrl+C in the terminal is for the screen alone
            )
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(SECONDS_TO_START):
                if await self._process.stdout.readline() != b"ready\n":
                    raise EngineUnavailable(await self.obituary())
        except TimeoutError as error:
            raise EngineUnavailable(
                f"The engine did not start within {SECONDS_TO_START:.0f} seconds. Its log is"
                f" {self.log}."
            ) from error
        self._client = await Client.connect(socket)
        return self._client

    async def stop(self) -> None:
        """Hang up, wait for the process to end, and end it if it does not."""
        if self._client is not None:
            await self._client.close()
        elif self._process is not None and self._process.returncode is None:
            self._process.kill()  # still starting: there is nothing to lose
        if self._process is not None and self._process.returncode is None:
            try:
                async with asyncio.timeout(SECONDS_TO_STOP):
                    await self._process.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
                await self._process.wait()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._client = self._process = self._folder = None

    async def obituary(self) -> str:
        """Why the process has ended: the signal, or the last line it wrote."""
        if self._process is None:
            return "The engine was not started."
        try:
            async with asyncio.timeout(SECONDS_TO_STOP):
                code = await self._process.wait()
        except TimeoutError:
            return f"The engine does not answer any more. Its log is {self.log}."
        if code < 0:
            name = signal.Signals(-code).name
            hint = " (perhaps the machine ran out of memory)" if name == "SIGKILL" else ""
            return f"The engine was ended by {name}{hint}. Its log is {self.log}."
        lines = self.log.read_bytes()[self._log_begin :].decode(errors="replace").splitlines()
        last = f": {lines[-1]}" if code and lines else ""
        return f"The engine ended with exit code {code}{last}. Its log is {self.log}."
