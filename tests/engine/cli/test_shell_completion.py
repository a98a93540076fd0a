"""What a shell offers when a line is completed: the program is run as the shells run it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.group import COMMANDS

PROGRAM = "import sys; sys.argv[0] = 'makemore-tui'; from tui.__main__ import main; main()"
SHOW_MODULES = (
    "import atexit, sys; atexit.register(lambda: print(*(m for m in"
    " ('torch', 'numpy', 'textual', 'rich') if m in sys.modules), file=sys.stderr));"
)


def run(environment: dict[str, str], code: str = PROGRAM) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def offered(line: str, shell: str = "bash") -> list[str]:
    """The words that a shell is told, after a line that ends where the cursor is."""
    words = line.split(" ")
    environment = {"_MAKEMORE_TUI_COMPLETE": f"{shell}_complete", "COMP_WORDS": line}
    environment["COMP_CWORD"] = words[-1] if shell == "fish" else str(len(words) - 1)
    done = run(environment, SHOW_MODULES + PROGRAM)
    assert done.stderr.strip() == "", "nothing slow is imported"
    lines = done.stdout.splitlines()
    if shell == "zsh":
        return lines[1::3]
    return [line.partition(",")[2].split("\t")[0] or line for line in lines]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_line_without_a_command_is_completed_by_the_commands(shell: str) -> None:
    assert offered("makemore-tui ", shell) == ["lab", "attach", "config", "doctor", *COMMANDS]
    assert offered("makemore-tui sc", shell) == ["score"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_line_without_a_command_is_completed_by_the_options_of_the_lab(shell: str) -> None:
    options = offered("makemore-tui --", shell)
    assert {"--data", "--theme", "--colour", "--no-ascii", "--slow-link", "--version"} < {*options}
    assert len(options) == len({*options})
    assert offered("makemore-tui --theme dark --pa", shell) == ["--pace"]


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("makemore-tui --theme ma", ["makemore-dark", "makemore-light"]),
        ("makemore-tui lab --colour 2", ["256"]),
        ("makemore-tui --device c", ["cpu", "cuda"]),
        ("makemore-tui sample --stream v", ["video"]),
        ("makemore-tui sample --model ", ["counts", "net"]),
        ("makemore-tui matrix --view w", ["weights"]),
        ("makemore-tui train --device ", ["auto", "cpu", "cuda", "mps"]),
        ("makemore-tui config --d", ["--default"]),
        ("makemore-tui help s", ["saving", "screen", "streams"]),
    ],
)
def test_values_are_completed(line: str, some: list[str]) -> None:
    assert offered(line) == some


@pytest.mark.parametrize("line", ["makemore-tui --data ", "makemore-tui stats --data n"])
def test_a_path_is_left_to_the_shell(line: str) -> None:
    done = run(
        {
            "_MAKEMORE_TUI_COMPLETE": "bash_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(line.split(" ")) - 1),
        }
    )
    assert done.stdout.startswith("file,")


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_needs_torch_to_be_completed(command: str) -> None:
    assert "--help" in offered(f"makemore-tui {command} --")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script(shell: str) -> None:
    done = run({"_MAKEMORE_TUI_COMPLETE": f"{shell}_source"})
    assert done.returncode == 0
    assert f"_MAKEMORE_TUI_COMPLETE={shell}_complete" in done.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_bash_completes_with_the_script(tmp_path: Path) -> None:
    program = tmp_path / "makemore-tui"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tui "$@"\n')
    program.chmod(0o755)
    script = """
    eval "$(_MAKEMORE_TUI_COMPLETE=bash_source python)"
    COMP_WORDS=(makemore-tui sample --stream '') COMP_CWORD=3
    _makemore_tui_completion makemore-tui
    echo "${COMPREPLY[@]}"
    """.replace("python", f'"{sys.executable}" -c "$PROGRAM"')
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        env={**os.environ, "PROGRAM": PROGRAM, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["keyed", "video", "notebook", "torch"], done.stderr


@pytest.mark.parametrize("command", ["attach", "stop"])
def test_the_labs_that_run_are_offered_by_name(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for name in ("names", "words"):
        (tmp_path / "makemore-tui" / "labs" / name).mkdir(parents=True)
        (tmp_path / "makemore-tui" / "labs" / name / "running").touch()
    assert offered(f"makemore-tui {command} ") == ["names", "words"]
    assert offered(f"makemore-tui {command} w") == ["words"]
