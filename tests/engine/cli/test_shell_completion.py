"""What a shell offers when a line is completed: the program is run as the shells run it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.group import COMMANDS
from engine.settings.model_kinds import KINDS

PROGRAM = "import sys; sys.argv[0] = 'makemore-tui'; from tui.__main__ import main; main()"
# Completes once for each environment, all in one fresh Python: a start costs more than a line.
COMPLETIONS = """
import contextlib, io, json, os, sys
sys.argv = ["makemore-tui"]
from tui.__main__ import main
told = []
for environment in json.load(sys.stdin):
    os.environ |= environment
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        main()
    slow = sys.modules.keys() & {"torch", "numpy", "textual", "rich"}
    assert not slow, (environment, slow)
    out.seek(0)
    told.append(out.read())
print(json.dumps(told))
"""


def completed(*environments: dict[str, str]) -> list[str]:
    """What the program tells a shell in each environment; nothing slow is imported."""
    done = subprocess.run(
        [sys.executable, "-c", COMPLETIONS],
        input=json.dumps(environments),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def environment_of(line: str, shell: str = "bash") -> dict[str, str]:
    """What a shell sets to have a line completed that ends where the cursor is."""
    words = line.split(" ")
    return {
        "_MAKEMORE_TUI_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": words[-1] if shell == "fish" else str(len(words) - 1),
    }


def offered(*lines: str, shell: str = "bash") -> list[list[str]]:
    """The words that a shell is told for each line."""

    def words(told: str) -> list[str]:
        parts = told.splitlines()
        if shell == "zsh":
            return parts[1::3]
        return [part.partition(",")[2].split("\t")[0] or part for part in parts]

    return [words(told) for told in completed(*(environment_of(line, shell) for line in lines))]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_line_without_a_command_is_completed_by_the_commands(shell: str) -> None:
    commands, score = offered("makemore-tui ", "makemore-tui sc", shell=shell)
    assert commands == ["lab", "attach", "config", "doctor", *COMMANDS]
    assert score == ["score"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_line_without_a_command_is_completed_by_the_options_of_the_lab(shell: str) -> None:
    options, pace = offered("makemore-tui --", "makemore-tui --theme dark --pa", shell=shell)
    assert {"--data", "--theme", "--colour", "--no-ascii", "--slow-link", "--version"} < {*options}
    assert len(options) == len({*options})
    assert pace == ["--pace"]


def test_values_are_completed() -> None:
    expected = {
        "makemore-tui --theme ma": ["makemore-dark", "makemore-light"],
        "makemore-tui lab --colour 2": ["256"],
        "makemore-tui --device c": ["cpu", "cuda"],
        "makemore-tui sample --stream v": ["video"],
        "makemore-tui sample --model ": [*KINDS, "net"],
        "makemore-tui --model n": ["ngram", "net"],
        "makemore-tui train --model mlp --set h": ["hidden="],
        "makemore-tui score --set s": ["smoothing=", "seed="],
        "makemore-tui matrix --view w": ["weights"],
        "makemore-tui train --device ": ["auto", "cpu", "cuda", "mps"],
        "makemore-tui config --d": ["--default"],
        "makemore-tui help s": ["saving", "screen", "streams"],
    }
    assert dict(zip(expected, offered(*expected), strict=True)) == expected


def test_a_path_is_left_to_the_shell() -> None:
    lines = "makemore-tui --data ", "makemore-tui stats --data n"
    for line, told in zip(lines, completed(*map(environment_of, lines)), strict=True):
        assert told.startswith("file,"), line


def test_no_command_needs_torch_to_be_completed() -> None:
    options = offered(*(f"makemore-tui {command} --" for command in COMMANDS))
    for command, some in zip(COMMANDS, options, strict=True):
        assert "--help" in some, command


def test_each_shell_gets_a_script() -> None:
    shells = "bash", "zsh", "fish"
    scripts = completed(*({"_MAKEMORE_TUI_COMPLETE": f"{shell}_source"} for shell in shells))
    for shell, script in zip(shells, scripts, strict=True):
        assert f"_MAKEMORE_TUI_COMPLETE={shell}_complete" in script


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
    assert done.stdout.split() == ["keyed", "video", "notebook", "torch", "python"], done.stderr


@pytest.mark.parametrize("command", ["attach", "stop"])
def test_the_labs_that_run_are_offered_by_name(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for name in ("names", "words"):
        (tmp_path / "makemore-tui" / "labs" / name).mkdir(parents=True)
        (tmp_path / "makemore-tui" / "labs" / name / "running").touch()
    both, words = offered(f"makemore-tui {command} ", f"makemore-tui {command} w")
    assert both == ["names", "words"]
    assert words == ["words"]
