"""The whole program through a real OpenSSH server on the loopback."""

import signal
from collections.abc import Iterator

import psutil
import pytest

from engine.bench.pseudo_terminal import Pty
from tests.box import Box
from tests.end_to_end.conftest import engines
from tests.end_to_end.test_lab import COMMAND, restored
from tests.end_to_end.test_remote import step
from tests.openssh import OpenSSH, hindrance

pytestmark = pytest.mark.skipif(bool(hindrance()), reason=hindrance())


@pytest.fixture
def server(box: Box) -> Iterator[OpenSSH]:
    server = OpenSSH(box)
    yield server
    server.close()


def test_a_training_outlives_a_connection_of_openssh(
    server: OpenSSH,
    here: dict[str, str],
    box: Box,
) -> None:
    program = str(box.folder / "programs" / "makemore-tui")
    there = ("--host", "box", "--remote-program", program)
    with Pty((*COMMAND, *there), 120, 40, here) as terminal:
        terminal.wait_for("10,120", "idle", "0/100")
        (engine,) = engines(box.state)
        terminal.press("N")
        terminal.wait_for("● training")
        server.close()
        terminal.wait_for("link down", "The training goes on there.", "Connection refused")
        stood = step(terminal.text())
        assert engine.is_running()
        server.open()
        terminal.wait_until(
            lambda screen: "link down" not in screen and step(screen) > stood, "the training"
        )
        assert engines(box.state) == [engine]
        terminal.press("D")
        assert terminal.wait_for_exit() == 0
        assert restored(terminal.raw)
    with Pty((*COMMAND, "attach", *there), 80, 24, here) as terminal:
        terminal.wait_for("● training")
        terminal.press("q")
        terminal.wait_for("Quit while it trains?")
        terminal.press("s")
        assert terminal.wait_for_exit() == 0
    engine.wait(20)
    psutil.wait_procs(server.connections(), 20)
    assert not server.connections()


def test_a_connection_of_openssh_that_is_half_open_is_noticed(
    server: OpenSSH,
    here: dict[str, str],
    box: Box,
) -> None:
    program = str(box.folder / "programs" / "makemore-tui")
    with Pty((*COMMAND, "--host", "box", "--remote-program", program), 120, 40, here) as terminal:
        terminal.wait_for("10,120", "idle", "0/100")
        for connection in server.connections():
            connection.send_signal(signal.SIGSTOP)
        terminal.wait_for("link down")
        terminal.wait_until(lambda screen: "link down" not in screen, "another connection")
        terminal.wait_for("idle", "0/100")
        terminal.press("D")
        assert terminal.wait_for_exit() == 0


def test_a_key_that_openssh_does_not_let_in_is_a_sentence(
    server: OpenSSH,
    here: dict[str, str],
    box: Box,
) -> None:
    (box.folder / "sshd" / "user.pub").write_text("")
    with Pty((*COMMAND, "--host", "box"), 120, 24, here) as terminal:
        assert terminal.wait_for_exit() == 1
        assert "Permission denied (publickey)). Load a key" in terminal.text().replace("\n", "")


def test_a_machine_that_openssh_does_not_know_is_a_sentence(
    server: OpenSSH,
    here: dict[str, str],
    box: Box,
) -> None:
    (box.folder / "sshd" / "known").write_text("")
    with Pty((*COMMAND, "--host", "box"), 120, 24, here) as terminal:
        assert terminal.wait_for_exit() == 1
        assert "Run ssh box in a shell to see why." in terminal.text().replace("\n", "")
