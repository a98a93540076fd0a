"""`makemore-tui bench --terminal`: what the lab costs its terminal, measured in a real pty.

Bytes are what a slow connection has to carry; times run from a key to the cell that it changes, as
a terminal emulator sees it.
"""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from statistics import quantiles
from typing import Final

import psutil

from engine.bench.pseudo_terminal import Pty

COLUMNS, LINES = 120, 40
SECONDS_IDLE: Final = 10.0
MOVES: Final = 20
KEYS: Final = 200
STEPS: Final = 400_000  # of the training without a screen: some seconds
WINDOWS: Final = 3  # in which steps are counted, of which the fastest counts
SECONDS_A_WINDOW: Final = 4.0

ENVIRONMENT: Final = {
    "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "",
    "NO_COLOR": "",
}  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """A figure and what it may be."""

    what: str
    value: float
    limit: float
    unit: str
    at_least: bool = False  # the limit is the lower end

    @property
    def is_met(self) -> bool:
        """Whether the figure is on the right side of its limit."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def row(self) -> str:
        """A line of the table."""
        limit = f"{'at least' if self.at_least else 'at most'} {self.limit:g} {self.unit}"
        verdict = "" if self.is_met else "missed"
        return f"| {self.what} | {self.value:.3g} {self.unit} | {limit.strip()} | {verdict} |"


def bars() -> Iterator[Bar]:
    """Measure, one after the other."""
    yield from idle(SECONDS_IDLE)
    yield moving()
    yield training("counts")
    yield training("net")
    yield training("net", "--slow-link")
    with lab() as terminal:
        _train_without_end(terminal)
        yield Bar("a key while training at no pace limit, to its effect, 95th percentile",
                  latency(terminal) * 1000, 40, "ms")  # fmt: skip
        with_screen = max(_steps_per_second(terminal) for _ in range(WINDOWS))
    alone = max(_steps_per_second_alone() for _ in range(WINDOWS))
    yield Bar("steps a second with the screen open, against `train` without one",
              with_screen / alone, 0.9, "", at_least=True)  # fmt: skip


@contextmanager
def lab(*options: str) -> Iterator[Pty]:
    """A lab on the built-in names, idle, with nobody's configuration."""
    with tempfile.TemporaryDirectory() as folder:
        homes = {f"XDG_{kind}_HOME": folder for kind in ("CONFIG", "STATE", "CACHE")}
        homes["XDG_RUNTIME_DIR"] = folder
        command = (sys.executable, "-m", "tui", *options)
        with Pty(command, COLUMNS, LINES, {**ENVIRONMENT, **homes}) as terminal:
            try:
                terminal.wait_for("idle", "10,120")
                terminal.wait_until_quiet()
                yield terminal
                terminal.press("q")
                if "● training" in terminal.text():
                    terminal.wait_for("Stop: save")
                    terminal.press("s")
                terminal.wait_for_exit()
            except BaseException:  # the engine would outlive it
                with suppress(psutil.NoSuchProcess):
                    for process in terminal.processes()[1:]:
                        process.kill()
                raise


def idle(seconds: float) -> Iterator[Bar]:
    """Nothing happens: nothing is sent and nobody works."""
    with lab() as terminal:
        processes = terminal.processes()
        before = [_seconds_of(process) for process in processes]
        sent = terminal.count(seconds)
        worked = [_seconds_of(p) - b for p, b in zip(processes, before, strict=True)]
    yield Bar(f"idle for {seconds:g} s", sent, 0, "bytes")
    for who, busy in zip(("the screen", "the engine"), worked, strict=True):
        yield Bar(f"idle for {seconds:g} s: {who}", busy / seconds * 100, 1, "% of a core")


def moving() -> Bar:
    """The cursor goes down and to the right."""
    sent = []
    with lab() as terminal:
        for key in ("right", "down") * (MOVES // 2):
            before = len(terminal.raw)
            terminal.press(key)
            terminal.wait_until_quiet(0.2)
            sent.append(len(terminal.raw) - before)
    return Bar(f"one cursor move in the matrix, the dearest of {MOVES}", max(sent), 1500, "bytes")


def training(view: str, *options: str) -> Bar:
    """A hundred steps at the opening pace, with one view or another of the matrix."""
    with lab(*options) as terminal:
        if view == "net":
            terminal.press("m", "m")
            terminal.wait_until_quiet()
        before, started = len(terminal.raw), time.monotonic()
        terminal.press(" ")
        terminal.wait_for("done", "100/100")
        rate = (len(terminal.raw) - before) / (time.monotonic() - started)
    what = " ".join(("training at the opening pace, matrix of the", view, *options))
    return Bar(what, rate / 1024, 8 if options else 40, "KiB/s")


def latency(terminal: Pty) -> float:
    """Seconds from a key to its effect on the screen, 95th percentile."""
    seconds = []
    for number in range(KEYS):
        key, pair = ("left", "..") if number % 2 else ("right", ".a")
        started = time.perf_counter()
        terminal.press(key)
        terminal.wait_until(partial(_reads_out, pair), f"the pair {pair}")
        seconds.append(time.perf_counter() - started)
        terminal.count(0.013 * (number % 5))  # keys come at any moment of a frame
    return quantiles(seconds, n=20)[-1]


def _reads_out(pair: str, text: str) -> bool:
    """Whether the line below the matrix tells of a pair."""
    return re.search(rf"^│{re.escape(pair)}  ", text, re.MULTILINE) is not None


def _train_without_end(terminal: Pty) -> None:
    terminal.press(*">" * 40, *"N" * 5)
    terminal.wait_for("no limit", "training", "steps/s")


def _steps_per_second(terminal: Pty) -> float:
    before, started = _step(terminal), time.monotonic()
    terminal.count(SECONDS_A_WINDOW)
    return (_step(terminal) - before) / (time.monotonic() - started)


def _step(terminal: Pty) -> int:
    found = re.search(r"([\d,]+)/[\d,]+ ", terminal.text())
    return int(found[1].replace(",", "")) if found else 0


def _steps_per_second_alone() -> float:
    command = f"-m tui train --steps {STEPS} --every 0 --json".split()
    done = subprocess.run([sys.executable, *command], check=True, capture_output=True, text=True)
    seconds = json.loads(done.stdout.splitlines()[-1])["seconds"]
    return STEPS / seconds if seconds else math.inf


def _seconds_of(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
