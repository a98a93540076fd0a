"""An environment of its own for each lab in a terminal, of which no engine outlives its test."""

import contextlib
import json
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.box import Box


@pytest.fixture
def environment(fork_server: None, tmp_path: Path) -> Iterator[dict[str, str]]:
    # Short, for a socket's path has a limit.
    with tempfile.TemporaryDirectory(prefix="mm-") as runtime:
        yield {
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "XDG_STATE_HOME": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path),
            "XDG_RUNTIME_DIR": runtime,
            "TMPDIR": str(tmp_path),
        }
        for engine in engines(tmp_path):
            with contextlib.suppress(psutil.NoSuchProcess):
                engine.send_signal(signal.SIGKILL)
                engine.wait(20)


@pytest.fixture
def box(fork_server: None) -> Iterator[Box]:
    # Short, for a socket's path has a limit.
    with tempfile.TemporaryDirectory(prefix="mm-") as folder:
        box = Box(Path(folder))
        yield box
        box.signal_links(signal.SIGKILL)
        for engine in engines(box.state):
            with contextlib.suppress(psutil.NoSuchProcess):
                engine.kill()
                engine.wait(20)


@pytest.fixture
def here(environment: dict[str, str], box: Box) -> dict[str, str]:
    """This side's environment."""
    return {**environment, "PATH": box.path}


def engines(state: Path) -> list[psutil.Process]:
    """The engines that run, of labs that are at home in a state folder."""
    found = []
    for claim in state.glob("makemore-tui/labs/*/running"):
        with contextlib.suppress(psutil.NoSuchProcess, OSError):
            process = psutil.Process(json.loads(claim.read_text())["pid"])
            if "engine" in process.cmdline() and process.uids().real == os.getuid():
                found.append(process)
    return found
