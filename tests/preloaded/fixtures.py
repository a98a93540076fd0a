"""The process that forks, one for all tests of a worker, and engines that are forks of it."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator

import pytest

from tests.preloaded import ADDRESS


@pytest.fixture(scope="session")
def fork_server() -> Iterator[None]:
    """The process that forks, at the address that the environment tells."""
    with tempfile.TemporaryDirectory(prefix="mm-") as folder, pytest.MonkeyPatch.context() as patch:
        address = f"{folder}/s"
        patch.setenv(ADDRESS, address)
        command = (sys.executable, "-m", "tests.preloaded.server", address, "engine")
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
            assert server.stdout is not None
            assert server.stdout.readline() == b"ready\n"
            yield
            assert server.stdin is not None
            server.stdin.close()


@pytest.fixture
def preloaded(fork_server: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Engines that this process starts are forks."""
    from engine.local import engine_process
    from tests.preloaded.process import FORKING

    monkeypatch.setattr(engine_process, "subprocess", FORKING)
