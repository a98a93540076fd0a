"""A config file and the options of the command line, as a person at a terminal meets them."""

from pathlib import Path

import pytest

from engine.bench.pseudo_terminal import Pty
from tests.end_to_end.test_lab import COMMAND, restored


@pytest.fixture
def path(environment: dict[str, str]) -> Path:
    """Where the lab reads its configuration."""
    folder = Path(environment["XDG_CONFIG_HOME"]) / "makemore-tui"
    folder.mkdir()
    return folder / "config.toml"


def test_a_wrong_file_is_told_before_the_screen_is_touched(
    environment: dict[str, str], path: Path
) -> None:
    path.write_text('[keys]\nsamples.drew = "f5"\n')
    with Pty(COMMAND, 120, 24, environment) as terminal:
        assert terminal.wait_for_exit() == 2
        told = " ".join(terminal.raw.decode().split())
        assert told.endswith(
            'keys: there is no action "samples.drew". The nearest is samples.draw.'
        )
        assert b"\x1b" not in terminal.raw


def test_the_file_and_the_options_reach_the_lab_and_its_engine(
    environment: dict[str, str], path: Path
) -> None:
    path.write_text(
        'pace = 5\nframes = 4\nascii = true\n[keys]\nsamples.draw = "n"\ntrain.more = "s"\n'
    )
    with Pty((*COMMAND, "--pace", "no limit"), 120, 40, environment) as terminal:
        terminal.wait_for("idle", "pace no limit", "runna", " 10 ")
        terminal.press("s")
        terminal.wait_for("100/100", "done")
        terminal.press("n")
        terminal.wait_for(" 20 ")  # names
        assert terminal.text().isascii()
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert restored(terminal.raw)


def test_another_file_keeps_the_pace_of_the_opening(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "words.txt").write_text("ab\nba\n")
    with Pty((*COMMAND, "--pace", "7"), 120, 40, environment) as terminal:
        terminal.wait_for("idle", "pace 7/s")
        terminal.press("o")
        terminal.wait_for("Open a file")
        terminal.press("\x15", str(tmp_path / "words.txt"), "enter")
        terminal.wait_for("words.txt", "idle", "pace 7/s")
        terminal.press("ctrl+c", "ctrl+c")
        assert terminal.wait_for_exit() == 0
