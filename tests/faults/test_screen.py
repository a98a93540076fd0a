"""What happens to the screen: it is killed, or stopped for a while."""

import asyncio
import os
import re
import signal
import sys
import time
from pathlib import Path

import psutil

from engine.bench.pseudo_terminal import SECONDS_TO_WAIT, Pty
from engine.local.engine_process import EngineProcess
from engine.local.lab_list import look
from engine.local.lab_summary import Listed
from engine.local.name_lock import standing
from engine.local.paths import LabPaths
from engine.wire.answers import Text
from engine.wire.client import Client
from engine.wire.requests import Configure, Export, Open, Pause
from tests.faults.conftest import GROWTH, SECONDS, measured
from tests.faults.memory import Growth

LAB = (sys.executable, "-m", "tests.preloaded", "--name", "test", "--pace", "500")


def lab_now(name: str = "test") -> Listed:
    """The lab, as `makemore-tui ls` tells of it."""
    lab = asyncio.run(look(LabPaths(name)))
    assert lab is not None
    return lab


def step_of(lab: Listed) -> int:
    assert lab.step is not None
    return lab.step


def pace(seconds: float) -> float:
    """The steps a second that the engine makes meanwhile."""
    first, began = step_of(lab_now()), time.monotonic()
    time.sleep(seconds)
    return (step_of(lab_now()) - first) / (time.monotonic() - began)


def eventually_past(step: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while step_of(lab_now()) < step:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def training(terminal: Pty) -> psutil.Process:
    """Start a long training; the engine's process."""
    terminal.wait_for("idle", "0/100")
    terminal.press("N")
    terminal.wait_for("● training")
    _, holder = standing(LabPaths("test"))
    assert holder is not None
    return psutil.Process(holder.pid)


def stop() -> None:
    async def ended() -> None:
        engine = EngineProcess("test")
        await engine.start()
        await engine.stop()

    asyncio.run(ended())


def test_after_a_death_what_was_open_comes_back_and_not_the_lab_before(folder: Path) -> None:
    (folder / "other.txt").write_text("ab\nba\n")

    async def open_another() -> None:
        client = await Client.connect(LabPaths("test").socket)
        await client.call(Open(str(folder / "other.txt"), device="cpu"))
        await client.close()

    with Pty(LAB, 120, 40, {}) as terminal:
        terminal.wait_for("idle", "names.txt", "0/100")
        terminal.press("n")
        terminal.wait_for("done", "100/100")
        asyncio.run(open_another())
        terminal.wait_for("idle", "other.txt")
        engine = psutil.Process(lab_now("other").pid)
        engine.kill()
        terminal.wait_for("SIGKILL")
        terminal.press("")  # ctrl+r
        terminal.wait_until(lambda screen: "SIGKILL" not in screen, "the banner to go")
        terminal.wait_for("idle", "other.txt")
        assert lab_now("other").data == str(folder / "other.txt")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_a_screen_that_is_killed_costs_the_training_nothing() -> None:
    with Pty(LAB, 120, 40, {}) as terminal:
        training(terminal)
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.wait_for_exit()
    lab = lab_now()
    assert (lab.state, lab.clients) == ("training", 0)
    eventually_past(step_of(lab) + 500)

    async def losses() -> list[str]:
        client = await Client.connect(LabPaths("test").socket)
        await client.call(Pause())
        answer = await client.call(Export("loss"))
        assert isinstance(answer, Text)
        await client.call(Configure({"pace": 20.0}))  # every control is there
        await client.close()
        return answer.text.splitlines()

    lines = asyncio.run(losses())
    lab = lab_now()
    assert lab.state == "paused"
    assert len(lines) == step_of(lab) + 1, "a line for each step, and one above"
    stop()


def test_a_screen_that_stands_still_slows_no_training_and_goes_on_where_the_training_is() -> None:
    with Pty(LAB, 120, 40, {}) as terminal:
        engine, screen = training(terminal), psutil.Process(terminal.pid)
        growths = [Growth(process) for process in (engine, screen)]
        with_it = pace(1.0)
        os.kill(terminal.pid, signal.SIGSTOP)
        without = pace(SECONDS)
        stood = step_of(lab_now())
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.wait_until(lambda text: _shown(text) >= stood, "the step of now")
        terminal.wait_until(lambda text: _shown(text) > stood + 100, "the next steps")
        grown = [growth.bytes for growth in growths]
        measured(
            f"{without:.1f} steps/s of 500, {with_it:.1f} before", engine=grown[0], screen=grown[1]
        )
        assert without > 0.5 * with_it, "the training is held up"
        assert max(grown) < GROWTH
        stop()
        terminal.wait_for("This lab was stopped from elsewhere.")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def _shown(text: str) -> int:
    found = re.search(r"([\d,]+)/1,000,000", text)
    return int(found[1].replace(",", "")) if found else -1
