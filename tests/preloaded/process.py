"""What tests and `EngineProcess` use of `subprocess.Popen`, for a program that is a fork."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import IO, Any

from engine.local import engine_process
from tests.preloaded import ADDRESS


class Popen:
    """`python -m MODULE …`, run in a fork."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        stdin: int | None = None,
        stdout: int | None = None,
        stderr: int | IO[bytes] | None = None,
        env: Mapping[str, str] | None = None,
        start_new_session: bool = False,
        text: bool = False,
    ) -> None:
        self.returncode: int | None = None
        self.stdout: IO[Any] | None = None
        self.stderr: IO[Any] | None = None
        request = {
            "command": command[command.index("-m") + 1 :],
            "env": dict(os.environ if env is None else env),
            "cwd": os.getcwd(),
            "umask": umask(),
            "start_new_session": start_new_session,
        }
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.connect(os.environ[ADDRESS])
        with contextlib.ExitStack() as closing:  # what only the program is to have
            streams = []
            for number, given in enumerate((stdin, stdout, stderr)):
                if given == subprocess.PIPE:
                    reading, stream = os.pipe()
                    pipe = open(reading, "r" if text else "rb")  # noqa: SIM115
                    setattr(self, ("", "stdout", "stderr")[number], pipe)
                    closing.callback(os.close, stream)
                elif given == subprocess.DEVNULL:
                    stream = os.open(os.devnull, os.O_RDWR)
                    closing.callback(os.close, stream)
                else:
                    stream = number if given is None else given.fileno()
                streams.append(stream)
            socket.send_fds(self._connection, [b"x"], streams)
        self._connection.sendall(json.dumps(request).encode())
        self._connection.shutdown(socket.SHUT_WR)
        self._told = self._connection.makefile("rb", buffering=0)
        self.pid = int(self._told.readline())

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended."""
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a fork", timeout or 0.0)
            self.returncode = os.waitstatus_to_exitcode(int(self._told.readline()))
            self._told.close()
            self._connection.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[Any, Any]:
        """All that it writes to its pipes, once it has ended."""
        with ThreadPoolExecutor(2) as readers:
            told = [readers.submit(read_all, pipe) for pipe in (self.stdout, self.stderr)]
        self.wait(timeout)
        return told[0].result(), told[1].result()

    def send_signal(self, number: int) -> None:
        """Send a signal to it, if it runs."""
        try:
            self.wait(0)
        except subprocess.TimeoutExpired:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def read_all(pipe: IO[Any] | None) -> Any:
    """What a pipe still has, if it is open; it is closed."""
    if pipe is None or pipe.closed:
        return None
    with pipe:
        return pipe.read()


def umask() -> int:
    """That of this process."""
    os.umask(now := os.umask(0o077))
    return now


FORKING = SimpleNamespace(
    Popen=Popen,
    DEVNULL=subprocess.DEVNULL,
    PIPE=subprocess.PIPE,
    TimeoutExpired=subprocess.TimeoutExpired,
)


def use_forks() -> None:
    """From now on `EngineProcess` starts no engine from nothing, in this process."""
    engine_process.subprocess = FORKING
