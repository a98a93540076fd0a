"""The whole program with its engine on another machine, which a stand-in for ssh plays."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from engine.bench.pseudo_terminal import Pty
from tests.box import Box
from tests.end_to_end.conftest import engines
from tests.end_to_end.test_lab import COMMAND, restored
from tests.end_to_end.test_leaving import BASH


def step(screen: str) -> int:
    """The step that is shown."""
    found = re.search(r"([\d,]+)/[\d,]+", screen)
    return int(found[1].replace(",", "")) if found else -1


def test_a_training_on_another_machine_outlives_its_link_and_its_screen(
    here: dict[str, str], box: Box, tmp_path: Path
) -> None:
    with Pty((*COMMAND, "--host", "me@box"), 120, 40, here) as terminal:
        terminal.wait_for("10,120", "idle", "0/100")
        assert not engines(tmp_path), "no engine runs here"
        (engine,) = engines(box.state)
        terminal.press("N")
        terminal.wait_for("● training")
        box.fails()
        box.signal_links(signal.SIGKILL)
        terminal.wait_for("link down", "The training goes on there.", "Network is unreachable")
        stood = step(terminal.text())
        terminal.press("s")
        terminal.wait_for("The link is down:")
        assert engine.is_running()
        box.calls_back()
        terminal.wait_until(
            lambda screen: "link down" not in screen and step(screen) > stood, "the training"
        )
        assert engines(box.state) == [engine]
        terminal.press("D")
        assert terminal.wait_for_exit() == 0
        assert restored(terminal.raw)
        assert b"makemore-tui attach --host me@box names takes it" in terminal.raw
    with Pty((*COMMAND, "attach", "--host", "me@box"), 80, 24, here) as terminal:
        terminal.wait_for("● training")
        assert engines(box.state) == [engine]
        terminal.press("q")
        terminal.wait_for("Quit while it trains?", "attach --host me@box names")
        terminal.press("s")
        assert terminal.wait_for_exit() == 0
        assert restored(terminal.raw)
    engine.wait(20)
    assert not list((box.folder / "run").glob("*/*.sock"))
    assert not box.links()


@pytest.mark.skipif(BASH is None, reason="no bash here")
def test_a_screen_that_was_stopped_for_long_comes_back_by_itself(
    here: dict[str, str], box: Box, tmp_path: Path
) -> None:
    box.is_impatient()
    box.program(
        tmp_path / "lab",
        "from engine.remote import connection\nconnection.SECONDS_OF_SILENCE = 0.1",
    )
    shell = (str(BASH), "--norc", "--noprofile", "-i")
    with Pty(shell, 80, 24, {**here, "PS1": "shell> "}) as terminal:
        terminal.wait_for("shell>")
        terminal.press(f"{tmp_path}/lab --host me@box\r")
        terminal.wait_for("10,120", "idle", "0/100")
        terminal.press("ctrl+z")
        terminal.wait_for("Stopped", "shell> ")
        for _ in range(1200):
            if not box.links():
                break
            terminal.read(0.05)
        assert not box.links(), "the other side hangs up"
        terminal.press("fg\r")
        terminal.wait_for("link down")
        terminal.wait_until(lambda screen: "link down" not in screen, "the link")
        terminal.wait_for("10,120", "idle", "0/100")
        terminal.press("q")
        terminal.wait_for("shell> ")
        assert not engines(box.state)


def test_an_engine_that_dies_there_starts_again_with_a_key(here: dict[str, str], box: Box) -> None:
    with Pty((*COMMAND, "--host", "me@box"), 80, 24, here) as terminal:
        terminal.wait_for("10,120", "idle", "0/100")
        (engine,) = engines(box.state)
        engine.kill()
        terminal.wait_for(
            "engine ended", "The lab names does not run any more: it did not end well"
        )
        terminal.press("ctrl+r")
        terminal.wait_for("idle", "0/100")
        terminal.wait_until(lambda screen: "engine ended" not in screen, "the engine")
        (other,) = engines(box.state)
        assert other != engine
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    other.wait(20)


def test_a_login_that_is_refused_is_not_tried_again_by_itself(
    here: dict[str, str], box: Box
) -> None:
    with Pty((*COMMAND, "--host", "me@box"), 80, 24, here) as terminal:
        terminal.wait_for("10,120", "idle", "0/100")
        box.fails("me@box: Permission denied (publickey).\r\n")
        box.signal_links(signal.SIGKILL)
        terminal.wait_for("link down", "ssh-agent", "ctrl+r tries again.")
        calls = len(box.calls())
        terminal.wait_until_quiet(1.5)
        assert len(box.calls()) == calls
        box.calls_back()
        terminal.press("ctrl+r")
        terminal.wait_until(lambda screen: "link down" not in screen, "the link")
        terminal.wait_for("idle")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("sys.stderr.write('\\x1b[2J\\x07gone\\n'); sys.exit(255)", "ssh does not reach me@box"),
        ("os.write(1, b'{\"name\": 7}\\n'); sys.exit(0)", "is of another version"),
        ("sys.exit(127)", "me@box has no makemore-tui"),
    ],
)
def test_what_keeps_the_screen_from_beginning_is_a_sentence(
    mode: str, said: str, here: dict[str, str], box: Box
) -> None:
    box.does(mode)
    with Pty((*COMMAND, "--host", "me@box"), 120, 24, here) as terminal:
        assert terminal.wait_for_exit() == 1
        assert said in terminal.text()
        assert b"Traceback" not in terminal.raw
        assert b"\x1b" not in terminal.raw
        assert b"\x07" not in terminal.raw


def test_ctrl_c_ends_an_ssh_that_asks_or_hangs(here: dict[str, str], box: Box) -> None:
    box.does(
        f"open({str(box.folder)!r} + '/links/' + str(os.getpid()), 'w')\n"
        "open('/dev/tty', 'w').write('password: '); import time; time.sleep(1000)"
    )
    with Pty((*COMMAND, "--host", "me@box"), 80, 24, here) as terminal:
        terminal.wait_for("password:")
        terminal.press("ctrl+c")
        assert terminal.wait_for_exit() == 130
        assert "makemore-tui: interrupted." in terminal.text()
        assert b"Traceback" not in terminal.raw
    psutil.wait_procs(map(psutil.Process, box.links()), 20)
    assert not box.links()


def test_a_lab_there_whose_name_is_taken_is_attached_to(here: dict[str, str], box: Box) -> None:
    with Pty((*COMMAND, "--host", "me@box", "--name", "mine"), 80, 24, here) as terminal:
        terminal.wait_for("10,120", "idle", "0/100")
        terminal.press("D")
        assert terminal.wait_for_exit() == 0
    # Wide, so that the question is on one line, wherever the checkout is.
    with Pty((*COMMAND, "--host", "me@box", "--name", "mine"), 240, 24, here) as terminal:
        terminal.wait_for("names.txt (idle, step 0).", "Attach? [Y/n]")
        terminal.press("\r")
        terminal.wait_for("10,120", "idle", "0/100")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    gone = subprocess.run(
        (*COMMAND, "attach", "--host", "me@box", "mine"), capture_output=True, check=False, env=here
    )
    assert gone.returncode == 2, "it needs a terminal"


def test_a_file_of_the_home_folder_there_is_opened(here: dict[str, str], box: Box) -> None:
    (box.folder / "home" / "drôle de nom.txt").write_text("ab\nba\n")
    command = (sys.executable, "-m", "tui", "--host", "me@box", "--data", "~/drôle de nom.txt")
    with Pty(command, 120, 40, here) as terminal:
        terminal.wait_for("idle", "0/100", "drôle de nom.txt")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
