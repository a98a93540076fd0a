"""Measurements for `bench` that need a process of their own."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import resource
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path
from typing import Final

from engine.data.built_in import built_in_path
from engine.errors import EngineError

SECONDS_TO_PAINT: Final = 60.0
LINES, COLUMNS = 40, 120
PAINTED: Final = b"Bigrams"  # the title of a pane: the first screen stands

_READ_LARGE = """
import resource, sys, time
from pathlib import Path
import torch
from engine.data.corpus import read_corpus
path, repeats = Path(sys.argv[1]), int(sys.argv[2])
read_corpus(Path(sys.argv[3]))
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
best = float("inf")
for _ in range(repeats):
    started = time.perf_counter()
    read_corpus(path)
    best = min(best, time.perf_counter() - started)
print(best, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - own)
"""


def read_large(path: Path, repeats: int) -> tuple[float, float]:
    """Seconds to read a corpus, and MiB of memory above what torch itself and a small one take."""
    done = subprocess.run(
        [sys.executable, "-c", _READ_LARGE, str(path), str(repeats), str(built_in_path())],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, maximum = done.stdout.split()
    unit = 1 if sys.platform == "darwin" else 1024
    return float(seconds), float(maximum) * unit / 2**20


def sample_seconds(count: int, repeats: int, *options: str) -> float:
    """Processor seconds that `makemore-tui sample` takes for so many names, above those for none.

    Of processor time, as other programs use the machine too; of each the least of some repeats.
    """

    def seconds(names: int) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "tui", "sample", "-n", str(names), *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    start = min(seconds(0) for _ in range(repeats))
    return min(seconds(count) for _ in range(repeats)) - start


def import_torch_seconds() -> float:
    """Seconds of `python -c "import torch"`."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch"], check=True)
    return time.perf_counter() - started


def first_paint_seconds() -> float:
    """Seconds from starting `makemore-tui` in a terminal until its first screen stands."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        homes = {f"XDG_{kind}": folder for kind in ("CONFIG_HOME", "STATE_HOME", "RUNTIME_DIR")}
        started = time.perf_counter()
        pid, terminal = pty.fork()
        if pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", LINES, COLUMNS, 0, 0))
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", **homes)
            # Its engine ends with it.
            os.execv(sys.executable, [sys.executable, "-m", "tui", "--idle-minutes", "0.001"])  # noqa: S606
        try:
            seen = b""
            while PAINTED not in seen:
                if not select.select([terminal], [], [], SECONDS_TO_PAINT)[0]:
                    raise EngineError(f"nothing was painted within {SECONDS_TO_PAINT:.0f} seconds.")
                seen += os.read(terminal, 1 << 16)
            return time.perf_counter() - started
        finally:
            os.kill(pid, signal.SIGTERM)
            _drain(terminal)
            os.waitpid(pid, 0)
            os.close(terminal)


def _drain(terminal: int) -> None:
    """Read until the other side closes: it waits for its last words to be read."""
    with contextlib.suppress(OSError):
        while os.read(terminal, 1 << 16):
            pass
