"""Keys as the bytes of a terminal: an escape is not lost, whatever comes in the same packet."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.bench.pseudo_terminal import Pty
from tests.end_to_end.test_lab import COMMAND


@pytest.fixture
def lab(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pty]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.chdir(tmp_path)  # where an export would go
    with Pty(COMMAND, 80, 24, environment) as terminal:
        terminal.wait_for("idle", "0/100")
        yield terminal


def test_escape_closes_a_dialog_whatever_comes_at_once_with_it(lab: Pty, tmp_path: Path) -> None:
    for dialog, title, key in (
        ("e", "Export", "\r"),
        ("c", "Score a word", "7"),
        ("p", "Prefix", "\t"),
        ("?", "Help", " "),
    ):
        lab.press(dialog)
        lab.wait_for(f"─ {title}")
        lab.press(f"\x1b{key}")
        lab.wait_until(lambda screen, title=title: f"─ {title}" not in screen, f"{title} to close")
    lab.wait_for("100/100")  # the blank trains, once the help has closed
    assert not [*tmp_path.glob("*.csv")], "nothing was exported"


def test_a_control_key_that_comes_at_once_with_escape_is_carried_out_after_it(lab: Pty) -> None:
    lab.press("?")
    lab.wait_for("─ Help")
    lab.press("\x1b\x10")
    lab.wait_for("Train, or pause")
    lab.press("escape")
    lab.wait_until(lambda screen: "Train, or pause" not in screen, "the palette to close")
    assert "─ Help" not in lab.text(), "it was closed before"


def test_a_byte_that_is_no_text_ends_nothing(lab: Pty) -> None:
    lab.press("c")
    lab.wait_for("Score a word")
    lab.press("\udce9a")
    lab.wait_for("�a")
