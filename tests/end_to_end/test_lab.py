"""The whole program in a real terminal, with the real engine."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from engine.bench.pseudo_terminal import Pty
from tests.end_to_end.conftest import engines
from tests.pseudo_terminal import hang_up

COMMAND = (sys.executable, "-m", "tests.preloaded")  # whose engines are forks
FROM_NOTHING = (sys.executable, "-m", "tui")


def restored(raw: bytes) -> bool:
    """Whether every mode that was switched on has been switched off again."""
    final: dict[bytes, bytes] = {}
    for modes, switch in re.findall(rb"\x1b\[\?([0-9;]+)([hl])", raw):
        final |= dict.fromkeys(modes.split(b";"), switch)
    on_at_rest = {b"25", b"7"}  # the cursor and wrapping at the edge
    return all((mode in on_at_rest) == (switch == b"h") for mode, switch in final.items())


@pytest.mark.parametrize(
    ("command", "columns", "lines"), [(FROM_NOTHING, 80, 24), (COMMAND, 120, 40)]
)
def test_a_person_opens_trains_samples_and_quits(
    command: tuple[str, ...], columns: int, lines: int, environment: dict[str, str], tmp_path: Path
) -> None:
    with Pty(command, columns, lines, environment) as terminal:
        terminal.wait_for("10,120", "idle", "0/100")
        processes = engines(tmp_path)
        assert processes
        terminal.press(">", ">", ">")
        terminal.press(" ")
        terminal.wait_for("done", "100/100")
        terminal.wait_until(
            lambda screen: re.search(r"2\.4[56]\d", screen), "the loss of names.txt"
        )
        # The keyed stream's first names, drawn as the data opened: the first are in sight.
        terminal.wait_for("doasyvo", " 10 ")
        terminal.press("s")
        terminal.wait_for(" 20 ")
        terminal.press("c")
        terminal.wait_for("Score a word")
        terminal.press("escape")
        terminal.wait_until(lambda screen: "Score a word" not in screen, "the dialog to close")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert b"Warning" not in terminal.raw
        assert b"Traceback" not in terminal.raw
        assert restored(terminal.raw)
        _, alive = psutil.wait_procs(processes, timeout=20)
        assert not alive
    assert not list(Path(environment["XDG_RUNTIME_DIR"]).glob("*/*")), "no socket is left behind"


def test_quitting_while_the_engine_starts_leaves_nothing_behind(
    environment: dict[str, str],
) -> None:
    with Pty(FROM_NOTHING, 80, 24, environment) as terminal:
        terminal.wait_for("Bigrams")
        processes = psutil.Process(terminal.pid).children(recursive=True)
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert restored(terminal.raw)
        _, alive = psutil.wait_procs(processes, timeout=20)
        assert not alive
    assert not list(Path(environment["XDG_RUNTIME_DIR"]).glob("*/*.sock"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_clean_and_the_engine_alone(
    number: signal.Signals, environment: dict[str, str], tmp_path: Path
) -> None:
    with Pty(COMMAND, 80, 24, environment) as terminal:
        terminal.wait_for("idle")
        os.kill(terminal.pid, number)
        terminal.wait_for_exit()
        assert restored(terminal.raw)
    assert len(engines(tmp_path)) == 1


def test_a_training_goes_on_when_the_terminal_is_lost_and_is_taken_up_elsewhere(
    environment: dict[str, str], tmp_path: Path
) -> None:
    # Without SIGHUP: what counts is that nothing can be written any more.
    with Pty(("env", "--ignore-signal=HUP", *COMMAND), 80, 24, environment) as terminal:
        terminal.wait_for("idle")
        terminal.press("N", "]", "S")
        terminal.wait_for("training", "smoothing 2")
        hang_up(terminal)
    (lab,) = listed(environment)
    assert (lab["state"], lab["clients"]) == ("training", 0)
    with Pty((*COMMAND, "attach"), 120, 40, environment) as terminal:
        terminal.wait_for("training", "smoothing 2", "/1,000,000", "names.txt")
        terminal.press(" ")
        terminal.wait_for("paused")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert listed(environment) == []
    assert engines(tmp_path) == []


def test_a_second_lab_of_the_same_name_is_offered_to_attach_to(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with Pty(COMMAND, 80, 24, environment) as first:
        first.wait_for("idle")
        first.press("n")
        first.wait_for("done")
        # Wide, so that the question is on one line, wherever the checkout is.
        with Pty(COMMAND, 240, 24, environment) as second:
            second.wait_for("A lab called names runs on /", "names.txt (done, step 100). Attach?")
            second.press("n\r")
            assert second.wait_for_exit() == 1
            assert "another --name" in second.text()
        with Pty(COMMAND, 240, 24, environment) as second:
            second.wait_for("Attach?")
            second.press("\r")
            second.wait_for("done", "100/100")
            first.press("[")
            second.wait_for("smoothing 0.5")
            second.press("q")
            assert second.wait_for_exit() == 0
            assert b"The lab names goes on, on other screens" in second.raw
        first.press("q")
        assert first.wait_for_exit() == 0
    assert engines(tmp_path) == []


def test_a_lab_that_dies_while_one_is_asked_whether_to_attach_is_not_begun_anew(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with Pty(COMMAND, 80, 24, environment) as first:
        first.wait_for("idle")
        first.press("n")
        first.wait_for("done")
        with Pty(COMMAND, 240, 24, environment) as second:
            second.wait_for("Attach?")
            (engine,) = engines(tmp_path)
            engine.kill()
            engine.wait(20)
            second.press("\r")
            second.wait_for("did not end well", "takes it up from its newest save")
            second.press("\x12")  # ctrl+r
            second.wait_for("done", "100/100")
            second.press("q")
            assert second.wait_for_exit() == 0
    assert engines(tmp_path) == []


def listed(environment: dict[str, str]) -> list[dict[str, object]]:
    """What `ls` tells."""
    done = subprocess.run(
        (*COMMAND, "ls", "--json"),
        env={**os.environ, **environment}, capture_output=True, check=True,
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_an_engine_that_dies_is_started_again_with_a_key(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with Pty(COMMAND, 120, 40, environment) as terminal:
        terminal.wait_for("idle", "10,120")
        (engine,) = engines(tmp_path)
        engine.kill()
        terminal.wait_for("SIGKILL", "names.log")
        terminal.press("\x12")  # ctrl+r
        terminal.wait_for("idle", "10,120")
        terminal.wait_until(lambda screen: "SIGKILL" not in screen, "the banner to go")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_control_characters_of_the_data_never_reach_the_terminal(
    environment: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "escapes\x1b[31m.txt"
    path.write_text("a\x1b]0;owned\x07b\nb\x9b2J\u202ea\n" * 3)
    with Pty((*COMMAND, "--data", str(path)), 120, 40, environment) as terminal:
        terminal.wait_for("idle")
        terminal.press("s")
        terminal.wait_for("\\x")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert b"\x1b]0;owned" not in terminal.raw
        assert b"\xc2\x9b" not in terminal.raw
        assert "\u202e".encode() not in terminal.raw
        assert b"escapes\x1b" not in terminal.raw


def test_a_file_is_opened_by_completion_and_its_matrix_exported(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "words.txt").write_text("emma\nava\n")
    (tmp_path / "data" / "wordless.txt").write_text("\n\n")
    with Pty(COMMAND, 80, 24, environment) as terminal:
        terminal.wait_for("10,120", "idle")
        terminal.press("o")
        terminal.wait_for("Open a file")
        terminal.press(f"{tmp_path}/da", "tab")
        terminal.wait_for("words.txt", "9 B")
        terminal.press("w", "tab", "l")  # faster than it is completed
        terminal.wait_for("data/wordl ")
        terminal.press("tab", "enter")
        terminal.wait_for("2 blank lines and no word")
        terminal.press(*["\x7f"] * len("less.txt"), "s", "tab")
        terminal.wait_for("words.txt")
        terminal.press("enter")
        terminal.wait_until(lambda screen: "Open a file" not in screen, "the dialog to close")
        terminal.wait_for("words.txt", "idle")
        terminal.press("o")
        terminal.wait_for("Open a file", "the built-in names")
        terminal.wait_until(lambda screen: screen.count("data/words.txt") >= 2, "the recent file")
        terminal.press("escape")
        terminal.wait_until(lambda screen: "Open a file" not in screen, "the dialog to close")
        terminal.press("e")
        terminal.wait_for("Export", "words-counts.csv")
        terminal.press(f"{tmp_path}/out.csv", "enter")
        terminal.wait_until(lambda screen: "Export" not in screen, "the file to be written")
        assert (tmp_path / "out.csv").read_text() == (
            ",.,a,e,m,v\n.,0,1,1,0,0\na,2,0,0,0,1\ne,0,0,0,1,0\nm,0,1,0,1,0\nv,0,1,0,0,0\n"
        )
        terminal.press("y")
        terminal.wait_for("Copied bigrams: 6 lines")
        assert b"\x1b]52;c;" in terminal.raw
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    recent = tmp_path / "makemore-tui" / "recent.json"
    assert str(tmp_path / "data" / "words.txt") in recent.read_text()
