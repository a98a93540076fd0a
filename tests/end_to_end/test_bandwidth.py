"""What the lab costs its terminal, and what a terminal that does not read costs the lab."""

import random
import re
import time
from typing import Any

import pytest

from engine.bench import terminal_traffic
from engine.bench.pseudo_terminal import SECONDS_TO_WAIT, Pty
from tests.faults.conftest import SECONDS
from tests.faults.memory import Growth
from tests.pseudo_terminal import resize

MEBIBYTE = 1 << 20


@pytest.fixture
def forked_engine(fork_server: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lab's engine is a fork, as no figure of it is asked for."""

    def forking(command: tuple[str, ...], *rest: Any) -> Pty:
        python, m, _, *options = command
        return Pty((python, m, "tests.preloaded", *options), *rest)

    monkeypatch.setattr(terminal_traffic, "Pty", forking)


def test_idle_it_sends_nothing_and_does_nothing() -> None:
    for bar in terminal_traffic.idle(10.0):
        assert bar.is_met, bar.row()


@pytest.mark.usefixtures("forked_engine")
def test_a_cursor_move_is_a_few_hundred_bytes() -> None:
    bar = terminal_traffic.moving()
    assert bar.is_met, bar.row()


@pytest.mark.usefixtures("forked_engine")
@pytest.mark.parametrize(
    ("view", "options"), [("counts", ()), ("net", ()), ("net", ("--slow-link",))]
)
def test_training_fits_a_slow_connection(view: str, options: tuple[str, ...]) -> None:
    bar = terminal_traffic.training(view, *options)
    assert bar.is_met, bar.row()


def step_of(terminal: Pty) -> int:
    found = re.search(r"([\d,]+)/[\d,]+", terminal.text())
    assert found
    return int(found[1].replace(",", ""))


def test_a_terminal_that_does_not_read_slows_nothing_and_makes_nothing_grow() -> None:
    with terminal_traffic.lab() as terminal:
        terminal.press(*">" * 40, *"N" * 9)
        terminal.wait_for("no limit", "training", "/9,000,000")
        terminal.count(2.0)
        processes = terminal.processes()
        first, started = step_of(terminal), time.monotonic()
        terminal.count(2.0)
        rate = (step_of(terminal) - first) / (time.monotonic() - started)
        before, growths = step_of(terminal), [Growth(process) for process in processes]
        started = time.monotonic()
        # Each of them redraws the matrix: far more than a pty holds.
        for _ in range(int(max(6.0, SECONDS) / 0.15)):
            terminal.press("m")
            time.sleep(0.15)  # time in which nobody reads, which is what is tested
        unread = time.monotonic() - started
        grown = [growth.bytes for growth in growths]
        terminal.press("n")
        terminal.wait_for("/9,000,100")
        made = step_of(terminal) - before
        assert made > 0.4 * rate * unread, "the training went on"
        assert grown[0] < 8 * MEBIBYTE, "the screen keeps no backlog"
        assert grown[1] < 8 * MEBIBYTE + 3 * 8 * made, "the engine keeps the losses alone"


def drawn(terminal: Pty) -> list[list[tuple[object, ...]]]:
    """Every cell: a blank's ink cannot be seen."""
    screen = terminal.screen
    cells = [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]
    return [
        [(c.data, c.bg, c.reverse, (c.fg, c.bold) if c.data.strip() else ()) for c in line]
        for line in cells
    ]


KEYS = ["right", "down", "m", "M", "]", "[", "s", " ", ".", ">", "tab", "1", "2", "3", "4",
        "z", "?", "escape", "c", "emma", "escape", "o", "escape", "ctrl+p", "escape", "y", "f", "n",
        "x", "t", "w", "r"]  # fmt: skip


ESCAPE = "\x1b[27u"  # unlike a lone 0x1b it stays a key of its own, whatever comes at once with it
GOES_ON = re.compile("● training|(?<!▌)▌(?!▌)")  # a toast's left edge; the band of shades has many


@pytest.mark.usefixtures("forked_engine")
def test_after_many_differences_the_screen_is_what_it_is_drawn_anew() -> None:
    chance = random.Random(0)
    with terminal_traffic.lab() as terminal:
        for _ in range(4):
            wander(terminal, chance)
            before, shown = drawn(terminal), terminal.text()
            sent = len(terminal.raw)
            terminal.press("ctrl+l")
            terminal.wait_until(lambda _, sent=sent: len(terminal.raw) > sent, "it drawn anew")
            terminal.wait_until_quiet(1.0)
            after = drawn(terminal)
            differ = [(y, x) for y, line in enumerate(after) for x in range(len(line))
                      if line[x] != before[y][x]]  # fmt: skip
            assert not differ, f"{shown}\n\ndrawn anew:\n{terminal.text()}"


def wander(terminal: Pty, chance: random.Random) -> None:
    """Press keys and change the size; at its end the screen is at rest, without a dialog."""
    for _ in range(60):
        terminal.press(chance.choice(KEYS))
        terminal.count(chance.choice([0.0, 0.02, 0.1]))
        if chance.random() < 0.1:
            resize(terminal, chance.choice([60, 80, 120]), chance.choice([20, 24, 40]))
    terminal.press(*[ESCAPE] * 5)
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while terminal.count(3.0) or GOES_ON.search(terminal.text()):
        assert time.monotonic() < deadline, terminal.text()
