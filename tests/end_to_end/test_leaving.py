"""Ctrl+C, Ctrl+Z and keys typed ahead, in a real terminal under a real shell."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from engine.bench.pseudo_terminal import Pty
from engine.checkpoints.header import peek
from tests.end_to_end.conftest import engines
from tests.end_to_end.test_lab import COMMAND, restored
from tests.pseudo_terminal import wait_for_exit_unread

BASH = shutil.which("bash")
LAB = (
    f"{sys.executable} -m tests.preloaded --slow-link"  # no cursor blinks, so that it comes to rest
)


@pytest.fixture
def shell(environment: dict[str, str]) -> Iterator[Pty]:
    """An interactive shell: only under one can a job be stopped and continued."""
    if BASH is None:
        pytest.skip("no bash here")
    command = (BASH, "--norc", "--noprofile", "-i")
    with Pty(command, 80, 24, {**environment, "PS1": "shell> "}) as terminal:
        terminal.wait_for("shell>")
        yield terminal
        for process in psutil.Process(terminal.pid).children(recursive=True):
            process.kill()


@pytest.mark.parametrize("command", [LAB, f"sh -c '{LAB}; true'"], ids=["alone", "in a script"])
@pytest.mark.parametrize("dialog", ["", "c"], ids=["the lab", "a dialog"])
def test_ctrl_z_gives_the_shell_back_and_fg_the_whole_screen(
    shell: Pty, command: str, dialog: str
) -> None:
    shell.press(command + "\r")
    shell.wait_for("10,120", "idle", "0/100")
    if dialog:
        shell.press(dialog)
        shell.wait_for("Score a word")
    shell.wait_until_quiet()
    before = shell.text()
    for _ in range(2):
        began = len(shell.raw)
        shell.press("ctrl+z")
        shell.wait_for("Stopped", "shell> ")
        assert restored(shell.raw[began : shell.raw.index(b"Stopped", began)])
        shell.press("echo $((6*7))\r")
        shell.wait_for("42")
        shell.press("fg\r")
        shell.wait_until(lambda screen: screen == before, "the screen as it was")
        shell.wait_until_quiet()  # what is typed while a terminal changes its mode may be lost
    if dialog:
        shell.press("escape")
        shell.wait_until(lambda screen: "Score a word" not in screen, "the dialog to close")
    shell.press("n")
    shell.wait_for("● training")
    began = len(shell.raw)
    shell.press("ctrl+c", "ctrl+c")
    shell.wait_until(lambda _: b"shell> " in shell.raw[began:], "the shell's prompt")


def test_of_two_screens_that_quit_at_once_one_ends_the_engine(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with Pty(COMMAND, 200, 40, environment) as one:
        one.wait_for("idle", "0/100")
        with Pty((*COMMAND[:3], "attach"), 200, 40, environment) as other:
            for terminal in (one, other):
                terminal.wait_for("screens 2")
            for terminal in (one, other):
                terminal.press("q")
            assert [terminal.wait_for_exit() for terminal in (one, other)] == [0, 0]
    assert engines(tmp_path) == []


def test_ctrl_z_where_no_shell_waits_does_no_harm(environment: dict[str, str]) -> None:
    with Pty(COMMAND, 80, 24, environment) as terminal:
        terminal.wait_for("idle", "0/100")
        terminal.wait_until_quiet()
        before = terminal.text()
        terminal.press("ctrl+z")
        terminal.wait_until_quiet()
        assert terminal.text() == before
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert restored(terminal.raw)


def test_being_continued_at_any_moment_does_no_harm(environment: dict[str, str]) -> None:
    with Pty((*COMMAND, "--frames", "60"), 120, 40, environment) as terminal:
        terminal.wait_for("idle", "0/100")
        terminal.press(*">" * 40, "N")
        terminal.wait_for("no limit", "● training")
        for _ in range(40):
            began = len(terminal.raw)
            os.kill(terminal.pid, signal.SIGCONT)
            terminal.count(0.05)
        # The last thing that it tells its terminal; a key before that may be lost.
        terminal.wait_until(lambda _: b"\x1b[?2004h" in terminal.raw[began:], "the screen's return")
        terminal.press(" ")
        terminal.wait_for("◑ paused")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert restored(terminal.raw)


def test_ctrl_c_twice_quits_and_leaves_the_terminal_clean(environment: dict[str, str]) -> None:
    with Pty(COMMAND, 80, 24, environment) as terminal:
        terminal.wait_for("idle", "0/100")
        terminal.press("c")
        terminal.wait_for("Score a word")
        terminal.press("ctrl+c")
        terminal.wait_for("Press ctrl+c again to quit")
        terminal.press("ctrl+c")
        assert terminal.wait_for_exit() == 0
        assert restored(terminal.raw)


def test_a_word_typed_together_with_the_key_of_its_dialog_is_scored(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with Pty(COMMAND, 80, 24, environment) as terminal:
        terminal.wait_for("idle", "0/100")
        terminal.press("cquincy")
        terminal.wait_for("q → u", "c → y", "quincy")
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0


@pytest.mark.parametrize("leave", ["SIGTERM", "ctrl+c"])
def test_a_lab_ends_though_its_terminal_does_not_read_and_restores_it(
    leave: str, environment: dict[str, str], tmp_path: Path
) -> None:
    with Pty(COMMAND, 120, 40, environment) as terminal:
        terminal.wait_for("10,120", "idle")
        terminal.press(*">" * 40, *"N" * 9)
        terminal.wait_for("no limit", "training", "/9,000,000")
        (engine,) = engines(tmp_path)
        # Each "m" redraws the matrix, each "y" is copied: more than a pty holds.
        for _ in range(40):
            terminal.press("m", "y")
            time.sleep(0.05)  # time in which nobody reads, which is what is tested
        if leave == "SIGTERM":
            os.kill(terminal.pid, signal.SIGTERM)
        else:
            terminal.press("ctrl+c", "ctrl+c")
        assert wait_for_exit_unread(terminal, 60.0) == 0
        assert engine.is_running(), "it trains on"
        while terminal.read(0.1):
            pass
        assert restored(terminal.raw)


@pytest.mark.parametrize(
    ("option", "trouble"),
    [("--data", "no such file"), ("--resume", "no such file"), ("--resume=", "is no checkpoint")],
)
def test_what_is_not_there_is_told_before_the_screen_begins(
    option: str, trouble: str, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "list").write_text("emma\n")
    given = (option + str(tmp_path / "list"),) if option.endswith("=") else (option, "/nowhere")
    with Pty((*COMMAND, *given), 250, 30, environment) as terminal:
        assert terminal.wait_for_exit() == 1
        assert trouble in terminal.text()
        assert b"\x1b[?1049h" not in terminal.raw, "no screen began"


def test_the_file_of_a_lab_is_written_by_its_engine_whoever_ends_it(
    environment: dict[str, str], tmp_path: Path
) -> None:
    data, mine, saves = tmp_path / "words.txt", tmp_path / "mine", tmp_path / "makemore-tui/labs"
    data.write_text("apple\npear\nplum\n" * 5)
    kept = (*COMMAND, "--data", str(data), "--save")
    with Pty((*kept, str(data)), 250, 30, environment) as terminal:
        terminal.wait_for("is no checkpoint: it is not written over")
        assert terminal.wait_for_exit() == 1
    assert data.read_text() == "apple\npear\nplum\n" * 5
    with Pty((*kept, str(mine)), 250, 30, environment) as terminal:
        terminal.wait_for("0/100")
        terminal.press("N")
        terminal.wait_for("● training")
        terminal.press("D")
        assert terminal.wait_for_exit() == 0
    with Pty((*kept, str(mine)), 250, 30, environment) as terminal:
        terminal.wait_for("--save is for a lab that begins")
        assert terminal.wait_for_exit() == 1
    assert not mine.exists()
    stopped = subprocess.run(
        (*COMMAND, "stop", "words"), env={**os.environ, **environment}, capture_output=True
    )
    assert stopped.returncode == 0
    first = peek(mine).selected_run.step
    assert first == peek(max((saves / "words" / "saves").iterdir())).selected_run.step
    with Pty((*kept, str(mine), "--resume", str(mine)), 250, 30, environment) as terminal:
        terminal.wait_for("paused")
        terminal.press("N")
        terminal.wait_for("● training")
        terminal.press("q")
        terminal.wait_for("Quit while it trains?")
        terminal.press("s")
        assert terminal.wait_for_exit() == 0
        assert "makemore-tui attach words-2 goes on with it." in terminal.text()
    assert peek(mine).selected_run.step > first
    assert (
        peek(mine).selected_run.step
        == peek(max((saves / "words-2" / "saves").iterdir())).selected_run.step
    )
