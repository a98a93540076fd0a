"""What every test of a fault has: places of its own, of which nothing is left at its end."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import engine
from engine.local.lab_list import labs
from tests.processes import folder  # noqa: F401  a fixture

# How long what is to be endured is endured: the figures of .github/MEASUREMENTS.md are of a minute.
SECONDS = float(os.environ.get("MAKEMORE_FAULT_SECONDS", "2"))
GROWTH = 50e6  # bytes that a process may have gained


@pytest.fixture(autouse=True)
def nothing_is_left(
    folder: Path,  # noqa: F811
    preloaded: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    """After each fault there is no lab but what ended well, no process and no socket."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("PYTHONPATH", str(Path(engine.__file__).parent.parent))
    monkeypatch.chdir(folder)  # what a fuzzer writes, it writes here
    yield
    sockets = list(folder.rglob("*.sock"))  # before anybody looks and so clears them away
    found = [lab for lab in asyncio.run(labs()) if lab.state != "ended"]
    left = processes(folder)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
            process.wait(20)
    assert found == []
    assert left == []
    assert sockets == []


def measured(what: str, **grown: float) -> None:
    """Say a figure to who runs this by hand, with `-rA`; growth in bytes."""
    sizes = "".join(f"; {who} grown by {size / 1e6:.1f} MB" for who, size in grown.items())
    sys.stdout.write(f"{what}{sizes}\n")


def processes(folder: Path) -> list[psutil.Process]:  # noqa: F811
    """The processes that are at home in a folder; this one is not among them."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            is_other = process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE
            homes = (process.environ().get("XDG_RUNTIME_DIR"), process.cwd())  # that of a fork
            if is_other and str(folder) in homes:
                found.append(process)
    return found
